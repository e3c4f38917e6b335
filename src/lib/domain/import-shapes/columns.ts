import type { ColumnMapping, ColumnRole } from './column-mapping.ts';
import { refusedLabel, refusedVerdict } from './refused-judgment.ts';
import { numberOf } from './scales.ts';
import type { Scales } from './scales.ts';
import { isFields, isText, saysSomething, unread } from './shape.ts';
import type { Fields, ShapeRead } from './shape.ts';
import { asJudgment, isMissing, labelOf, timeOf, TIME_WORDS, verdictBeside } from './verdict-words.ts';

/** Names of columns as people write them, by what they hold; the first that a table has is proposed. A rating is none of them: it is more or less, not good or bad, unless words in it say so (`proposeByRows`). */
const USUAL: { readonly [role in ColumnRole]: readonly string[] } = {
	prompt: ['prompt', 'question', 'instruction', 'query', 'input', 'messages', 'context', 'frage', '问题', '题目', '提示', '提示词', '用户问题', '提问', '指令'],
	// Where another answer is called rejected, the one that has no such name is the chosen one.
	chosen: ['chosen', 'preferred', 'accepted', 'better', 'winner', 'good_answer', 'better_answer', 'chosen_response', '优选', '更好', '较好回答', '好回答', '优质回答', 'response', 'answer', 'output', '回答', '答案'],
	rejected: ['rejected', 'dispreferred', 'non_preferred', 'worse', 'loser', 'bad_answer', 'worse_answer', 'rejected_response', '劣选', '较差', '较差回答', '差回答'],
	answerA: ['response_0', 'answer_0', 'answer_a', 'response_a', 'output_a', 'completion_a', 'model_a', 'a', 'answer_1', 'response_1', 'answer1', 'response1', 'output1', 'output_1', 'left', '回答a', '答案a', '回答1', '答案1', '回答一', '模型a'],
	answerB: ['answer_b', 'response_b', 'output_b', 'completion_b', 'model_b', 'b', 'answer_2', 'response_2', 'answer2', 'response2', 'output2', 'output_2', 'right', '回答b', '答案b', '回答2', '答案2', '回答二', '模型b', 'response_1', 'answer_1'],
	verdict: ['verdict', 'preference', 'preferred_answer', 'winner', 'choice', 'better', 'judgment', 'judgement', 'selection', 'better_response_id', 'better_response', '偏好', '结论', '选择', '哪个更好', '评判', 'label', '标签'],
	margin: ['margin', 'preference_margin', '分差'],
	answer: ['answer', 'response', 'completion', 'output', 'reply', 'antwort', '回答', '答案', '回复'],
	label: ['label', 'is_good', 'good', 'thumbs', 'feedback', 'desirable', 'kto_tag', '标签', '评价', '是否合格', '好坏'],
	system: ['system', 'system_prompt', 'systemprompt', '系统提示', '系统提示词'],
	group: ['group', 'group_id', 'cluster', 'topic', '分组', '组'],
	matter: ['matter', 'matter_id', 'case', 'case_id', 'case_number', 'client', '案件', '案号', '案由', '项目'],
	language: ['language', 'lang', 'locale', '语言'],
	annotator: ['annotator', 'annotator_id', 'judge', 'rater', 'worker', 'worker_id', 'user_id', 'reviewer', 'labeler', 'user', '标注员', '标注人', '评审人'],
	time: ['time', 'timestamp', 'created_at', 'annotated_at', 'judged_at', 'at', 'date', '时间', '标注时间', '日期']
};

const plain = (name: string) => name.trim().toLowerCase().replace(/[\s\-.]+/gu, '_');
const ALL_USUAL: ReadonlySet<string> = new Set(Object.values(USUAL).flat());

/** Whether a column of this name is proposed for something. */
export const isUsualColumn = (name: string): boolean => ALL_USUAL.has(plain(name));

/** Whether a column of this name is proposed for which of two answers is better. */
export const isVerdictColumn = (name: string): boolean => USUAL.verdict.includes(plain(name));

