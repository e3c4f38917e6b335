import type { Item } from './answers-of.ts';
import { refusedLabel, refusedVerdict } from './refused-judgment.ts';
import { isSigned } from './scales.ts';
import type { Scales } from './scales.ts';
import { along, unread } from './shape.ts';
import type { Fields, ShapeRead } from './shape.ts';
import { asJudgment, labelOf, verdictBeside, verdictOf } from './verdict-words.ts';
import type { ForeignVerdict } from './verdict-words.ts';

/** What one annotator said of an item: a word or number of the tool, to which of its questions, who, and when. `score`: below zero for the first answer, above for the second. */
export type Label = { said: unknown; question: string; score?: boolean; judge?: string; at?: string; field: string };

function verdict(label: Label, item: Item, scales: Scales): ForeignVerdict | null {
	if (label.score) {
		const number = Number(label.said);
		return Number.isFinite(number) && label.said !== '' ? (number < 0 ? 0 : number > 0 ? 1 : 'tie') : null;
	}
	return verdictBeside(label.said, item.answerFields as [string, string], scales.get(label.question));
}

/** Whether one answer was called good. A tool's 1 may be the lowest of its marks: unlike a column that is called a label, it is taken only beside its opposite. */
function good({ said, question }: Label, scales: Scales): boolean | null {
	return labelOf(said, scales.get(question), !isSigned(said));
}

/**
 * An item of an annotation tool with its labels as a row of ours: two answers
 * judged against each other, one judged good or bad, or none. A label that says
 * nothing we know refuses the row: a judgment is never dropped in silence. `scales`: the
 * numbers that the file's first rows say, by the tool's questions.
 */
export function labelledItem(item: Item, record: Fields, labels: readonly Label[], scales: Scales): ShapeRead {
	const names: Record<string, string> = { prompt: item.promptField, completion: item.answerFields[0] ?? 'completion' };
	item.answerFields.forEach((field, i) => (names[`responses[${i}]`] = field));
	const from = ({ judge, at }: Label) => ({ ...(judge === undefined ? {} : { judge }), ...(at === undefined ? {} : { at }) });
	const numbers = labels.flatMap(({ said, question, score }) => (score ? [] : [[question, said] as const]));
	const base = { ...along(record, ['images', 'documents']), prompt: item.prompt };
	if (item.answers.length === 1) {
		const judgments = [];
		for (const label of labels) {
			const isGood = good(label, scales);
			if (isGood === null && verdictOf(label.said) !== 'cannot_judge') return refusedLabel(label.field, label.said, scales.get(label.question), !isSigned(label.said));
			judgments.push({ verdict: isGood === null ? 'cannot_judge' : isGood ? 'good' : 'bad', ...from(label) });
		}
		return { ok: true, fields: { ...base, responses: item.answers, mode: 'single', judgments }, names, numbers };
	}
	if (labels.length > 0 && item.answers.length !== 2) return unread(labels[0]?.field ?? 'row', `labels are read of two answers or one; here are ${item.answers.length}`);
	const judgments = [];
	for (const label of labels) {
		const said = verdict(label, item, scales);
		if (said === null) return refusedVerdict(label.field, label.said, item.answerFields as [string, string], scales.get(label.question));
		judgments.push({ ...asJudgment(said), ...from(label) });
	}
	return { ok: true, fields: { ...base, responses: item.answers, judgments }, names, numbers };
}
