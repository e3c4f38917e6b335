import { createLedger } from './ledger.ts';
import type { Finding, Kind } from './kind.ts';
import { maskText } from './mask-text.ts';
import type { Dealt, Rules } from './mask-text.ts';

/** Something found in a record of a file: in which field, and its place in that field's new text. */
export type RecordFinding = Dealt & { field: string; text: string };

/** A record in which everything was dealt with; `refused` names a field that can be neither kept nor changed. */
export type MaskedRecord = { value: unknown; findings: RecordFinding[]; refused: { field: string; message: string } | null };

/** A name that is the same throughout the project, e.g. `[EMAIL_1f2e3d4c5b6a]`. */
export type Pseudonym = (kind: Kind, original: string) => string;

/** What a detector that works elsewhere found in a field. */
export type MoreFindings = (field: string, text: string) => readonly Finding[];

type Fields = Record<string, unknown>;
const isObject = (value: unknown): value is Fields => value !== null && typeof value === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);

/** Words of the format itself: nobody writes about people in them. */
const STRUCTURE = new Set(['role', 'type', 'from', 'artifact', 'mode', 'language', 'requires']);
/** What tells rows or people of a whole file apart: a number that begins anew in each record would make them one. */
const IDENTITY = new Set(['group', 'id', 'uid', 'conversation_id', 'session_id', 'annotator', 'annotator_id', 'annotators', 'completed_by', 'judge', 'judge_id', 'rater', 'user', 'user_id', 'username', 'worker', 'worker_id', 'reviewer', 'created_by', 'updated_by']);
/** What is asked comes before what answers it: a prompt's numbers must not depend on its answers. */
const ASKED = ['system', 'context', 'messages', 'prompt', 'instruction', 'input', 'question', 'query', 'conversation', 'conversations', 'history', 'data'];

function inOrder(names: readonly string[]): string[] {
	const place = (name: string) => (ASKED.includes(name) ? ASKED.indexOf(name) : ASKED.length);
	return [...names].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

function textsOf(value: unknown, into: string[] = []): string[] {
	if (typeof value === 'string') into.push(value);
	else if (Array.isArray(value)) for (const one of value) textsOf(one, into);
	else if (isObject(value)) for (const one of Object.values(value)) textsOf(one, into);
	return into;
}

/** Every text of a record with its field, as `maskRecord` meets them; but the matter, which decides who may see the row. */
export function textsOfRecord(value: unknown): { field: string; text: string }[] {
	const texts: { field: string; text: string }[] = [];
	const walk = (item: unknown, field: string): void => {
		if (typeof item === 'string') texts.push({ field, text: item });
		else if (Array.isArray(item)) item.forEach((one, index) => walk(one, `${field}[${index}]`));
		else if (isObject(item)) for (const name of Object.keys(item)) if (!(typeof item[name] === 'string' && STRUCTURE.has(name))) walk(item[name], field === '' ? name : `${field}.${name}`);
	};
	walk(value, '');
	return texts.filter(({ field }) => field !== 'matter');
}

/**
 * Deals with every text of a record before it is understood, whatever its shape:
 * names of its fields are kept, and so is the order of its lists. The same record
 * always gives the same one, whatever the order of its fields. A `matter` decides
 * who may see the row, so one that holds something to hide refuses it.
 */
export function maskRecord(value: unknown, rules: Rules, pseudonym: Pseudonym, more: MoreFindings = () => []): MaskedRecord {
	const ledger = createLedger(textsOf(value));
	const findings: RecordFinding[] = [];
	let refused: MaskedRecord['refused'] = null;
	const deal = (text: string, field: string, placeholderFor: Pseudonym): string => {
		const masked = maskText(text, rules, placeholderFor, more(field, text));
		for (const finding of masked.findings) findings.push({ ...finding, field, text: masked.text });
		return masked.text;
	};
	const walk = (item: unknown, field: string, placeholderFor: Pseudonym): unknown => {
		if (typeof item === 'string') return deal(item, field, placeholderFor);
		if (typeof item === 'number' && Number.isSafeInteger(item)) {
			const dealt = deal(String(item), field, placeholderFor);
			return dealt === String(item) ? item : dealt;
		}
		if (Array.isArray(item)) return item.map((one, index) => walk(one, `${field}[${index}]`, placeholderFor));
		if (!isObject(item)) return item;
		const dealt = new Map<string, unknown>();
		for (const name of inOrder(Object.keys(item))) {
			const inner = item[name];
			const path = field === '' ? name : `${field}.${name}`;
			dealt.set(name, typeof inner === 'string' && STRUCTURE.has(name) ? inner : walk(inner, path, IDENTITY.has(name) ? pseudonym : placeholderFor));
		}
		// Back in the file's order: what reads it next may say the first wrong field.
		return Object.fromEntries(Object.keys(item).map((name) => [name, dealt.get(name)]));
	};
	const masked = walk(value, '', ledger.placeholderFor);
	if (isObject(value) && isObject(masked) && typeof value['matter'] === 'string' && masked['matter'] !== value['matter']) {
		refused = { field: 'matter', message: 'holds something that is to be hidden, but who may see the row is told by it. Name the matter by a number of its own' };
	}
	return { value: masked, findings, refused };
}
