import type { Strength } from '#lib/domain/judging-form.ts';
import type { Mode } from '#lib/domain/verdict.ts';
import * as m from '#lib/paraglide/messages.js';
import { VERDICTS } from './keys.ts';
import type { Verdict } from './outbox.ts';
import { verdictName } from './verdict-names.ts';

/** One verdict to choose: how clearly where that is asked, its key and its name. */
export type Choice = { verdict: Verdict; strength: Strength | null; key: string; name: string };

/** The verdicts of a mode as they stand on the page; with `strength` left and right say how clearly. */
export function verdictChoices(mode: Mode, { strength, wide }: { strength: boolean; wide: boolean }): Choice[] {
	const plain = (verdict: Verdict): Choice => ({ verdict, strength: null, key: VERDICTS[mode].find((one) => one.verdict === verdict)?.key ?? '', name: verdictName(verdict) });
	if (!strength || mode === 'single') return VERDICTS[mode].map(({ verdict }) => plain(verdict));
	const far: Choice = { verdict: 'left', strength: 'clearly', key: '⇧1', name: m.verdict_left_clearly() };
	const near: Choice = { verdict: 'left', strength: 'slightly', key: '1', name: m.verdict_left_slightly() };
	const close: Choice = { verdict: 'right', strength: 'slightly', key: '2', name: m.verdict_right_slightly() };
	const distant: Choice = { verdict: 'right', strength: 'clearly', key: '⇧2', name: m.verdict_right_clearly() };
	// One row is a scale from left to right; in a narrow place left and right are columns.
	const scale = wide ? [far, near, plain('tie'), close, distant] : [far, distant, near, close, plain('tie')];
	return [...scale, plain('both_bad'), plain('cannot_judge')];
}
