import * as v from 'valibot';
import { isStorableText } from './message.ts';

/** Characters of a draft as JSON: a rewrite of a long answer fits. */
export const LONGEST_DRAFT = 2_000_000;

function storable(value: unknown): boolean {
	if (typeof value === 'string') return isStorableText(value);
	if (typeof value !== 'object' || value === null) return true;
	return Object.entries(value).every(([key, inner]) => isStorableText(key) && storable(inner));
}

/** What is typed and chosen on a pair, as the desk keeps it. Only the person's own desk reads it, so the server keeps it as it is. */
export const DraftBodySchema = v.pipe(
	v.record(v.string(), v.unknown()),
	v.check((body) => JSON.stringify(body).length <= LONGEST_DRAFT, `at most ${LONGEST_DRAFT} characters of JSON`),
	v.check((body) => storable(body), 'contains NUL or half of a surrogate pair, which no text has')
);
export type DraftBody = v.InferOutput<typeof DraftBodySchema>;

/** A draft as it stands on the server. */
export type StoredDraft = { body: DraftBody; revision: number };

const OTHER: Record<string, string> = { left: 'right', right: 'left' };

function flipped(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(flipped);
	if (typeof value !== 'object' || value === null || !('side' in value)) return value;
	return { ...value, side: typeof value.side === 'string' ? (OTHER[value.side] ?? value.side) : value.side };
}

/** A draft for the same pair with its sides the other way round: what was said of the left answer is said of the right one. */
export function flipDraft(body: DraftBody): DraftBody {
	const criteria = body['criteria'];
	return {
		...body,
		...(typeof criteria === 'object' && criteria !== null ? { criteria: Object.fromEntries(Object.entries(criteria).map(([key, verdict]) => [key, typeof verdict === 'string' ? (OTHER[verdict] ?? verdict) : verdict])) } : {}),
		...('spans' in body ? { spans: flipped(body['spans']) } : {}),
		...('rewrite' in body ? { rewrite: flipped(body['rewrite']) } : {})
	};
}
