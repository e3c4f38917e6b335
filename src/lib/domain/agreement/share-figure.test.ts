import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterMean } from '../cluster-bootstrap.ts';
import { wilsonInterval } from '../wilson.ts';
import { goldAccuracy, meetsGold } from './gold-accuracy.ts';
import { leftRate } from './left-rate.ts';
import { selfConsistency } from './self-consistency.ts';
import { shareFigure } from './share-figure.ts';

const options = { seed: 's', resamples: 100 };
const groupsOf = (count: number, perGroup = 1): string[] => Array.from({ length: count }, (_, i) => `g${Math.floor(i / perGroup)}`);

describe('shareFigure', () => {
	it('takes Wilson only with one row a prompt', () => {
		const trials = groupsOf(40).map((group, i) => ({ group, success: i % 4 !== 0 }));
		expect(shareFigure(trials, options)).toEqual({ value: 0.75, ...wilsonInterval(30, 40), n: 40, groups: 40, method: 'wilson' });
		const figure = shareFigure([...trials, { group: 'g0', success: true }], options);
		const { low, high } = clusterMean([...trials, { group: 'g0', success: true }].map(({ group, success }) => ({ group, value: Number(success) })), { ...options, proportion: true });
		expect(figure).toMatchObject({ method: 'cluster_bootstrap', n: 41, groups: 40, low, high });
	});

	it('gives no interval under 20 groups, and no value for nothing', () => {
		for (const perGroup of [1, 3]) expect(shareFigure(groupsOf(19 * perGroup, perGroup).map((group) => ({ group, success: true })), options)).toMatchObject({ value: 1, low: null, high: null, groups: 19, reason: 'too_few' });
		expect(shareFigure([], options)).toEqual({ value: null, low: null, high: null, n: 0, groups: 0, method: 'none', reason: 'no_observations' });
	});

	it('holds its estimate, whatever the trials', () => {
		fc.assert(
			fc.property(fc.array(fc.record({ group: fc.nat(60).map(String), success: fc.boolean() }), { maxLength: 200 }), (trials) => {
				const { value, low, high } = shareFigure(trials, options);
				expect(low === null).toBe(high === null);
				if (low !== null && high !== null) expect(low <= (value ?? NaN) && (value ?? NaN) <= high && low >= 0 && high <= 1).toBe(true);
			}),
			{ numRuns: 50 }
		);
	});
});

describe('selfConsistency', () => {
	it('is the share of repeats with the same canonical verdict', () => {
		const repeats = groupsOf(40).map((group, i) => ({ group, first: 'a', again: i < 30 ? 'a' : 'tie' }) as const);
		expect(selfConsistency(repeats, options)).toMatchObject({ value: 0.75, n: 40, method: 'wilson' });
	});

	it('leaves cannot_judge out on either side', () => {
		expect(selfConsistency([{ group: 'g', first: 'cannot_judge', again: 'cannot_judge' }, { group: 'h', first: 'a', again: 'cannot_judge' }, { group: 'i', first: 'good', again: 'good' }], options)).toMatchObject({ value: 1, n: 1 });
	});
});

describe('leftRate', () => {
	it('turns canonical verdicts back into sides', () => {
		const verdicts = [{ verdict: 'a', sideOrder: 'ab' }, { verdict: 'b', sideOrder: 'ba' }, { verdict: 'a', sideOrder: 'ba' }, { verdict: 'b', sideOrder: 'ab' }, { verdict: 'b', sideOrder: 'ba' }] as const;
		expect(leftRate(verdicts.map((one, i) => ({ group: `g${i}`, ...one })), options)).toMatchObject({ value: 0.6, n: 5 });
	});

	it('leaves out what says nothing about sides', () => {
		const silent = (['tie', 'both_bad', 'cannot_judge', 'good', 'bad'] as const).map((verdict) => ({ group: 'g', verdict, sideOrder: 'ab' as const }));
		expect(leftRate([...silent, { group: 'g', verdict: 'a', sideOrder: null }], options)).toMatchObject({ value: null, n: 0, reason: 'no_observations' });
	});
});

describe('goldAccuracy', () => {
	it('accepts a tie only where the gold item does, and nothing else for it', () => {
		for (const acceptsTie of [false, true]) {
			expect(meetsGold('a', { verdict: 'a', acceptsTie })).toBe(true);
			expect(meetsGold('tie', { verdict: 'a', acceptsTie })).toBe(acceptsTie);
			expect(meetsGold('both_bad', { verdict: 'a', acceptsTie })).toBe(false);
			expect(meetsGold('b', { verdict: 'a', acceptsTie })).toBe(false);
			expect(meetsGold('a', { verdict: 'tie', acceptsTie })).toBe(false);
			expect(meetsGold('bad', { verdict: 'good', acceptsTie })).toBe(false);
			expect(meetsGold('cannot_judge', { verdict: 'a', acceptsTie })).toBeNull();
		}
	});

	it('is the share of answers that meet it', () => {
		const gold = { verdict: 'b', acceptsTie: true } as const;
		const answers = groupsOf(50).map((group, i) => ({ group, verdict: (['b', 'tie', 'a', 'both_bad', 'cannot_judge'] as const)[i % 5] ?? 'a', gold }));
		expect(goldAccuracy(answers, options)).toMatchObject({ value: 0.5, n: 40, groups: 40, method: 'wilson' });
	});
});
