import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Battle } from './battle.ts';
import { columnsOf, maximumLikelihood, rowOf } from './fit.ts';
import { at } from './linear-algebra.ts';
import type { Matrix } from './linear-algebra.ts';
import { fitted, sandwich, twoWaySandwich } from './sandwich.ts';
import type { Correction } from './sandwich.ts';

const golden = async <T>(name: string): Promise<T[]> => ((JSON.parse(await readFile(new URL(`../../../../test/golden/${name}.json`, import.meta.url), 'utf8'))) as { cases: T[] }).cases;

function namesOf(battles: readonly Battle[]): string[] {
	return [...new Set(battles.flatMap(({ a, b }) => [a, b]))].sort();
}

function strengthsOf(battles: readonly Battle[], anchor: string) {
	const columns = columnsOf(namesOf(battles), anchor, battles[0]?.style.length ?? 0);
	const rows = battles.map((battle) => rowOf(battle, columns));
	const coefficients = maximumLikelihood(rows, columns.size);
	if (!coefficients) throw new Error('no summit');
	return { columns, rows, coefficients };
}

const errors = (covariance: Matrix): number[] => covariance.map((line, index) => Math.sqrt(line[index] ?? NaN));

function expectClose(found: ArrayLike<number>, expected: readonly number[], what: string): void {
	expect(found.length, what).toBe(expected.length);
	expected.forEach((value, index) => expect(Math.abs((found[index] ?? NaN) - value), `${what} [${index}]: ${found[index]} for ${value}`).toBeLessThan(1e-6));
}

type ArenaCase = { name: string; ridge: number; battles: [string, string, number, ...number[]][]; weights: number[]; strengths: Record<string, number>; errors: Record<string, number>; effects: number[] };

describe('strengths and unclustered errors beside arena-rank', async () => {
	it.each(await golden<ArenaCase>('bradley-terry-arena'))('$name', ({ ridge, battles: said, weights, strengths, errors: expected, effects }) => {
		const battles = said.map(([a, b, score, ...style], index): Battle => ({ a, b, score, group: String(index), judge: 'j', weight: weights[index] ?? 0, style }));
		const names = namesOf(battles);
		const { columns, coefficients } = strengthsOf(battles, names[0] ?? '');
		const own = names.map((name) => coefficients[columns.of.get(name) ?? -1] ?? 0);
		const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
		expectClose(own.map((value) => value - mean), names.map((name) => strengths[name] ?? NaN), 'strengths');
		expectClose(coefficients.slice(names.length - 1), effects, 'effects');
		// The package anchors nobody: a column for each, and its regulariser makes the information invertible.
		const free = columnsOf(names, null, effects.length);
		const model = fitted(battles.map((battle) => rowOf(battle, free)), Float64Array.from([...own.map((value) => value - mean), ...coefficients.slice(names.length - 1)]), ridge);
		if (!model) throw new Error('not invertible');
		expectClose(errors(sandwich(model, null, 'CR0').covariance).slice(0, names.length), names.map((name) => expected[name] ?? NaN), 'errors');
	});
});

type ClusteredCase = { name: string; anchor: string; battles: [string, string, number, string, string, number, ...number[]][]; coefficients: number[]; errors: Record<'group' | 'judge' | 'two_way' | 'group_cr2' | 'judge_cr2', number[]> };

describe('clustered errors beside statsmodels', async () => {
	it.each(await golden<ClusteredCase>('bradley-terry-clustered'))('$name', ({ anchor, battles: said, coefficients: expected, errors: theirs }) => {
		const battles = said.map(([a, b, score, group, judge, weight, ...style]): Battle => ({ a, b, score, group, judge, weight, style }));
		const { rows, coefficients } = strengthsOf(battles, anchor);
		expectClose(coefficients, expected, 'coefficients');
		const model = fitted(rows, coefficients);
		if (!model) throw new Error('not invertible');
		const [groups, judges] = [battles.map(({ group }) => group), battles.map(({ judge }) => judge)];
		const by = (names: readonly string[], correction: Correction) => errors(sandwich(model, names, correction).covariance);
		expectClose(by(groups, 'CR1'), theirs.group, 'by group');
		expectClose(by(judges, 'CR1'), theirs.judge, 'by judge');
		expectClose(errors(twoWaySandwich(model, groups, judges, 'CR1').both), theirs.two_way, 'by group and judge');
		expectClose(by(groups, 'CR2'), theirs.group_cr2, 'CR2 by group');
		expectClose(by(judges, 'CR2'), theirs.judge_cr2, 'CR2 by judge');
		expect(at(model.inverseInformation, 0, 0)).toBeGreaterThan(0);
	});
});
