import { fieldOf, itemOf } from './answers-of.ts';
import type { Item } from './answers-of.ts';
import { judgingQuestion, SEVERAL } from './judging-question.ts';
import { labelledItem } from './labelled-item.ts';
import type { Label } from './labelled-item.ts';
import { has, isFields, isText, passing, rest, saysSomething, unread } from './shape.ts';
import type { Fields, ImportShape } from './shape.ts';
import { labelOf, verdictBeside, when } from './verdict-words.ts';

/** What is shown where no field holds it: the question, then “A. …” and “B. …”, with HTML's or plain line breaks. */
function displayed(text: unknown): Item | null {
	if (!isText(text)) return null;
	const plain = text.replace(/<br\s*\/?>/giu, '\n');
	const parts = /^([\s\S]*?)(?:^|\n)\s*A[.:：]\s+([\s\S]+?)\n\s*B[.:：]\s+([\s\S]+)$/u.exec(plain);
	if (!parts || !isText(parts[1])) return null;
	return { prompt: parts[1].trim(), answers: [parts[2]?.trim(), parts[3]?.trim()], promptField: 'displayed_text', answerFields: ['displayed_text', 'displayed_text'] };
}

/** What was chosen in a scheme: a pairwise tile, a slider, or the label that was ticked. */
function said(scheme: Fields): { said: unknown; score?: true } | null {
	if (has(scheme, 'selection')) return { said: scheme['selection'] };
	if (has(scheme, 'scale_value')) return { said: scheme['scale_value'], score: true };
	const ticked = Object.entries(scheme).filter(([, value]) => value !== false && value !== '' && value !== null && value !== 'false' && value !== '0');
	return ticked.length === 1 ? { said: ticked[0]?.[0] } : ticked.length === 0 ? null : { said: ticked.map(([label]) => label).join(', ') };
}

/** What was annotated, scheme by scheme. */
const schemesOf = ({ label_annotations: annotations }: Fields): [string, Fields][] => (isFields(annotations) ? Object.entries(annotations).filter((entry): entry is [string, Fields] => isFields(entry[1])) : []);

/** What a line says of itself. */
const ABOUT = ['id', 'instance_id', 'displayed_text', 'user', 'user_id', 'annotator', 'label_annotations', 'behavioral_data', 'timestamp'];
const CELL = /^(.+?):::(.+)$/u;

/** Whether a record is a row of Potato's CSV or TSV. */
const isTable = (record: Fields) => has(record, 'instance_id') && Object.keys(record).some((column) => CELL.test(column));

/** A row of Potato's CSV or TSV as a line of its JSON: columns `scheme:::label` hold what was ticked or chosen. */
function fromTable(record: Fields): Fields {
	const schemes: Record<string, Fields> = {};
	const others: Fields = {};
	for (const [column, value] of Object.entries(record)) {
		const [, scheme, label] = CELL.exec(column) ?? [];
		if (scheme === undefined || label === undefined) others[column] = value;
		else if (saysSomething(value)) schemes[scheme] = { ...schemes[scheme], [label]: value };
	}
	return { ...others, label_annotations: schemes };
}

/**
 * Potato: `annotated_instances.jsonl`, an item and an annotator a line
 * (`label_annotations`, potatoannotator.com; schemes of type pairwise: `selection`
 * A, B or tie, or `scale_value`, below zero for the first). The lines of several
 * annotators on one item meet in one comparison. Who annotated is in the line,
 * or it is the folder of the zip in which Potato keeps each annotator's file. Its CSV
 * and TSV hold the same in columns `scheme:::label`.
 */
export const potato: ImportShape = {
	name: 'potato',
	fits: (record) => isFields(record['label_annotations']) || isTable(record),
	says: (given) => schemesOf(isTable(given) ? fromTable(given) : given).flatMap(([name, scheme]) => {
		const chosen = said(scheme);
		return chosen === null || chosen.score ? [] : [[name, chosen.said] as const];
	}),
	read: (given, file, scales) => {
		const record = isTable(given) ? fromTable(given) : given;
		if (!isFields(record['label_annotations'])) return unread('label_annotations', 'missing: what was annotated');
		const data = isFields(record['instance_data']) ? record['instance_data'] : isFields(record['data']) ? record['data'] : record;
		const item = itemOf(data) ?? displayed(record['displayed_text']);
		if (!item || item.answers.length === 0) return unread('displayed_text', 'neither fields that hold a question and its answers (prompt, responses …) nor a text “… A. … B. …”');
		const schemes = schemesOf(record);
		const judges = (scheme: Fields) => has(scheme, 'selection') || has(scheme, 'scale_value') || labelOf(said(scheme)?.said) !== null || verdictBeside(said(scheme)?.said, item.answerFields as [string, string]) !== null;
		const name = judgingQuestion(schemes.map(([one]) => one), (one) => schemes.some(([other, scheme]) => other === one && judges(scheme)), (one) => schemes.every(([other, scheme]) => other !== one || said(scheme) === null));
		if (name === null) return unread('label_annotations', SEVERAL);
		const scheme = schemes.find(([one]) => one === name)?.[1];
		const chosen = scheme ? said(scheme) : null;
		const folder = file?.split('/').at(-2);
		const judge = [record['user_id'], record['user'], record['annotator'], folder].find(isText);
		const behaviour = isFields(record['behavioral_data']) ? record['behavioral_data'] : {};
		const label: Label[] = chosen === null ? [] : [{ ...chosen, question: name ?? '', ...(judge === undefined ? {} : { judge }), ...when(behaviour['timestamp'] ?? record['timestamp']), field: `label_annotations.${name ?? ''}` }];
		const passedOver = rest(data, [...(data === record ? ABOUT : ['id', 'displayed_text']), item.promptField, ...item.answerFields.map(fieldOf)], ['images', 'documents']);
		const within = data === record ? '' : data === record['data'] ? 'data.' : 'instance_data.';
		const beside = data === record ? [] : rest(record, [...ABOUT, 'instance_data', 'data']);
		return passing(labelledItem(item, data, label, scales), [...passedOver.map((one) => within + one), ...schemes.filter(([one]) => one !== name).map(([one]) => `label_annotations.${one}`), ...beside]);
	}
};
