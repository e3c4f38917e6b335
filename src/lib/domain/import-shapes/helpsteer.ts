import { hasStrength, readStrength } from './helpsteer-preference.ts';
import { along, isFields, isText, rest, unread } from './shape.ts';
import type { Fields, ImportShape } from './shape.ts';

/** Attributes by which answers are ordered: the first one that differs decides. */
const ORDER = ['helpfulness', 'correctness', 'coherence'] as const;
/** What else is rated of an answer, and prefers none: a longer or harder answer is no better one. */
const BESIDE = ['complexity', 'verbosity'] as const;
/** Answers of one question that are compared with each other; a row of ours takes no more. */
const MOST = 8;

/** A rating, whatever the scale; null: none. */
function rating(value: unknown): number | null {
	const read = typeof value === 'number' ? value : isText(value) ? Number(value) : Number.NaN;
	return Number.isFinite(read) ? read : null;
}

/** Whether a record rates one answer: helpfulness and at least one attribute more. */
const isRated = (record: unknown): record is Fields =>
	isFields(record) && isText(record['response']) && rating(record['helpfulness']) !== null && [...ORDER.slice(1), ...BESIDE].some((name) => rating(record[name]) !== null);

/** The rated answers of a record: those that were read together, or its own. */
const answersOf = (record: Fields): readonly unknown[] => (Array.isArray(record['responses']) ? (record['responses'] as unknown[]) : [record]);

/** Below zero: the first answer is the worse one; zero: nothing tells them apart. */
function compare(one: Fields, other: Fields): number {
	for (const name of ORDER) {
		const [x, y] = [rating(one[name]), rating(other[name])];
		if (x !== null && y !== null && x !== y) return x - y;
	}
	return 0;
}

/**
 * Answers with rated attributes, a row an answer, as HelpSteer and HelpSteer2 publish
 * them (huggingface.co/datasets/nvidia/HelpSteer2: `prompt`, `response`, `helpfulness`,
 * `correctness`, `coherence`, `complexity`, `verbosity`); rows of the same prompt stand
 * one after the other and are read together. The rule, said in the preview: of two
 * answers the more helpful one is preferred, where equal the more correct, then the more
 * coherent; equal in all three they tie. Verbosity and complexity prefer none. Rows of two
 * answers with a strength of preference (`helpsteer-preference.ts`) are read by that.
 */
export const helpsteer: ImportShape = {
	name: 'helpsteer',
	fits: (record) => hasStrength(record) || (isText(record['prompt']) && answersOf(record).length > 0 && answersOf(record).every(isRated)),
	joins: (rows, next) => rows.length < MOST && isFields(next) && isText(next['prompt']) && isRated(next) && rows.every((row) => isFields(row) && isRated(row) && row['prompt'] === next['prompt']),
	join: (rows) => ({ ...(rows[0] as Fields), responses: rows }),
	read: (record, _file, scales) => {
		if (hasStrength(record)) return readStrength(record, scales);
		const answers = answersOf(record);
		if (!answers.every(isRated)) return unread('helpfulness', 'must be a number, beside “response” and another attribute');
		const seen = new Set<unknown>();
		// The same text twice is one answer; its first ratings stand.
		const distinct = answers.filter(({ response }) => !seen.has(response) && seen.add(response));
		const judgments = distinct.flatMap((one, i) =>
			distinct.slice(i + 1).map((other, j) => {
				const between = [i, i + 1 + j];
				const order = compare(one, other);
				return { between, judge: 'attributes', ...(order === 0 ? { verdict: 'tie' } : { preferred: order > 0 ? between[0] : between[1] }) };
			})
		);
		return { ok: true, fields: { ...along(record), prompt: record['prompt'], ...(distinct.length === 1 ? { mode: 'single' } : {}), responses: distinct.map(({ response }) => response), ...(judgments.length > 0 ? { judgments } : {}) }, names: { responses: 'response' }, unread: rest(record, ['prompt', 'response', 'responses', ...ORDER, ...BESIDE]) };
	}
};
