import { expect, it } from 'vitest';
import { recordOf, rowsTogether } from './parquet-rows.ts';

const columns: Record<string, unknown[]> = {
	prompt: ['a'.repeat(100), 'b'.repeat(10), 'c'.repeat(10), 'd'.repeat(100)],
	n: [1n, 2n, 2n ** 60n, 4n]
};
const cells = (name: string, end: number) => Promise.resolve((columns[name] ?? []).slice(0, end).map((value) => ({ [name]: value })));
const read = async (held: number) => (await rowsTogether(['prompt', 'n'], { from: 0, to: 4, held, isRead: () => true }, cells)).map((row, index) => recordOf(row, index + 1));

it('puts rows together, as many as may be held', async () => {
	const whole = [1, 2, String(2n ** 60n), 4].map((n, index) => ({ line: index + 1, value: { prompt: columns['prompt']?.[index], n } }));
	expect(await read(1000)).toEqual(whole);
	// 116 bytes the first, 26 the next ones, with what a value takes, and 16 each for the numbers: one row more goes with them.
	expect(await read(175)).toEqual(whole.slice(0, 2));
	expect(await read(0)).toEqual(whole.slice(0, 1));
});

it('keeps nothing of a row that cannot be taken', async () => {
	const long = 'x'.repeat(10 * 1024 * 1024);
	let deep: unknown = 'x';
	for (let n = 0; n < 64; n += 1) deep = [deep];
	const of: Record<string, unknown[]> = { prompt: ['short', long, 'short'], chosen: ['short', long, deep], n: [1, 2, 3] };
	const rows = await rowsTogether(Object.keys(of), { from: 0, to: 3, held: 12 * 1024 * 1024, isRead: () => true }, (name, end) => Promise.resolve((of[name] ?? []).slice(0, end).map((value) => ({ [name]: value }))));
	expect(rows.map((row, index) => recordOf(row, index + 1))).toEqual([
		{ line: 1, value: { prompt: 'short', chosen: 'short', n: 1 } },
		{ line: 2, error: 'is longer than 16 MB' },
		{ line: 3, error: 'has more than 64 objects and lists within each other' }
	]);
	expect(rows.map(({ chars }) => chars)).toEqual([10, 2 * long.length, 5]);
	expect(rows[1]?.held).toBe(0);
});
