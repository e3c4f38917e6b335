import type { Item } from './answers-of.ts';
import { along, unread } from './shape.ts';
import type { Fields, ShapeRead } from './shape.ts';
import { asJudgment, labelOf, LABEL_WORDS, verdictOf, VERDICT_WORDS } from './verdict-words.ts';
import type { ForeignVerdict } from './verdict-words.ts';

/** What one annotator said of an item: a word or number of the tool, who, and when. `score`: below zero for the first answer, above for the second. */
export type Label = { said: unknown; score?: boolean; judge?: string; at?: string; field: string };

function verdict(label: Label, item: Item): ForeignVerdict | null {
	if (label.score) {
		const number = Number(label.said);
		return Number.isFinite(number) && label.said !== '' ? (number < 0 ? 0 : number > 0 ? 1 : 'tie') : null;
	}
	return verdictOf(label.said, item.answerFields as [string, string]);
}

/**
 * An item of an annotation tool with its labels as a row of ours: two answers
 * judged against each other, one judged good or bad, or none. A label that says
 * nothing we know refuses the row: a judgment is never dropped in silence.
 */
export function labelledItem(item: Item, record: Fields, labels: readonly Label[]): ShapeRead {
	const names: Record<string, string> = { prompt: item.promptField, completion: item.answerFields[0] ?? 'completion' };
	item.answerFields.forEach((field, i) => (names[`responses[${i}]`] = field));
	const from = ({ judge, at }: Label) => ({ ...(judge === undefined ? {} : { judge }), ...(at === undefined ? {} : { at }) });
	const base = { ...along(record, ['images', 'documents']), prompt: item.prompt };
	if (item.answers.length === 1) {
		const judgments = [];
		for (const label of labels) {
			const good = labelOf(label.said);
			if (good === null && verdictOf(label.said) !== 'cannot_judge') return unread(label.field, LABEL_WORDS);
			judgments.push({ verdict: good === null ? 'cannot_judge' : good ? 'good' : 'bad', ...from(label) });
		}
		return { ok: true, fields: { ...base, responses: item.answers, mode: 'single', judgments }, names };
	}
	if (labels.length > 0 && item.answers.length !== 2) return unread(labels[0]?.field ?? 'row', `labels are read of two answers or one; here are ${item.answers.length}`);
	const judgments = [];
	for (const label of labels) {
		const said = verdict(label, item);
		if (said === null) return unread(label.field, VERDICT_WORDS);
		judgments.push({ ...asJudgment(said), ...from(label) });
	}
	return { ok: true, fields: { ...base, responses: item.answers, judgments }, names };
}
