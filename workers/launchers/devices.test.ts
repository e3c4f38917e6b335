import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDevicePool } from './devices.ts';
import type { HeldDevices } from './devices.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, id) => id);

describe('a pool of GPUs', () => {
	it('gives those that it was made of, by their own numbers', async () => {
		const pool = createDevicePool([5, 3]);
		expect([pool.total, pool.tryTake(1)?.ids, (await pool.take(1)).ids]).toEqual([2, [3], [5]]);
	});

	it('gives nobody a GPU that somebody else has, whatever is taken and given back', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.array(fc.record({ count: fc.integer({ min: 1, max: 10 }), back: fc.nat() }), { maxLength: 40 }), async (gpus, actions) => {
				const pool = createDevicePool(numbers(gpus));
				const held: HeldDevices[] = [];
				for (const { count, back } of actions) {
					const taken = pool.tryTake(count);
					if (taken) held.push(taken);
					else held.splice(back % Math.max(1, held.length), 1)[0]?.release();
					const ids = held.flatMap(({ ids: own }) => own);
					expect(new Set(ids).size).toBe(ids.length);
					expect(ids.length + pool.free()).toBe(gpus);
					expect(ids.every((id) => id >= 0 && id < gpus)).toBe(true);
				}
			})
		);
	});

	it('serves who waits in the order of asking, so that a large piece of work is not passed by small ones for ever', async () => {
		const pool = createDevicePool(numbers(2));
		const first = await pool.take(1);
		const order: string[] = [];
		const large = pool.take(2).then((held) => (order.push('large'), held));
		const small = pool.take(1).then((held) => (order.push('small'), held));
		expect(pool.tryTake(1)).toBeNull();
		expect(pool.free()).toBe(0);
		first.release();
		first.release();
		const held = await large;
		expect(held.ids).toEqual([0, 1]);
		held.release();
		expect((await small).ids).toEqual([0]);
		expect(order).toEqual(['large', 'small']);
	});

	it('says how many are held for good, until they are given back', () => {
		const pool = createDevicePool(numbers(4));
		const run = pool.tryTake(1);
		const server = pool.tryTake(2, { forGood: true });
		expect([server?.ids, pool.lent(), pool.free()]).toEqual([[1, 2], 2, 1]);
		expect(pool.tryTake(2, { forGood: true })).toBeNull();
		run?.release();
		server?.release();
		server?.release();
		expect([pool.lent(), pool.free()]).toEqual([0, 4]);
	});

	it('has one place without a GPU on a host that has none', async () => {
		const pool = createDevicePool([]);
		const held = await pool.take(4);
		expect(held.ids).toEqual([]);
		expect(pool.tryTake(1)).toBeNull();
		held.release();
		expect(pool.free()).toBe(1);
	});
});
