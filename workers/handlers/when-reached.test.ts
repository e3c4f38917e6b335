import { beforeEach, expect, it, vi } from 'vitest';
import { whenReached } from './when-reached.ts';

/** What it waited, in ms, and what happens in the meantime. */
const waited: number[] = [];
let meanwhile = () => {};
vi.mock('node:timers/promises', () => ({
	setTimeout: async (milliseconds: number, _: undefined, { signal }: { signal: AbortSignal }) => {
		waited.push(milliseconds);
		meanwhile();
		signal.throwIfAborted();
	}
}));
beforeEach(() => {
	waited.length = 0;
	meanwhile = () => {};
});

/** Tells once it has failed so many times with an error that has this code. */
function failing(times: number, code = 'ECONNREFUSED') {
	let tried = 0;
	const tell = async () => {
		if (tried++ < times) throw Object.assign(new Error('no'), { code });
		return 'told';
	};
	return { tell, tried: () => tried };
}

it('tells as soon as the database answers, however long it was away', async () => {
	const { tell, tried } = failing(3600);
	expect(await whenReached({ shutdown: new AbortController().signal }, tell)).toBe('told');
	expect([tried(), waited.length, new Set(waited)]).toEqual([3601, 3600, new Set([1000])]);
});

it('tries nothing again that is no outage', async () => {
	const { tell, tried } = failing(1, '23505');
	await expect(whenReached({ shutdown: new AbortController().signal }, tell)).rejects.toThrow('no');
	expect([tried(), waited]).toEqual([1, []]);
});

it('keeps no worker that goes down: it tries once more and ends', async () => {
	const { tell, tried } = failing(Infinity);
	const down = new AbortController();
	meanwhile = () => waited.length === 3 && down.abort();
	await expect(whenReached({ shutdown: down.signal }, tell)).rejects.toThrow('no');
	expect(tried()).toBe(4);
});
