import { describe, expect, test } from 'vitest';
import { extent, linesOf, mergeSteps, slim, tableSteps, thin } from './series.ts';

const steps = (values: (number | undefined)[]) => values.map((value, index) => ({ step: index + 1, values: value === undefined ? ({} as Record<string, number>) : { loss: value } }));

const lineOf = (of: Parameters<typeof linesOf>[0], key: string) => linesOf(of, [key])[0] ?? [];

describe('lines of a run', () => {
	test('a repeated step replaces itself and order is by step', () => {
		const merged = mergeSteps(steps([1, 2, 3]), [{ step: 4, values: { loss: 4 } }, { step: 2, values: { loss: 9 } }]);
		expect(merged.map(({ step, values }) => [step, values['loss']])).toEqual([[1, 1], [2, 9], [3, 3], [4, 4]]);
	});

	test('a missing value is a gap and does not enter the mean', () => {
		expect(lineOf(steps([1, undefined, 3]), 'loss')).toEqual([{ step: 1, raw: 1, smooth: 1 }, { step: 2, raw: null, smooth: null }, { step: 3, raw: 3, smooth: 3 }]);
	});

	test('the mean trails over its window only', () => {
		const line = lineOf(steps([...Array<number>(30).fill(0), ...Array<number>(30).fill(10)]), 'loss');
		expect(line[29]?.smooth).toBe(0);
		expect(line[30]?.smooth).toBe(2);
		expect(line[59]?.smooth).toBe(10);
	});

	test('ten thousand steps become a screen of points and a page of rows, the last always there', () => {
		const many = steps(Array.from({ length: 10_001 }, (_, index) => index));
		expect(lineOf(many, 'loss').length).toBeLessThanOrEqual(402);
		expect(tableSteps(many).length).toBeLessThanOrEqual(102);
		for (const thinned of [lineOf(many, 'loss'), tableSteps(many), thin(many, 7)]) expect(thinned.at(-1)?.step).toBe(10_001);
	});

	test('what stands out in any line stays, in what travels and in what is drawn, and lines that are drawn together keep the same steps', () => {
		for (const [high, deep] of [[1234, 8765], [5001, 5002]] as const) {
			const many = Array.from({ length: 10_000 }, (_, index) => ({ step: index + 1, values: { loss: index === high ? 50 : Math.sin(index / 500), kl: index === deep ? -50 : Math.cos(index / 500) } }));
			const sent = slim(many, ['loss', 'kl', 'never']);
			expect(sent.length).toBeLessThanOrEqual(1602);
			const drawn = linesOf(sent, ['loss', 'kl'], 1);
			expect(drawn.map((points) => points.length)).toEqual([drawn[0]?.length, drawn[0]?.length]);
			expect(drawn[0]?.length).toBeLessThanOrEqual(402);
			expect(drawn[0]?.map(({ step }) => step)).toEqual(drawn[1]?.map(({ step }) => step));
			expect([drawn[0]?.find(({ raw }) => raw === 50)?.step, drawn[1]?.find(({ raw }) => raw === -50)?.step, drawn[0]?.at(-1)?.step]).toEqual([high + 1, deep + 1, 10_000]);
		}
	});

	test('what a page does not show does not travel', () => {
		expect(slim([{ step: 1, values: { loss: 1, secret: 2 } }], ['loss', 'kl'])).toEqual([{ step: 1, values: { loss: 1 } }]);
	});

	test('an extent leaves air, also around a flat or an empty line', () => {
		expect(extent([])).toEqual([0, 1]);
		const [low, high] = extent([lineOf(steps([5, 5]), 'loss')]);
		expect(low).toBeLessThan(5);
		expect(high).toBeGreaterThan(5);
	});
});
