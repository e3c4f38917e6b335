import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { whenReached } from './when-reached.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

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
	const told = whenReached({ shutdown: new AbortController().signal }, tell);
	await vi.advanceTimersByTimeAsync(3_599_000);
	expect(tried()).toBe(3600);
	await vi.advanceTimersByTimeAsync(1000);
	await expect(told).resolves.toBe('told');
	expect(vi.getTimerCount()).toBe(0);
});

it('tries nothing again that is no outage', async () => {
	const { tell, tried } = failing(1, '23505');
	await expect(whenReached({ shutdown: new AbortController().signal }, tell)).rejects.toThrow('no');
	expect(tried()).toBe(1);
});

it('keeps no worker that goes down: it tries once more and ends', async () => {
	const { tell, tried } = failing(Infinity);
	const down = new AbortController();
	const ended = expect(whenReached({ shutdown: down.signal }, tell)).rejects.toThrow('no');
	await vi.advanceTimersByTimeAsync(0);
	down.abort();
	await ended;
	expect([tried(), vi.getTimerCount()]).toEqual([2, 0]);
});
