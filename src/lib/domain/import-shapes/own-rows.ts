import type { ColumnMapping } from './column-mapping.ts';
import { proposeMapping, wordedRating } from './columns.ts';
import { refusedLabel, refusedVerdict } from './refused-judgment.ts';
import type { Scales } from './scales.ts';
import { has, isFields, isText, rest, saysSomething } from './shape.ts';
import type { Fields, ShapeRead } from './shape.ts';
import { asJudgment, isMissing, labelOf, timeOf, TIME_WORDS, verdictBeside } from './verdict-words.ts';

const SERIES = /^(response|answer|output|completion|generation)[_-]?([0-9]|[a-h])$/iu;
/** Names for a list of answers that is not called `responses`. */
export const LISTS: readonly string[] = ['answers', 'completions', 'outputs', 'candidates', 'generations'];
/** Times that can only be those of a judgment. */
const JUDGED_AT = new Set(['at', 'judged_at', 'annotated_at']);

/** Columns in which people also write what they think of the answer. */
const REMARKS = new Set(['feedback', '评价']);

/** What somebody wrote of the answer: too long for a label, or under a name for that several words that begin with no number. */
function isRemark(name: string, value: unknown): boolean {
	if (typeof value !== 'string') return false;
	const text = value.trim();
	const isSeveral = /[\s，。；！？、]/u.test(text) || (/\p{Script=Han}/u.test(text) && text.length > 4);
	return value.length > 40 || (REMARKS.has(name.trim().toLowerCase()) && isSeveral && !/^[+\-\u2212]?\s*\d/u.test(text));
}
const isAnswer = (value: unknown) => isText(value) || isFields(value) || (Array.isArray(value) && value.length > 0);
/** Names of an answer's text in an object of a list of them. */
const TEXTS = ['text', 'content', 'response', 'answer'];
const textName = (value: unknown): string | undefined => (isFields(value) && !('messages' in value) && !('role' in value) ? TEXTS.find((name) => has(value, name)) : undefined);
const textOf = (value: unknown): unknown => {
	const name = textName(value);
	return name === undefined ? value : (value as Fields)[name];
};
/** What an object of a list of answers says besides the text that is taken of it. */
const besideText = (value: unknown): string[] => {
	const name = textName(value);
	return name === undefined ? [] : Object.keys(value as Fields).filter((one) => one !== name && saysSomething((value as Fields)[one]));
};

/** Answers in fields that are numbered or lettered (`response_0`, `response_1` …), in that order; of several such rows of fields the longest. */
function series(record: Fields): string[] {
	const stems = new Map<string, string[]>();
	for (const name of Object.keys(record)) {
		const stem = SERIES.exec(name)?.[1]?.toLowerCase();
		if (stem !== undefined && isAnswer(record[name])) stems.set(stem, [...(stems.get(stem) ?? []), name]);
	}
	return [...stems.values()].reduce((most, one) => (one.length > most.length ? one : most), []).toSorted();
}

/** What was found of a row under names that are not ours: its fields in our own form, with what the file calls them, which fields those are, and what stood within them and was not taken. */
type Lifted = { fields: Fields; names: Record<string, string>; taken: string[]; beside?: string[] };

/** Answers of a row that has none under our names. */
function answersOf(record: Fields, mapping: ColumnMapping): Lifted & { two: [string, string] | null } {
	const none = { fields: {}, names: {}, taken: [], two: null };
	if (mapping.chosen !== undefined && mapping.rejected !== undefined) {
		const { chosen, rejected } = mapping;
		return { ...none, fields: { chosen: record[chosen], rejected: record[rejected] }, names: { chosen, rejected }, taken: [chosen, rejected] };
	}
	const numbered = series(record);
	const pair = mapping.answerA !== undefined && mapping.answerB !== undefined && isAnswer(record[mapping.answerA]) && isAnswer(record[mapping.answerB]) ? ([mapping.answerA, mapping.answerB] as [string, string]) : null;
	const names = numbered.length > 2 || pair === null ? numbered : pair;
	if (names.length > 1) {
		return { fields: { responses: names.map((name) => record[name]) }, names: Object.fromEntries(names.map((name, i) => [`responses[${i}]`, name])), taken: names, two: names.length === 2 ? [names[0] ?? '', names[1] ?? ''] : null };
	}
	const alone = names[0] ?? (mapping.answer !== undefined && isAnswer(record[mapping.answer]) ? mapping.answer : undefined);
	if (alone !== undefined) return { ...none, fields: { completion: record[alone] }, names: { completion: alone }, taken: [alone] };
	const list = LISTS.find((name) => Array.isArray(record[name]) && record[name].length > 0);
	if (list === undefined) return none;
	const answers = record[list] as unknown[];
	return { ...none, fields: { responses: answers.map(textOf) }, names: { responses: list }, taken: [list], beside: [...new Set(answers.flatMap(besideText))].map((name) => `${list}.${name}`) };
}

