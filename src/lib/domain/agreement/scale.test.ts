import { describe, expect, it } from 'vitest';
import { PAIR_VERDICTS, SINGLE_VERDICTS } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';
import { categoryOf, PAIR_NOMINAL, PAIR_ORDINAL, SINGLE_NOMINAL } from './scale.ts';
import type { Strength } from '../judging-form.ts';
import type { Scale } from './scale.ts';

const placed = (scale: Scale, verdict: Verdict, strength?: Strength | null): number | null => categoryOf(scale, { verdict, ...(strength === undefined ? {} : { strength }) });

describe('categoryOf', () => {
	it('nominal: a, b, tie and both_bad are values, whatever the strength; cannot_judge is missing', () => {
		for (const strength of [undefined, null, 'slightly', 'clearly'] as const) {
			expect(PAIR_VERDICTS.map((verdict) => placed(PAIR_NOMINAL, verdict, strength))).toEqual([0, 1, 2, 3, null]);
		}
	});

	it('ordinal: from a clearly to b clearly with the tie in the middle; both_bad and cannot_judge are missing', () => {
		expect([placed(PAIR_ORDINAL, 'a', 'clearly'), placed(PAIR_ORDINAL, 'a', 'slightly'), placed(PAIR_ORDINAL, 'tie'), placed(PAIR_ORDINAL, 'b', 'slightly'), placed(PAIR_ORDINAL, 'b', 'clearly')]).toEqual([0, 1, 2, 3, 4]);
		for (const verdict of ['both_bad', 'cannot_judge'] as const) expect(placed(PAIR_ORDINAL, verdict, 'clearly')).toBeNull();
	});

	it('ordinal: an unstated strength counts as slightly; a tie has none', () => {
		for (const strength of [undefined, null] as const) expect([placed(PAIR_ORDINAL, 'a', strength), placed(PAIR_ORDINAL, 'b', strength)]).toEqual([1, 3]);
		expect(placed(PAIR_ORDINAL, 'tie', 'clearly')).toBe(2);
	});

	it('single mode: good and bad', () => {
		expect(SINGLE_VERDICTS.map((verdict) => placed(SINGLE_NOMINAL, verdict))).toEqual([0, 1, null]);
	});

	it('takes verdicts of the other mode as missing', () => {
		for (const verdict of ['good', 'bad'] as const) expect([placed(PAIR_NOMINAL, verdict), placed(PAIR_ORDINAL, verdict, 'clearly')]).toEqual([null, null]);
		for (const verdict of PAIR_VERDICTS) expect(placed(SINGLE_NOMINAL, verdict)).toBeNull();
	});
});
