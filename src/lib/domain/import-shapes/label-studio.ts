import { fieldOf, itemOf } from './answers-of.ts';
import { annotatorOf, chosen, judgingControl, PREFERENCE, SEVERAL, STRANGE } from './label-studio-controls.ts';
import type { Judging } from './label-studio-controls.ts';
import { shortForm } from './label-studio-short.ts';
import { labelledItem } from './labelled-item.ts';
import type { Label } from './labelled-item.ts';
import type { Scales } from './scales.ts';
import { has, isFields, isText, passing, rest, unread } from './shape.ts';
import type { Fields, ImportShape, ShapeRead } from './shape.ts';
import { when } from './verdict-words.ts';

/** Kinds of result that say which of two answers is better, or whether one is good. A rating says neither: it is more or less. */
const KINDS = ['pairwise', 'choices', 'taxonomy'];

/** Results that judge nothing: what somebody wrote or marked beside. */
const isNote = (type: string) => type === 'textarea' || type === 'relation' || type === 'datetime' || type.endsWith('labels');

/** A result of an annotation: the control that it is of, its kind, what it says, and where it stands. */
type Given = Judging & { isJudging: boolean; said: unknown; at: number };

const resultsOf = (annotation: unknown): Given[] =>
	(isFields(annotation) && Array.isArray(annotation['result']) ? (annotation['result'] as unknown[]) : []).flatMap((result, at) => {
		if (!isFields(result)) return [];
		const kind = String(result['type']);
		return [{ control: isText(result['from_name']) ? result['from_name'] : kind, kind, isJudging: KINDS.includes(kind), said: chosen(result['value']), at }];
	});

/** What Label Studio keeps of a task for itself. */
const ABOUT = ['id', 'data', 'annotations', 'created_at', 'updated_at', 'updated_by', 'project', 'inner_id', 'file_upload', 'total_annotations', 'cancelled_annotations', 'total_predictions', 'comment_count', 'unresolved_comment_count', 'comment_authors', 'last_comment_updated_at', 'is_labeled', 'overlap', 'allow_skip'];

function task(record: Fields, scales: Scales): ShapeRead {
	if (!isFields(record['data'])) return unread('data', 'missing: the item that was labelled');
	const { data } = record;
	const item = itemOf(data);
	if (!item) return unread('data', 'no field that holds a question (prompt, question, instruction …): map the columns by hand, or rename it');
	const annotations = Array.isArray(record['annotations']) ? (record['annotations'] as unknown[]) : [];
	const all = annotations.flatMap(resultsOf);
	const control = judgingControl(all.filter(({ isJudging }) => isJudging));
	if (control === null) return unread('annotations', SEVERAL);
	const labels: Label[] = [];
	const read = new Set<string>();
	for (const [i, annotation] of annotations.entries()) {
		if (!isFields(annotation)) return unread(`annotations[${i}]`, 'must be an object');
		const from = { ...annotatorOf(annotation['completed_by']), ...when(annotation['updated_at'] ?? annotation['created_at']) };
		// Skipped by its annotator: no label, and not nothing either.
		if (annotation['was_cancelled'] === true) {
			labels.push({ said: 'skip', question: '', ...from, field: `annotations[${i}]` });
			continue;
		}
		const results = resultsOf(annotation);
		// What cannot be said by comparing, such as a tie, may have a control of its own.
		const judged = results.find((one) => one.isJudging && one.control === control) ?? results.find((one) => one.isJudging && PREFERENCE.test(one.control));
		const strange = results.find(({ kind, isJudging }) => !isJudging && !isNote(kind));
		if (judged) {
			labels.push({ said: judged.said, question: judged.control, ...from, field: `annotations[${i}].result[${judged.at}].value` });
			read.add(judged.control);
		} else if (strange) return unread(`annotations[${i}].result[${strange.at}].type`, STRANGE);
	}
	const beside = [...new Set(all.map((one) => one.control))].filter((one) => !read.has(one));
	const own = rest(data, [item.promptField, ...item.answerFields.map(fieldOf)], ['images', 'documents']);
	return passing(labelledItem({ ...item, promptField: `data.${item.promptField}` }, data, labels, scales), [...own.map((name) => `data.${name}`), ...beside.map((name) => `annotations.result.${name}`), ...rest(record, ABOUT)]);
}

/**
 * Label Studio: its JSON export (a task with `data` and `annotations`, results of
 * type pairwise or choices; labelstud.io/guide/task_format) with every
 * annotator's label, and its short forms JSON_MIN and CSV. Of several controls the one is read
 * that compares, or whose name asks for a preference; a ranking or a rating is refused. What a
 * model predicted is told as not read.
 */
export const labelStudio: ImportShape = {
	name: 'label_studio',
	fits: (record) => (isFields(record['data']) && (Array.isArray(record['annotations']) || Array.isArray(record['predictions']))) || (has(record, 'annotation_id') && has(record, 'lead_time')),
	says: (record) => (Array.isArray(record['annotations']) ? (record['annotations'] as unknown[]).flatMap(resultsOf).map(({ control, said }) => [control, said] as const) : Object.entries(record)),
	read: (record, _file, scales) => (isFields(record['data']) ? task(record, scales) : shortForm(record, scales))
};