/** Who judged, and when, where a row says it under whatever name. */
function judgeOf(record: Fields, mapping: ColumnMapping): { ok: true; who: Fields; taken: string[] } | Extract<ShapeRead, { ok: false }> {
	const { annotator, time } = mapping;
	const name = annotator === undefined ? undefined : record[annotator];
	const isNamed = isText(name) || typeof name === 'number';
	const isTimed = time !== undefined && (isNamed || JUDGED_AT.has(time.toLowerCase()));
	const at = isTimed ? timeOf(record[time]) : null;
	if (isTimed && at === null) return { ok: false, error: { field: time, message: TIME_WORDS } };
	return { ok: true, who: { ...(isNamed ? { judge: String(name) } : {}), ...(at === null ? {} : { at }) }, taken: [...(isNamed && annotator !== undefined ? [annotator] : []), ...(isTimed ? [time] : [])] };
}

/** The fields that a row of ours is read by, of all that it may have: a label is none of a preference. */
function readBy(row: Fields): string[] {
	const asked = (first: 'prompt' | 'messages') => [has(row, first) ? first : first === 'prompt' ? 'messages' : 'prompt'];
	const both = ['mode', 'judgments'];
	if (has(row, 'chosen') || has(row, 'rejected')) return [...both, ...asked('prompt'), 'chosen', 'rejected', 'margin'];
	if (has(row, 'completion')) return [...both, ...asked('prompt'), 'completion', 'label'];
	return [...both, ...asked('messages'), 'responses', 'preferred', 'margin', ...(row['mode'] === 'single' ? ['label'] : [])];
}

/**
 * A row in our own form, as it is or as it is nearly: answers that are called
 * `response_a` and `response_b`, `response_0` … or `response`, a verdict beside
 * them, who judged. What is said and not read is listed. `scales`: the numbers of
 * the file's first rows, by their fields.
 */
export function readOwn(record: Fields, scales: Scales = new Map()): ShapeRead {
	const mapping = proposeMapping(Object.keys(record).filter((name) => saysSomething(record[name])));
	const isOurs = ['chosen', 'completion', 'responses'].some((name) => has(record, name)) || (has(record, 'rejected') && mapping.chosen === undefined);
	const { two, ...answers }: Lifted & { two: [string, string] | null } = isOurs ? { fields: {}, names: {}, taken: [], two: null } : answersOf(record, mapping);
	const fields: Fields = { ...record, ...answers.fields };
	const names: Record<string, string> = { ...answers.names };
	const taken = [...answers.taken];
	if (!has(record, 'prompt') && !has(record, 'messages') && mapping.prompt !== undefined && isText(fields['chosen']) && isText(fields['rejected'])) {
		fields['prompt'] = record[mapping.prompt];
		names['prompt'] = mapping.prompt;
		taken.push(mapping.prompt);
	}
	if (!has(record, 'margin') && mapping.margin !== undefined && has(fields, 'chosen')) {
		fields['margin'] = record[mapping.margin];
		names['margin'] = mapping.margin;
		taken.push(mapping.margin);
	}
	const numbers: [string, unknown][] = [];
	const isJudged = has(record, 'judgments');
	const label = has(record, 'label') && readBy(fields).includes('label') ? 'label' : !isOurs && has(fields, 'completion') ? (mapping.label ?? wordedRating(record)) : undefined;
	if (label !== undefined) {
		const said = isMissing(record[label]) ? undefined : record[label];
		const good = labelOf(said, scales.get(label));
		if (said !== undefined && good === null && (label === 'label' || !isRemark(label, said))) return refusedLabel(label, said, scales.get(label));
		fields['label'] = good ?? undefined;
		if (good !== null) {
			taken.push(label);
			numbers.push([label, said]);
		}
	}
	const who = judgeOf(record, mapping);
	const hasVerdict = two !== null && mapping.verdict !== undefined && !isMissing(record[mapping.verdict]) && two[0] === mapping.answerA && !isJudged && !has(record, 'preferred');
	const isStated = !isJudged && (has(fields, 'chosen') || (has(fields, 'completion') && has(fields, 'label')) || has(fields, 'preferred') || hasVerdict);
	if (isStated) {
		if (!who.ok) return who;
		taken.push(...who.taken);
		const [annotator, time] = [mapping.annotator, mapping.time];
		if (annotator !== undefined) names['judgments[0].judge'] = annotator;
		if (time !== undefined) names['judgments[0].at'] = time;
		if (!hasVerdict) Object.assign(fields, { judge: undefined, at: undefined }, who.who);
	} else Object.assign(fields, { judge: undefined, at: undefined });
	if (hasVerdict && mapping.verdict !== undefined && who.ok) {
		const said = verdictBeside(record[mapping.verdict], two, scales.get(mapping.verdict));
		if (said === null) return refusedVerdict(mapping.verdict, record[mapping.verdict], two, scales.get(mapping.verdict));
		numbers.push([mapping.verdict, record[mapping.verdict]]);
		const margin = mapping.margin === undefined ? {} : { margin: record[mapping.margin] };
		fields['judgments'] = [{ ...asJudgment(said), ...margin, ...who.who }];
		taken.push(mapping.verdict);
		if (mapping.margin !== undefined) {
			taken.push(mapping.margin);
			names['judgments[0].margin'] = mapping.margin;
			fields['margin'] = undefined;
		}
	}
	return { ok: true, fields, names, numbers, unread: [...rest(record, [...readBy(fields), ...taken]), ...(answers.beside ?? [])] };
}
