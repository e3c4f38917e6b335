import { itemOf } from './answers-of.ts';
import { labelledItem } from './labelled-item.ts';
import type { Label } from './labelled-item.ts';
import { has, isFields, isText, unread } from './shape.ts';
import type { Fields, ImportShape, ShapeRead } from './shape.ts';
import { when } from './verdict-words.ts';

/** Kinds of result that say which of two answers is better, or whether one is good. */
const KINDS = ['pairwise', 'choices', 'rating', 'taxonomy'] as const;

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
	const choice = value['selected'] ?? value['choices'] ?? value['choice'] ?? value['rating'];
	return Array.isArray(choice) ? (choice.length === 1 ? (choice[0] as unknown) : choice.join(', ')) : choice;
}

function task(record: Fields): ShapeRead {
	if (!isFields(record['data'])) return unread('data', 'missing: the item that was labelled');
	const { data } = record;
	const item = itemOf(data);
	if (!item) return unread('data', 'no field that holds a question (prompt, question, instruction …): map the columns by hand, or rename it');
	const labels: Label[] = [];
	for (const [i, annotation] of (Array.isArray(record['annotations']) ? (record['annotations'] as unknown[]) : []).entries()) {
		if (!isFields(annotation)) return unread(`annotations[${i}]`, 'must be an object');
		const from = { ...judge(annotation['completed_by']), ...when(annotation['updated_at'] ?? annotation['created_at']) };
		// Skipped by its annotator: no label, and not nothing either.
		if (annotation['was_cancelled'] === true) {
			labels.push({ said: 'skip', ...from, field: `annotations[${i}]` });
			continue;
		}
		const results = Array.isArray(annotation['result']) ? (annotation['result'] as unknown[]) : [];
		const judged = KINDS.flatMap((kind) => results.flatMap((result, at) => (isFields(result) && result['type'] === kind ? [{ result, at }] : [])));
		const [first] = judged;
		if (first) labels.push({ said: said(first.result), ...from, field: `annotations[${i}].result[${first.at}].value` });
	}
	return labelledItem({ ...item, promptField: `data.${item.promptField}`, answerFields: item.answerFields }, data, labels);
}

/** Fields of JSON_MIN that are no data and no label. */
const MIN_FIELDS = ['id', 'annotator', 'annotation_id', 'created_at', 'updated_at', 'lead_time'];

/** The short form: the item's fields and the labels side by side, an annotation a row. */
function minimal(record: Fields): ShapeRead {
	const item = itemOf(record);
	if (!item) return unread('row', 'no field that holds a question (prompt, question, instruction …)');
	const taken = [...MIN_FIELDS, item.promptField, ...item.answerFields];
	const label = ['pairwise', 'preference', 'choice', 'choices', 'label', 'sentiment', 'rank', 'pw', 'better', 'verdict'].find((name) => has(record, name)) ?? Object.keys(record).find((name) => !taken.includes(name) && isText(record[name]) && String(record[name]).length <= 40);
	const value = label === undefined ? undefined : record[label];
	const word = isFields(value) ? (value['selected'] ?? value['choices']) : value;
	return labelledItem(item, record, label === undefined ? [] : [{ said: word, ...judge(record['annotator']), ...when(record['updated_at'] ?? record['created_at']), field: label }]);
}

/**
 * Label Studio: its JSON export (a task with `data` and `annotations`, results of
 * type pairwise or choices; labelstud.io/guide/task_format) with every
 * annotator's label, and its short form JSON_MIN. A ranking control's other
 * results are left to Label Studio.
 */
export const labelStudio: ImportShape = {
	name: 'label_studio',
	fits: (record) => (isFields(record['data']) && (Array.isArray(record['annotations']) || Array.isArray(record['predictions']))) || (has(record, 'annotation_id') && has(record, 'lead_time')),
	read: (record) => (isFields(record['data']) ? task(record) : minimal(record))
};