/** Whether a column of this name is proposed for whether one answer is good. */
export const isLabelColumn = (name: string): boolean => USUAL.label.includes(plain(name));

/** Which column is what, by their names: a proposal that a person looks over. A column is proposed once, pairs only together. */
export function proposeMapping(columns: readonly string[]): ColumnMapping {
	const free = new Map(columns.map((column) => [plain(column), column]));
	const mapping: ColumnMapping = {};
	const take = (...roles: ColumnRole[]) => {
		const found = roles.map((role) => USUAL[role].find((name) => free.has(name)));
		if (new Set(found).size < roles.length || found.some((name) => name === undefined)) return false;
		roles.forEach((role, i) => {
			const name = found[i] as string;
			mapping[role] = free.get(name);
			free.delete(name);
		});
		return true;
	};
	take('prompt');
	const compared = take('chosen', 'rejected') || (take('answerA', 'answerB') && take('verdict'));
	if (compared) take('margin');
	if (mapping.chosen === undefined && mapping.answerA === undefined && take('answer')) take('label');
	for (const role of ['system', 'group', 'matter', 'language', 'annotator', 'time'] as const) take(role);
	return mapping;
}

/** Where words of a rating say good or bad. */
const RATING = 'rating';
const saysLabel = (value: unknown) => numberOf(value) === null && labelOf(value) !== null;

/** The column of a record that is called a rating and holds a word for good or bad. */
export const wordedRating = (record: Fields): string | undefined => Object.keys(record).find((name) => plain(name) === RATING && saysLabel(record[name]));

/** The same proposal by what the file's first rows hold, too: a rating is the label of one answer where it is words for good and bad alone. */
export function proposeByRows(columns: readonly string[], rows: readonly Fields[]): ColumnMapping {
	const mapping = proposeMapping(columns);
	const rating = columns.find((name) => plain(name) === RATING);
	if (mapping.answer === undefined || mapping.label !== undefined || rating === undefined) return mapping;
	const said = rows.map((row) => row[rating]).filter((value) => saysSomething(value) && !isMissing(value));
	return said.length > 0 && said.every(saysLabel) ? { ...mapping, label: rating } : mapping;
}

/** Whether a record is a row of a table: fields that hold texts, numbers, truth values or nothing. */
export function isFlat(record: Fields): boolean {
	return Object.values(record).every((value) => value === null || typeof value !== 'object');
}

/** What a mapping lacks to be one; null: nothing. */
export function mappingError(mapping: ColumnMapping): { field: string; message: string } | null {
	const lacks = (role: ColumnRole, why: string) => ({ field: `mapping.${role}`, message: `no column is named for it: ${why}` });
	if (mapping.prompt === undefined) return lacks('prompt', 'say which one holds what is asked');
	for (const [one, other] of [['chosen', 'rejected'], ['answerA', 'answerB']] as const) {
		if ((mapping[one] === undefined) !== (mapping[other] === undefined)) return lacks(mapping[one] === undefined ? one : other, 'the two answers come together');
	}
	if (mapping.verdict !== undefined && mapping.answerA === undefined) return lacks('answerA', 'a verdict is about two answers');
	if (mapping.margin !== undefined && mapping.chosen === undefined && mapping.verdict === undefined) return lacks('verdict', 'a margin says how much better the preferred answer is');
	if (mapping.label !== undefined && mapping.answer === undefined) return lacks('answer', 'a label is about one answer');
	const ways = [mapping.chosen, mapping.answerA, mapping.answer].filter((column) => column !== undefined).length;
	return ways > 1 ? { field: 'mapping', message: 'chosen and rejected, or two answers, or one: a row has one of the three' } : null;
}

