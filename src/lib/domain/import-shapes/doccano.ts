import { fieldOf, itemOf } from './answers-of.ts';
import { labelledItem } from './labelled-item.ts';
import { numberOf } from './scales.ts';
import type { Scale } from './scales.ts';
import { has, isText, passing, rest, unread } from './shape.ts';
import type { Fields, ImportShape } from './shape.ts';
import { labelOf, verdictOf } from './verdict-words.ts';

/** Files that hold everybody's labels and name nobody. */
const NOBODY = new Set(['all', 'unknown', 'data', 'export', 'dataset']);

/** doccano puts each annotator's labels in a file of their name. */
function annotator(file: string | null): { judge?: string } {
	const name = file?.split('/').at(-1)?.replace(/\.(?:jsonl|json|csv)$/iu, '');
	return name && !NOBODY.has(name.toLowerCase()) ? { judge: name } : {};
}

/** The labels of a record; of a cell that is a label itself the label. */
function labelsOf(record: Fields): unknown[] | null {
	const { label } = record;
	if (Array.isArray(label)) return label as unknown[];
	return isText(label) ? (label.includes('#') ? label.split('#') : [label]) : null;
}

/** Whether a number among these may be a mark: all are small. Sums are not, all together. */
const isMark = (number: number, scale: Scale = new Set()) => [...scale, number].every((one) => one >= -5 && one <= 10);

/**
 * doccano: JSONL, JSON and CSV of text classification (`text`, `label`, and the
 * columns that were brought in; in a CSV several labels stand in one cell, # between them) and of sequence to sequence, where the labels are
 * answers (doccano.github.io/doccano, "Export"). Who labelled is the name of the
 * file in the zip that doccano gives; labels have no time. Numbers alone are answers where one
 * of the file's first rows is too large for a mark.
 */
export const doccano: ImportShape = {
	name: 'doccano',
	fits: (record) => has(record, 'id') && isText(record['text']) && !has(record, 'messages') && (Array.isArray(record['label']) || (isText(record['label']) && (itemOf(record)?.answers.length ?? 0) > 0)),
	says: (record) => (labelsOf(record) ?? []).map((said) => ['label', said] as const),
	read: (record, file, scales) => {
		const said = labelsOf(record);
		if (said === null) return unread('label', 'must be a list of labels');
		const item = itemOf(record);
		if (item && item.answers.length > 0) {
			if (said.length > 1) return unread('label', `one label an annotator, here are ${said.length}`);
			const own = rest(record, ['id', 'label', 'text', item.promptField, ...item.answerFields.map(fieldOf)], ['images', 'documents']);
			return passing(labelledItem(item, record, said.map((label) => ({ said: label, question: 'label', ...annotator(file), field: 'label[0]' })), scales), own);
		}
		// What is neither a verdict nor a mark is a text somebody wrote: an answer.
		const scale = scales.get('label');
		if (said.every((label) => (numberOf(label) === null ? verdictOf(label) === null && labelOf(label) === null : !isMark(Number(numberOf(label)), scale)))) return { ok: true, fields: { prompt: record['text'], responses: said }, names: { prompt: 'text', responses: 'label' }, unread: rest(record, ['id', 'text', 'label']) };
		return unread('text', 'labelled, but there are no answers beside it: bring the columns prompt and response_a, response_b (or response) along in doccano');
	}
};
