import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { engineEnv } from '../../workers/engine/swift/engine-env.ts';
import { readAs } from '../../workers/engine/swift/how-to-read.ts';
import { scriptPath } from '../../workers/engine/swift/python-script.ts';
import { scoreRows } from '../../workers/engine/swift/score.ts';
import type { RawRow } from '../../workers/engine/swift/score.ts';
import { run } from '../../workers/process/run.ts';
import { pairs, writeRows } from './rows.ts';
import { must, recipe, train } from './train.ts';

const { environment, model, dir } = inject('engine');
const doubles = fileURLToPath(new URL('scoring_doubles.py', import.meta.url));
const little = async <T>(what: 'few' | 'spread' | 'after', args: readonly string[] = [], env: Record<string, string> = {}): Promise<T> => {
	const { code, stdout, stderr } = await run([environment.python, doubles, what, dirname(scriptPath('score.py')), ...args], { env: engineEnv(join(dir, 'cache'), { CUDA_VISIBLE_DEVICES: '', OMP_NUM_THREADS: '2', ...env }), timeoutMs: 300_000 });
	expect(code, stderr.slice(-3000)).toBe(0);
	return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
};

type Measured = { rows: number; apart: number; asked: number; largest: number; batches: number };

describe('where there is memory for few scores', () => {
	let found: { longest: number; roomy: Measured; few: Measured; tokens: Measured; all: Measured; half: number; alone: string };
	beforeAll(async () => {
		found = await little('few');
	});

	it('asks only for the scores of what is measured, and gives the same sums', () => {
		expect(found.roomy).toMatchObject({ rows: 40, batches: 5 });
		expect(found.roomy.apart).toBeLessThan(1e-3);
		// Eight of the longest side by side are as many positions; their answers are a quarter, and lie not quite below one another.
		expect(found.roomy.asked).toBeLessThan((8 * found.longest) / 2);
	});

	it('halves a batch that there is no memory for, down to one row, and only then gives up', () => {
		expect(found.few).toMatchObject({ rows: 40 });
		expect(found.few.apart).toBeLessThan(1e-3);
		expect(found.few.batches).toBeGreaterThan(10);
		expect(found.alone).toBe('OutOfMemoryError');
	});

	it('bounds a batch by its tokens', () => {
		expect(found.tokens).toMatchObject({ rows: 40 });
		expect(found.tokens.batches).toBeGreaterThan(10);
		expect(found.tokens.asked).toBeLessThanOrEqual(500);
	});

	it('measures a model that cannot be asked for some scores alone', () => {
		expect(found.all).toMatchObject({ rows: 40 });
		expect(found.all.apart).toBeLessThan(1e-3);
	});

	it('turns few positions to full precision at a time', () => {
		expect(found.half).toBeGreaterThan(0);
		expect(found.half).toBeLessThanOrEqual(32);
	});
});

it('model after model is put on a GPU that has room for one of them, none of them spread', async () => {
	expect(await little('after')).toEqual({ measured: ['base', 'one', 'other'], loaded: 3, spread: 0 });
});

it('a model that the device does not hold is measured all the same, base and two adapters', async () => {
	const [one, other] = [await train('spread-one', { recipe: recipe('dpo') }), await train('spread-other', { recipe: recipe('orpo') })].map(({ outcome }) => must(outcome).path);
	const rows = await writeRows(join(dir, 'spread.jsonl'), pairs(12));
	const checkpoints = { one: { kind: 'adapter' as const, path: one ?? '' }, other: { kind: 'adapter' as const, path: other ?? '' } };
	const whole = must(await scoreRows(environment, { model, checkpoints, rows, output: join(dir, 'held.jsonl') }, { cacheDir: join(dir, 'cache'), threads: 2 }));
	const output = join(dir, 'spread-scores.jsonl');
	const SPREAD_DIR = join(dir, 'spread-weights');
	await mkdir(SPREAD_DIR);
	const args = [...readAs(model, '-'), '--rows', rows, '--output', output, '--adapter', `one=${one}`, '--adapter', `other=${other}`];
	const { placed, there } = await little<{ placed: number[]; there: number[] }>('spread', args, { SPREAD_DIR });
	// The base, then each adapter on a base of its own, every time with some layers elsewhere.
	expect(placed).toHaveLength(3);
	expect(Math.min(...placed)).toBeGreaterThan(0);
	expect(there, 'models of before beside each that is loaded').toEqual([0, 0, 0]);
	const spread = (await readFile(output, 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as RawRow);
	expect(spread.map(({ id }) => id)).toEqual(whole.map(({ id }) => id));
	for (const [index, { logps }] of spread.entries()) {
		for (const name of ['base', 'one', 'other']) expect(logps[name]?.chosen).toBeCloseTo(whole[index]?.logps[name]?.chosen ?? NaN, 3);
	}
	expect(whole[0]?.logps['one']?.chosen).not.toBeCloseTo(whole[0]?.logps['base']?.chosen ?? NaN, 3);
	expect(whole[0]?.logps['one']?.chosen).not.toBeCloseTo(whole[0]?.logps['other']?.chosen ?? NaN, 3);
});
