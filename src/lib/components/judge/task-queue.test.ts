import { describe, expect, test } from 'vitest';
import { createTaskQueue } from './task-queue.ts';
import type { BeatAnswer, ClaimAnswer, HeldTask, QueueStatus, TaskQueue } from './task-queue.ts';

function task(n: number): HeldTask {
	const side = { messages: [{ role: 'assistant', content: `answer ${n}` }] };
	return { taskId: `t${n}`, leaseToken: `l${n}`, leaseExpiresAt: '2026-01-01T00:00:00Z', mode: 'pair', prompt: { messages: [] }, left: side, right: side, guideline: null };
}

type World = {
	queue: TaskQueue;
	shown: () => string[];
	status: () => QueueStatus;
	keys: string[];
	kept: () => string[];
	lost: string[];
	advance: (ms: number) => Promise<void>;
};

function world(options: { claim: (n: number, key: string) => ClaimAnswer; beat?: (task: HeldTask) => BeatAnswer; recalled?: HeldTask[]; answered?: string[]; touched?: () => boolean; onTheWay?: () => number }): World {
	let now = 0;
	let claims = 0;
	let newKeys = 0;
	let tasks: readonly HeldTask[] = [];
	let status: QueueStatus = { kind: 'loading' };
	let kept: HeldTask[] = [];
	const keys: string[] = [];
	const lost: string[] = [];
	const timers: { run: () => void; at: number }[] = [];
	const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 2));
	return {
		keys,
		lost,
		shown: () => tasks.map((one) => one.taskId),
		status: () => status,
		kept: () => kept.map((one) => one.taskId),
		advance: async (ms) => {
			now += ms;
			const due = timers.filter((timer) => timer.at <= now);
			for (const timer of due) timers.splice(timers.indexOf(timer), 1);
			for (const timer of due) timer.run();
			await settle();
		},
		queue: createTaskQueue({
			claim: (key) => {
				keys.push(key);
				return Promise.resolve(options.claim(claims++, key));
			},
			heartbeat: (one) => Promise.resolve(options.beat?.(one) ?? { kind: 'renewed', leaseExpiresAt: 'later' }),
			keep: (next) => {
				kept = next;
				return Promise.resolve();
			},
			recall: () => Promise.resolve(options.recalled ?? []),
			answered: () => Promise.resolve(new Set(options.answered ?? [])),
			onTheWay: () => options.onTheWay?.() ?? 0,
			touched: () => options.touched?.() ?? false,
			newKey: () => `key${newKeys++}`,
			now: () => now,
			later: (run, ms) => {
				const timer = { run, at: now + ms };
				timers.push(timer);
				return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1));
			},
			changed: (next, nextStatus) => {
				tasks = next;
				status = nextStatus;
			},
			lost: (taskId) => lost.push(taskId),
			beatMs: 300_000
		})
	};
}
const endless = (n: number): ClaimAnswer => ({ kind: 'task', task: task(n) });

describe('task queue', () => {
	test('holds one to show and two behind it', async () => {
		const me = world({ claim: endless });
		await me.queue.start();
		expect(me.shown()).toEqual(['t0', 't1', 't2']);
		expect(me.kept()).toEqual(['t0', 't1', 't2']);
	});

	test('the next is there at once, and a new one is claimed when the judgment has arrived', async () => {
		let onTheWay = 0;
		const me = world({ claim: endless, onTheWay: () => onTheWay });
		await me.queue.start();
		onTheWay = 1;
		me.queue.finish('t0');
		expect(me.shown()).toEqual(['t1', 't2']);
		await me.advance(1_000);
		expect(me.shown()).toEqual(['t1', 't2']);
		onTheWay = 0;
		await me.queue.refill();
		expect(me.shown()).toEqual(['t1', 't2', 't3']);
	});

	test('says when judgments that have not arrived hold it up', async () => {
		const me = world({ claim: endless, onTheWay: () => 3 });
		await me.queue.start();
		expect(me.keys).toEqual([]);
		expect(me.status()).toEqual({ kind: 'held_up' });
	});

	test('says that there is nothing, and looks again when told', async () => {
		let empty = true;
		const me = world({ claim: (n) => (empty ? { kind: 'none', afterMs: 15_000 } : n > 3 ? { kind: 'none', afterMs: 15_000 } : endless(n)) });
		await me.queue.start();
		expect(me.status()).toEqual({ kind: 'none', lookAgainAt: 15_000 });
		empty = false;
		await me.advance(15_000);
		expect(me.status().kind).toBe('ready');
		expect(me.shown()).not.toEqual([]);
	});

	test('a claim whose answer was lost is repeated under the same key', async () => {
		const me = world({ claim: (n) => (n === 0 ? { kind: 'offline' } : endless(n)) });
		await me.queue.start();
		expect(me.status().kind).toBe('offline');
		await me.advance(5_000);
		expect(me.keys[0]).toBe(me.keys[1]);
		expect(new Set(me.keys.slice(1)).size).toBe(me.keys.length - 1);
	});

	test('after a refused claim the key is new', async () => {
		const me = world({ claim: (n) => (n === 0 ? { kind: 'problem', problem: { code: 'conflict' }, unsure: false } : endless(n)) });
		await me.queue.start();
		await me.advance(15_000);
		expect(me.keys[0]).not.toBe(me.keys[1]);
	});

	test('a reload picks up the same pairs, less those already judged', async () => {
		const me = world({ claim: endless, recalled: [task(7), task(8), task(9)], answered: ['t7'] });
		await me.queue.start();
		expect(me.shown().slice(0, 2)).toEqual(['t8', 't9']);
		expect(me.shown()).toHaveLength(3);
	});

	test('a lost pair behind the shown one is replaced silently', async () => {
		let gone = '';
		const me = world({ claim: endless, beat: (one) => (one.taskId === gone ? { kind: 'lost' } : { kind: 'renewed', leaseExpiresAt: 'later' }) });
		await me.queue.start();
		gone = 't1';
		await me.advance(300_000);
		expect(me.shown()).toEqual(['t0', 't2', 't3']);
		expect(me.lost).toEqual([]);
	});

	test('a lost pair on the screen is replaced and said, unless something was typed', async () => {
		let typed = true;
		const me = world({ claim: endless, touched: () => typed, beat: (one) => (one.taskId === 't0' ? { kind: 'lost' } : { kind: 'renewed', leaseExpiresAt: 'later' }) });
		await me.queue.start();
		await me.queue.beat();
		expect(me.shown()[0]).toBe('t0');
		typed = false;
		await me.queue.beat();
		expect(me.shown()[0]).toBe('t1');
		expect(me.lost).toEqual(['t0']);
	});

	test('without an answer to the heartbeat nothing is taken away', async () => {
		const me = world({ claim: endless, beat: () => ({ kind: 'unknown' }) });
		await me.queue.start();
		await me.queue.beat();
		expect(me.shown()).toEqual(['t0', 't1', 't2']);
	});

	test('heartbeats go on', async () => {
		let beats = 0;
		const me = world({
			claim: endless,
			beat: () => {
				beats += 1;
				return { kind: 'renewed', leaseExpiresAt: 'later' };
			}
		});
		await me.queue.start();
		await me.advance(300_000);
		await me.advance(300_000);
		expect(beats).toBe(6);
		me.queue.close();
		await me.advance(300_000);
		expect(beats).toBe(6);
	});
});
