import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { givingWay, serving } from './give-way.ts';

const always = { sliceMs: 0, restMs: Infinity };

/** A request that ends when it is told to. */
function held(patienceMs = 1e6) {
	const { promise, resolve } = Promise.withResolvers<void>();
	return { end: resolve, served: serving(() => promise, patienceMs) };
}

describe('long work', () => {
	it('goes on at once where nobody else is served, and rests while somebody is', async () => {
		const giveWay = givingWay(always);
		await giveWay();
		const other = held();
		const seen: string[] = [];
		const went = Promise.resolve(giveWay()).then(() => seen.push('work'));
		for (let i = 0; i < 5; i++) await turn();
		seen.push('served');
		other.end();
		await Promise.all([went, other.served]);
		expect(seen).toEqual(['served', 'work']);
		await giveWay();
	});

	it('does not wait for the request that asked for it, nor two such for each other', async () => {
		const work = () =>
			serving(async () => {
				const giveWay = givingWay(always);
				for (let i = 0; i < 3; i++) await giveWay();
				return 'done';
			});
		expect(await Promise.all([work(), work()])).toEqual(['done', 'done']);
	});

	it('goes on in the end where somebody always is served', async () => {
		const other = held();
		await givingWay({ sliceMs: 0, restMs: 1 })();
		other.end();
		await other.served;
	});

	it('does not wait for a request that takes long', async () => {
		const other = held(1);
		await givingWay(always)();
		other.end();
		await other.served;
	});

	it('waits no more for a request that failed', async () => {
		await expect(serving(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
		await givingWay(always)();
	});
});
