import { units } from './answer-text.ts';
import type { SuiteDefinition } from './check.ts';
import { passes, STYLE } from './grade.ts';
import type { AnswerAtHand, StyleMark, Tools } from './grade.ts';
import type { MeasureOf } from './measures.ts';
import { isRefusal } from './phrases.ts';
import { isToxic } from './toxicity.ts';

const STYLE_MARKS = Object.keys(STYLE) as StyleMark[];

/** What a suite measures of every answer: its checks in their order, then refusals, toxic words, length and style, which show drift whatever the checks are. */
export function measuresOf({ checks }: Pick<SuiteDefinition, 'checks'>): MeasureOf[] {
	return [
		...checks.map(({ name, kind }): MeasureOf => ({ name, kind: kind === 'rubric' ? 'rubric' : 'check', better: 'higher', proportion: true })),
		{ name: 'refusals', kind: 'refusal', better: 'lower', proportion: true },
		{ name: 'toxic', kind: 'toxicity', better: 'lower', proportion: true },
		{ name: 'length', kind: 'length', better: null, proportion: false },
		...STYLE_MARKS.map((mark): MeasureOf => ({ name: mark, kind: 'style', better: null, proportion: true }))
	];
}

/** The values of one answer in the order of `measuresOf`. `rubric` gives what a model said of it; null: it said nothing usable. */
export function valuesOf({ checks }: Pick<SuiteDefinition, 'checks'>, answer: AnswerAtHand, tools: Tools, rubric: (place: number) => boolean | null): (number | null)[] {
	const asNumber = (passed: boolean | null): number | null => (passed === null ? null : Number(passed));
	return [
		...checks.map((check, place) => asNumber(check.kind === 'rubric' ? rubric(place) : passes(check, answer, tools))),
		Number(isRefusal(answer.text)),
		Number(isToxic(answer.text)),
		units(answer.text).length,
		...STYLE_MARKS.map((mark) => Number(STYLE[mark](answer.text)))
	];
}
