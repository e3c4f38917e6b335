import { fieldOf, itemOf } from './answers-of.ts';
import type { Item } from './answers-of.ts';
import { isLabelColumn, isVerdictColumn } from './columns.ts';
import { annotatorOf, chosen, judgingControl, PREFERENCE, resultsIn, SEVERAL, STRANGE } from './label-studio-controls.ts';
import { labelledItem } from './labelled-item.ts';
import { numberOf } from './scales.ts';
import type { Scales } from './scales.ts';
import { has, isText, passing, rest, unread } from './shape.ts';
import type { Fields, ShapeRead } from './shape.ts';
import { labelOf, verdictOf, when } from './verdict-words.ts';

/** Fields that are no data and no label. */
const ABOUT = ['id', 'annotator', 'annotation_id', 'created_at', 'updated_at', 'lead_time', 'agreement'];
/** Names that people give to a control of choices besides those that ask for a preference. */
const USUAL = new Set(['choice', 'choices', 'label', 'rank', 'pw']);
/** A longer text is data. */
const MOST_CHARS = 40;

/** What a control said in a row: by a choice alone, or by results with their kind. */
type Said = { control: string; kind: 'pairwise' | 'choices' | 'other'; said: unknown };

/** A cell as JSON holds it: in a CSV all but a single choice is JSON. */
function cell(value: unknown): unknown {
	if (typeof value !== 'string' || !/^\s*[[{]/u.test(value)) return value;
	try {
		return JSON.parse(value) as unknown;
	} catch {
		return value;
	}
}

/** What a field says, where it is a control's. */
function saidIn(control: string, value: unknown): Said | null {
	const results = resultsIn(cell(value));
	const [only] = results;
	if (only === undefined) {
		const isWord = (isText(value) && value.length <= MOST_CHARS) || typeof value === 'number';
		return isWord && (USUAL.has(control.toLowerCase()) || (PREFERENCE.test(control) && !/id$/iu.test(control))) ? { control, kind: 'choices', said: value } : null;
	}
	const holds = (name: string) => results.some((result) => has(result, name));
	// Of one control a row has one judgment: more are not guessed at.
	const said = results.length === 1 ? chosen(only) : null;
	if (holds('selected')) return { control, kind: 'pairwise', said };
	if (holds('choices') || holds('taxonomy')) return { control, kind: 'choices', said };
	return ['rating', 'number', 'ranker'].some(holds) ? { control, kind: 'other', said: null } : null;
}

/** The only field that judges the item's answers by its name, as columns are called that do, and by the word in it; a field of the item may be called so too, and says something else, and a number may be a rating. */
function judgedBeside(record: Fields, item: Item, taken: readonly string[]): Said[] {
	const isOne = item.answers.length === 1;
	const found = Object.keys(record).filter((name) => {
		const said = record[name];
		if (taken.includes(name) || numberOf(said) !== null) return false;
		return isOne ? (isLabelColumn(name) || name.toLowerCase() === 'quality') && labelOf(said) !== null : isVerdictColumn(name) && item.answers.length === 2 && verdictOf(said, item.answerFields as [string, string]) !== null;
	});
	return found.length === 1 ? found.map((control) => ({ control, kind: 'choices', said: record[control] })) : [];
}

/**
 * The short forms of Label Studio, JSON_MIN and CSV: the item's fields and the labels side
 * by side, an annotation a row. Its converter writes a single choice as that text and
 * everything else as a list of results (`[{"selected": "left"}]`), in a CSV as JSON. A text
 * is taken for a choice only under a name that asks for one, or where it is the only one that
 * judges under a name of such columns: a field of the item looks no different.
 */
export function shortForm(record: Fields, scales: Scales): ShapeRead {
	const item = itemOf(record);
	if (!item) return unread('row', 'no field that holds a question (prompt, question, instruction …)');
	const taken = [...ABOUT, item.promptField, ...item.answerFields.map(fieldOf)];
	const given = Object.keys(record).flatMap((name) => (taken.includes(name) ? [] : (saidIn(name, record[name]) ?? [])));
	if (given.every(({ kind }) => kind === 'other')) given.push(...judgedBeside(record, item, taken));
	const control = judgingControl(given.filter(({ kind }) => kind !== 'other'));
	if (control === null) return unread(given[0]?.control ?? 'row', SEVERAL);
	const [strange] = given;
	if (control === undefined && strange) return unread(strange.control, STRANGE);
	const label = given.find((one) => one.control === control);
	const labels = label ? [{ said: label.said, question: label.control, ...annotatorOf(record['annotator']), ...when(record['updated_at'] ?? record['created_at']), field: label.control }] : [];
	return passing(labelledItem(item, record, labels, scales), rest(record, [...taken, ...(label ? [label.control] : [])], ['images', 'documents']));
}