/** A row of a table as a row of ours, by what its columns were said to hold, with the columns that hold something else. `scales`: the numbers of the file's first rows, by their columns. */
export function readColumns(record: unknown, mapping: ColumnMapping, scales: Scales = new Map()): ShapeRead {
	const wrong = mappingError(mapping);
	if (wrong) return { ok: false, error: wrong };
	if (!isFields(record)) return unread('row', 'must be a row with columns');
	const read = readCells(record, mapping, scales);
	const named = new Set(Object.values(mapping));
	return read.ok ? { ...read, unread: Object.keys(record).filter((column) => !named.has(column) && saysSomething(record[column])) } : read;
}

function readCells(record: Fields, mapping: ColumnMapping, scales: Scales): ShapeRead {
	const cell = (role: ColumnRole): unknown => {
		const column = mapping[role];
		const value = column === undefined ? undefined : record[column];
		return value === undefined || value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value;
	};
	/** What was judged: nothing, where a program wrote that it is missing. */
	const judged = (role: 'verdict' | 'label') => (isMissing(cell(role)) ? undefined : cell(role));
	const said = (role: ColumnRole) => mapping[role] ?? role;
	const text = (value: unknown) => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : value);
	const fields: Fields = { prompt: text(cell('prompt')) };
	for (const role of ['system', 'group', 'matter', 'language'] as const) if (cell(role) !== undefined) fields[role] = text(cell(role));
	const at = cell('time') === undefined ? null : timeOf(cell('time'));
	if (cell('time') !== undefined && at === null) return unread(said('time'), TIME_WORDS);
	const from = { ...(cell('annotator') === undefined ? {} : { judge: String(cell('annotator')) }), ...(at === null ? {} : { at }) };
	const margin = cell('margin') === undefined ? {} : { margin: cell('margin') };
	const isNamed = Object.keys(from).length > 0;
	const names: Record<string, string> = { prompt: said('prompt'), chosen: said('chosen'), rejected: said('rejected'), 'responses[0]': said('answerA'), 'responses[1]': said('answerB'), completion: said('answer'), language: said('language'), margin: said('margin'), 'judgments[0].margin': said('margin') };
	if (mapping.chosen !== undefined) {
		for (const role of ['chosen', 'rejected'] as const) if (!isText(text(cell(role)))) return unread(said(role), 'missing');
		const [chosen, rejected] = [text(cell('chosen')), text(cell('rejected'))];
		if (!isNamed) return { ok: true, fields: { ...fields, chosen, rejected, ...margin }, names };
		return { ok: true, fields: { ...fields, responses: [chosen, rejected], judgments: [{ preferred: 0, ...margin, ...from }] }, names: { ...names, 'responses[0]': said('chosen'), 'responses[1]': said('rejected') } };
	}
	if (mapping.answerA !== undefined) {
		for (const role of ['answerA', 'answerB'] as const) if (!isText(text(cell(role)))) return unread(said(role), 'missing');
		fields['responses'] = [text(cell('answerA')), text(cell('answerB'))];
		if (judged('verdict') === undefined) return { ok: true, fields, names };
		const [sides, scale] = [[mapping.answerA, String(mapping.answerB)] as const, scales.get(said('verdict'))];
		const verdict = verdictBeside(judged('verdict'), sides, scale);
		return verdict === null ? refusedVerdict(said('verdict'), judged('verdict'), sides, scale) : { ok: true, fields: { ...fields, judgments: [{ ...asJudgment(verdict), ...margin, ...from }] }, names, numbers: [[said('verdict'), judged('verdict')]] };
	}
	if (mapping.answer === undefined) return { ok: true, fields, names };
	if (!isText(text(cell('answer')))) return unread(said('answer'), 'missing');
	const good = judged('label') === undefined ? null : labelOf(judged('label'), scales.get(said('label')));
	if (judged('label') !== undefined && good === null) return refusedLabel(said('label'), judged('label'), scales.get(said('label')));
	if (good === null) return { ok: true, fields: { ...fields, completion: text(cell('answer')) }, names };
	const judgment = isNamed ? { judgments: [{ verdict: good ? 'good' : 'bad', ...from }] } : { label: good };
	return { ok: true, fields: { ...fields, completion: text(cell('answer')), ...judgment }, names, numbers: [[said('label'), judged('label')]] };
}
