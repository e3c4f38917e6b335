import { describe, expect, it } from 'vitest';
import { createRng } from '../rng.ts';
import type { Rng } from '../rng.ts';
import type { Battle } from './battle.ts';
import { columnsOf, logistic, maximumLikelihood, rowOf } from './fit.ts';
import { rank } from './ranking.ts';

/**
 * Competitors with what they are worth, judged by people who differ, on prompts
 * that suit one or the other. `whose`: new people in every draw, or the same.
 */
type Setting = { worth: readonly number[]; prompts: number; annotators: number; whose: 'sample' | 'these'; taste: number; ease: number; ties: number };

const normal = (rng: Rng): number => Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
const names = (setting: Setting): string[] => setting.worth.map((_, index) => `m${index}`);
const effects = (setting: Setting, sd: number, rng: Rng): number[] => setting.worth.map(() => sd * normal(rng));
const tastesOf = (setting: Setting, rng: Rng): number[][] => Array.from({ length: setting.annotators }, () => effects(setting, setting.taste, rng));

/** Two pairs a prompt, each judged by two people. */
function drawn(setting: Setting, tastes: readonly number[][], rng: Rng): Battle[] {
	return Array.from({ length: setting.prompts }, (_, prompt) => {
		const ease = effects(setting, setting.ease, rng);
		return [0, 1].flatMap(() => {
			const [a = 0, b = 1] = rng.shuffle(setting.worth.map((__, index) => index));
			return rng.shuffle(tastes.map((taste, judge) => ({ taste, judge }))).slice(0, 2).map(({ taste, judge }): Battle => {
				const of = (competitor: number): number => (setting.worth[competitor] ?? 0) + (taste[competitor] ?? 0) + (ease[competitor] ?? 0);
				const score = rng.next() < setting.ties ? 0.5 : Number(rng.next() < logistic(of(a) - of(b)));
				return { a: `m${a}`, b: `m${b}`, score, group: `g${prompt}`, judge: `j${judge}`, weight: 1, style: [] };
			});
		});
	}).flat();
}

const GRID = Array.from({ length: 401 }, (_, step) => -8 + step / 25);

/** The mean of a function of a standard normal variable. */
function mean(of: (z: number) => number): number {
	const density = GRID.map((z) => Math.exp((-z * z) / 2));
	return GRID.reduce((sum, z, index) => sum + (density[index] ?? 0) * of(z), 0) / density.reduce((sum, value) => sum + value, 0);
}

/**
 * What the estimate tends to with ever more prompts, and more people where they
 * are a sample: the strengths that fit the average over all of them. Not `worth`
 * itself: averaging over people and prompts draws probabilities towards ½.
 */
function limit(setting: Setting, tastes: readonly number[][]): number[] {
	const fixed = setting.whose === 'these';
	const sd = Math.sqrt(2 * (setting.ease ** 2 + (fixed ? 0 : setting.taste ** 2)));
	const liking = (a: number, b: number): number[] => (fixed ? tastes.map((taste) => (taste[a] ?? 0) - (taste[b] ?? 0)) : [0]);
	const wins = (a: number, b: number): number => {
		const all = liking(a, b);
		return all.reduce((sum, more) => sum + mean((z) => logistic((setting.worth[a] ?? 0) - (setting.worth[b] ?? 0) + more + sd * z)), 0) / all.length;
	};
	const columns = columnsOf(names(setting), 'm0', 0);
	const rows = setting.worth.flatMap((_, a) => setting.worth.slice(a + 1).map((__, next) => rowOf({ a: `m${a}`, b: `m${a + 1 + next}`, score: setting.ties / 2 + (1 - setting.ties) * wins(a, a + 1 + next), group: '', judge: '', weight: 1, style: [] }, columns)));
	return [0, ...(maximumLikelihood(rows, columns.size) ?? [])];
}

/** Share of intervals, over so many draws, that hold what they should. */
function coverage(setting: Setting, draws: number, seed: string): number {
	const rng = createRng(seed);
	const these = tastesOf(setting, rng);
	const truth = limit(setting, these);
	let [held, all] = [0, 0];
	for (let draw = 0; draw < draws; draw++) {
		const [scale] = rank(drawn(setting, setting.whose === 'these' ? these : tastesOf(setting, rng), rng), { base: 'm0', order: names(setting) }).scales;
		for (const { competitor, strength } of scale?.standings ?? []) {
			if (competitor === 'm0') continue;
			const value = truth[Number(competitor.slice(1))] ?? 0;
			all += 1;
			held += Number((strength.low ?? Infinity) <= value && value <= (strength.high ?? -Infinity));
		}
	}
	return held / all;
}

/** The figures stand in docs/ranking.md. */
describe('intervals of 95 %, over 1,000 draws with effects of annotators and prompts', () => {
	const setting = { worth: [0, 0.3, 0.8, -0.4], prompts: 80, taste: 0.5, ease: 0.7, ties: 0.1 };
	it.each<[string, Setting]>([
		['twelve annotators, a sample', { ...setting, annotators: 12, whose: 'sample' }],
		['five annotators, these people', { ...setting, annotators: 5, whose: 'these' }]
	])('%s', (name, given) => {
		const held = coverage(given, 1000, `coverage/${name}`);
		expect(held, String(held)).toBeGreaterThan(0.93);
		expect(held, String(held)).toBeLessThan(0.97);
	}, 60_000);
});
