import { itemOf } from './answers-of.ts';
import { labelledItem } from './labelled-item.ts';
import type { Label } from './labelled-item.ts';
import type { Scales } from './scales.ts';
import { has, isFields, isText, passing, rest, unread } from './shape.ts';
import type { Fields, ImportShape, ShapeRead } from './shape.ts';
import { when } from './verdict-words.ts';

/** Kinds of result that say which of two answers is better, or whether one is good. A rating says neither: it is more or less. */
const KINDS = ['pairwise', 'choices', 'taxonomy'] as const;

/** Names of controls that ask which answer is better, or whether one is good. */
const PREFERENCE = /prefer|better|best|pairwise|compar|choose|verdict|overall|偏好|更好/iu;

/** Who made an annotation: an account's number, or the account. */
function judge(by: unknown): { judge?: string } {
	if (typeof by === 'number' || isText(by)) return { judge: String(by) };
	if (!isFields(by)) return {};
	const name = [by['email'], by['username'], by['id']].find((one) => isText(one) || typeof one === 'number');
	return name === undefined ? {} : { judge: String(name) };
}

/** What a result says: which side was chosen, or a choice. */
function said(result: Fields): unknown {
	const { value } = result;
	if (!isFields(value)) return null;
	const choice = value['selected'] ?? value['choices'] ?? value['choice'];
	return Array.isArray(choice) ? (choice.length === 1 ? (choice[0] as unknown) : choice.join(', ')) : choice;
}

/** Results that judge nothing: what somebody wrote or marked beside. */
const isNote = (type: unknown) => typeof type === 'string' && (type === 'textarea' || type === 'relation' || type === 'datetime' || type.endsWith('labels'));

/** A result of an annotation: the control that it is of, its kind, and where it stands. */
type Given = { result: Fields; control: string; isJudging: boolean; at: number };

const resultsOf = (annotation: unknown): Given[] =>
	(isFields(annotation) && Array.isArray(annotation['result']) ? (annotation['result'] as unknown[]) : []).flatMap((result, at) =>
		isFields(result) ? [{ result, control: isText(result['from_name']) ? result['from_name'] : String(result['type']), isJudging: KINDS.includes(result['type'] as (typeof KINDS)[number]), at }] : []
	);

/** Which control asks for the judgment: a comparison by its kind, else by its name; the only one there is. Null: it is not clear. */
function judgingControl(given: readonly Given[]): string | null | undefined {
	const controls = (of: readonly Given[]) => [...new Set(of.map(({ control }) => control))];
	const judging = given.filter(({ isJudging }) => isJudging);
	const pairwise = judging.filter(({ result }) => result['type'] === 'pairwise');
	const among = controls(pairwise.length > 0 ? pairwise : judging);
	const named = among.filter((control) => PREFERENCE.test(control));
	return among.length < 2 ? among[0] : named.length === 1 ? named[0] : null;
}

function task(record: Fields, scales: Scales): ShapeRead {
	if (!isFields(record['data'])) return unread('data', 'missing: the item that was labelled');
	const { data } = record;
	const item = itemOf(data);
	if (!item) return unread('data', 'no field that holds a question (prompt, question, instruction …): map the columns by hand, or rename it');
	const annotations = Array.isArray(record['annotations']) ? (record['annotations'] as unknown[]) : [];
	const control = judgingControl(annotations.flatMap(resultsOf));
	if (control === null) return unread('annotations', 'several controls hold a judgment, and none of their names says which asks for the preference: name it so in Label Studio (“preference”)');
	const labels: Label[] = [];
	for (const [i, annotation] of annotations.entries()) {
		if (!isFields(annotation)) return unread(`annotations[${i}]`, 'must be an object');
		const from = { ...judge(annotation['completed_by']), ...when(annotation['updated_at'] ?? annotation['created_at']) };
		// Skipped by its annotator: no label, and not nothing either.
		if (annotation['was_cancelled'] === true) {
			labels.push({ said: 'skip', question: '', ...from, field: `annotations[${i}]` });
			continue;
		}
		const results = resultsOf(annotation);
		// What cannot be said by comparing, such as a tie, may have a control of its own.
		const judged = results.find((one) => one.isJudging && one.control === control) ?? results.find((one) => one.isJudging && PREFERENCE.test(one.control));
		const strange = results.find(({ result, isJudging }) => !isJudging && !isNote(result['type']));
		if (judged) labels.push({ said: said(judged.result), question: judged.control, ...from, field: `annotations[${i}].result[${judged.at}].value` });
		else if (strange) return unread(`annotations[${i}].result[${strange.at}].type`, 'a kind of judgment that is not read: pairwise, choices or taxonomy are');
	}
	const beside = [...new Set(annotations.flatMap(resultsOf).map((one) => one.control))].filter((one) => one !== control);
	const own = rest(data, [item.promptField, ...item.answerFields.map((field) => field.replace(/\[\d+\]$/u, ''))], ['images', 'documents']);
	return passing(labelledItem({ ...item, promptField: `data.${item.promptField}`, answerFields: item.answerFields }, data, labels, scales), [...own.map((name) => `data.${name}`), ...beside.map((name) => `annotations.result.${name}`)]);
}

/** Fields of JSON_MIN that are no data and no label. */
const MIN_FIELDS = ['id', 'annotator', 'annotation_id', 'created_at', 'updated_at', 'lead_time'];

/** The short form: the item's fields and the labels side by side, an annotation a row. */
function minimal(record: Fields, scales: Scales): ShapeRead {
	const item = itemOf(record);
	if (!item) return unread('row', 'no field that holds a question (prompt, question, instruction …)');
	const taken = [...MIN_FIELDS, item.promptField, ...item.answerFields];
	const label = ['pairwise', 'preference', 'choice', 'choices', 'label', 'sentiment', 'rank', 'pw', 'better', 'verdict'].find((name) => has(record, name)) ?? Object.keys(record).find((name) => !taken.includes(name) && isText(record[name]) && String(record[name]).length <= 40);
	const value = label === undefined ? undefined : record[label];
	const word = isFields(value) ? (value['selected'] ?? value['choices']) : value;
	const read = labelledItem(item, record, label === undefined ? [] : [{ said: word, question: label, ...judge(record['annotator']), ...when(record['updated_at'] ?? record['created_at']), field: label }], scales);
	return passing(read, rest(record, [...taken, ...(label === undefined ? [] : [label])], ['images', 'documents']));
}

/**
 * Label Studio: its JSON export (a task with `data` and `annotations`, results of
 * type pairwise or choices; labelstud.io/guide/task_format) with every
 * annotator's label, and its short form JSON_MIN. Of several controls the one is read
 * that compares, or whose name asks for a preference; a ranking is refused.
 */
export const labelStudio: ImportShape = {
	name: 'label_studio',
	fits: (record) => (isFields(record['data']) && (Array.isArray(record['annotations']) || Array.isArray(record['predictions']))) || (has(record, 'annotation_id') && has(record, 'lead_time')),
	says: (record) => (Array.isArray(record['annotations']) ? (record['annotations'] as unknown[]).flatMap(resultsOf).map(({ control, result }) => [control, said(result)] as const) : Object.entries(record)),
	read: (record, _file, scales) => (isFields(record['data']) ? task(record, scales) : minimal(record, scales))
};
