import type { ShownCriterionVerdict } from '#lib/domain/judging-form.ts';
import type { Mode } from '#lib/domain/verdict.ts';
import * as m from '#lib/paraglide/messages.js';

type Choice = { verdict: ShownCriterionVerdict; name: () => string };

const CHOICES: { readonly [mode in Mode]: readonly Choice[] } = {
	pair: [
		{ verdict: 'left', name: m.criterion_left },
		{ verdict: 'tie', name: m.criterion_tie },
		{ verdict: 'right', name: m.criterion_right }
	],
	single: [
		{ verdict: 'good', name: m.criterion_good },
		{ verdict: 'bad', name: m.criterion_bad }
	]
};
/** What a criterion's key gives at each press: the sides first, as people think of them. */
const TURNS: { readonly [mode in Mode]: readonly ShownCriterionVerdict[] } = { pair: ['left', 'right', 'tie'], single: ['good', 'bad'] };

/** A criterion's verdicts as they stand beside each other. */
export function criterionVerdicts(mode: Mode): readonly Choice[] {
	return CHOICES[mode];
}

/** A criterion's verdict in the reader's language; null: none. */
export function criterionVerdictName(mode: Mode, verdict: ShownCriterionVerdict | null): string {
	return CHOICES[mode].find((choice) => choice.verdict === verdict)?.name() ?? m.criterion_none();
}

/** The verdict that the next press of a criterion's key gives; null: none again. */
export function nextCriterionVerdict(mode: Mode, now: ShownCriterionVerdict | undefined, back: boolean): ShownCriterionVerdict | null {
	const turn = [null, ...TURNS[mode]];
	const at = Math.max(0, turn.indexOf(now ?? null));
	return turn[(at + (back ? turn.length - 1 : 1)) % turn.length] ?? null;
}
