import { STRENGTHS } from './judging-form.ts';
import type { Strength } from './judging-form.ts';
import { isStorableText } from './message.ts';
import { readMargin } from './row-margin.ts';
import type { SingleVerdict } from './verdict.ts';

/** A judgment that a row brings: of which two answers (by their place; one alone: twice the same), how clear a preference was, who is named as its judge, and when it was made. */
export type RowJudgment = { between: readonly [number, number]; verdict: number | 'tie' | 'both_bad' | SingleVerdict; strength: Strength | null; margin: number | null; judge: string | null; at: string | null };

type Wrong = { ok: false; error: { field: string; message: string } };
const wrong = (field: string, message: string): Wrong => ({ ok: false, error: { field, message } });

const MOST_JUDGMENTS = 200;
const MOST_NAME_CHARS = 300;
const PAIR_WORDS = ['tie', 'both_bad', 'cannot_judge'] as const;
const SINGLE_WORDS = ['good', 'bad', 'cannot_judge'] as const;
/** ISO 8601 with its distance from UTC: without one a time means another moment on every server. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/u;

const isOneOf = <T extends string>(words: readonly T[], value: unknown): value is T => (words as readonly unknown[]).includes(value);

/** Who is named as a judge, as text; null where nobody is. */
function readJudge(value: unknown, field: string): { ok: true; judge: string | null } | Wrong {
	if (value === undefined || value === null || value === '') return { ok: true, judge: null };
	const name = typeof value === 'number' ? String(value) : value;
	if (typeof name !== 'string' || name.length > MOST_NAME_CHARS || !isStorableText(name)) return wrong(field, `must be a name of at most ${MOST_NAME_CHARS} characters`);
	return { ok: true, judge: name };
}

function readBetween(value: unknown, field: string, answers: number): { ok: true; between: readonly [number, number] } | Wrong {
	if (value === undefined || value === null) return answers === 2 ? { ok: true, between: [0, 1] } : wrong(field, `which two of the ${answers} answers were compared, for example [0, 1]`);
	const isPlace = (place: unknown) => Number.isInteger(place) && Number(place) >= 0 && Number(place) < answers;
	if (!Array.isArray(value) || value.length !== 2 || !value.every(isPlace) || value[0] === value[1]) return wrong(field, `two different numbers of answers, 0 to ${answers - 1}`);
	return { ok: true, between: value as [number, number] };
}

/** How clear a preference was, as the desk asks it; null: it is not said. */
function readStrength(value: unknown, prefers: boolean, field: string): { ok: true; strength: Strength | null } | Wrong {
	if (value === undefined || value === null || value === '') return { ok: true, strength: null };
	if (!prefers) return wrong(field, 'goes with “preferred” alone');
	return isOneOf(STRENGTHS, value) ? { ok: true, strength: value } : wrong(field, STRENGTHS.join(' or '));
}

/**
 * The judgments that a row brings from elsewhere: of two answers
 * `{preferred: 0, strength? or margin?, judge?, at?, between?}` or `{verdict: "tie" | "both_bad" | "cannot_judge", …}`,
 * of one answer alone `{verdict: "good" | "bad" | "cannot_judge", …}`. Where a
 * row names no judge of several judgments, each is somebody else's and gets a
 * name by its place: two nameless votes are two votes.
 */
export function readRowJudgments(value: unknown, { answers, single }: { answers: number; single: boolean }): { ok: true; judgments: RowJudgment[] } | Wrong {
	if (value === undefined || value === null) return { ok: true, judgments: [] };
	if (!Array.isArray(value)) return wrong('judgments', 'must be a list');
	if (value.length > MOST_JUDGMENTS) return wrong('judgments', `at most ${MOST_JUDGMENTS} a row, here are ${value.length}`);
	const judgments: RowJudgment[] = [];
	for (const [i, item] of (value as unknown[]).entries()) {
		const at = `judgments[${i}]`;
		if (item === null || typeof item !== 'object' || Array.isArray(item)) return wrong(at, 'must be an object with “preferred” or “verdict”');
		const { preferred, verdict, strength, margin, judge, at: time, between } = item as Record<string, unknown>;
		const named = readJudge(judge, `${at}.judge`);
		if (!named.ok) return named;
		if (time !== undefined && time !== null && !(typeof time === 'string' && TIME.test(time) && !Number.isNaN(Date.parse(time)))) return wrong(`${at}.at`, 'must be a time as ISO 8601 with its zone, for example 2026-03-09T22:16:08Z');
		const from = { judge: named.judge, at: (time as string | null | undefined) ?? null };
		if (single) {
			if (!isOneOf(SINGLE_WORDS, verdict)) return wrong(`${at}.verdict`, `of one answer alone: ${SINGLE_WORDS.join(', ')}`);
			judgments.push({ between: [0, 0], verdict, strength: null, margin: null, ...from });
			continue;
		}
		if (answers < 2) return wrong(at, 'of one answer alone: give mode "single"');
		const compared = readBetween(between, `${at}.between`, answers);
		if (!compared.ok) return compared;
		const isSide = Number.isInteger(preferred) && compared.between.includes(Number(preferred));
		if (isSide === isOneOf(PAIR_WORDS, verdict)) return wrong(at, `either “preferred”, the number of the better of the two answers, or “verdict”: ${PAIR_WORDS.join(', ')}`);
		const clear = readStrength(strength, isSide, `${at}.strength`);
		if (!clear.ok) return clear;
		const by = readMargin(margin, { answers: 2, prefers: isSide, field: `${at}.margin` });
		if (!by.ok) return by;
		if (clear.strength !== null && by.margin !== null) return wrong(`${at}.margin`, 'either “strength” or “margin”');
		judgments.push({ between: compared.between, strength: clear.strength, margin: by.margin, verdict: isSide ? Number(preferred) : (verdict as RowJudgment['verdict']), ...from });
	}
	const nameless = judgments.filter(({ judge }) => judge === null).length;
	return { ok: true, judgments: nameless < 2 ? judgments : judgments.map((one, i) => (one.judge === null ? { ...one, judge: `#${i + 1}` } : one)) };
}
