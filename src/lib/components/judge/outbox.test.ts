import { describe, expect, test } from 'vitest';
import { add, backoff, begin, createOutbox, judgeAnswer, nextDue, outgoing, retryEntry, settle, wake } from './outbox.ts';
import type { Entry, JudgmentEntry, NewEntry, Outbox, OutboxStorage, Outcome } from './outbox.ts';

const judgment = (key: string, more: { replaces?: string; verdict?: 'left' | 'right' } = {}): NewEntry => ({
	kind: 'judgment',
	key,
	slug: 'p',
	taskId: `task-${key}`,
	body: { leaseToken: 'lease', verdict: more.verdict ?? 'left' },
	...(more.replaces ? { replaces: more.replaces } : {})
});

function apply(entries: Entry[], change: { put: Entry[]; remove: string[] }): Entry[] {
	const gone = new Set([...change.remove, ...change.put.map((entry) => entry.key)]);
	return [...entries.filter((entry) => !gone.has(entry.key)), ...change.put].sort((x, y) => x.order - y.order);
}
const added = (...fresh: NewEntry[]): Entry[] => fresh.reduce<Entry[]>((entries, one) => apply(entries, add(entries, one, 'me', 0)), []);

describe('decisions', () => {
	test('sends in the order of judging', () => {
		const due = nextDue(added(judgment('a'), judgment('b')), 0);
		expect(due).toMatchObject({ entry: { key: 'a' } });
	});

	test('a change of a judgment that never left takes its place', () => {
		const entries = added(judgment('a'), judgment('b', { replaces: 'a', verdict: 'right' }));
		expect(entries).toHaveLength(1);
		expect(entries[0]).toMatchObject({ key: 'b', supersedesKey: null, body: { verdict: 'right' } });
	});

	test('a change of one that may have arrived waits for it and names it', () => {
		let entries = added(judgment('a'));
		entries = apply(entries, begin(entries, 'a'));
		entries = apply(entries, add(entries, judgment('b', { replaces: 'a' }), 'me', 0));
		expect(entries.map((entry) => entry.key)).toEqual(['a', 'b']);
		entries = apply(entries, settle(entries, 'a', { kind: 'later', trouble: { kind: 'offline' } }, 0, 0));
		expect(nextDue(entries, 0)).toEqual({ waitMs: backoff(1, 0) });
		entries = apply(entries, settle(entries, 'a', { kind: 'delivered', judgmentId: 'j1' }, 0, 0));
		const second = entries.find((entry) => entry.key === 'b') as JudgmentEntry;
		expect(outgoing(entries, second)).toMatchObject({ supersedes: 'j1' });
	});

	test('a change of one that this device has forgotten names what the server says stands', () => {
		const answered = judgeAnswer('judgment', 409, { code: 'already_judged', judgmentId: 'j1' }, null);
		let entries = added(judgment('b', { replaces: 'a', verdict: 'right' }));
		expect(outgoing(entries, entries[0] as Entry)).not.toHaveProperty('supersedes');
		entries = apply(entries, settle(apply(entries, begin(entries, 'b')), 'b', answered, 5, 0));
		expect(nextDue(entries, 5)).toMatchObject({ entry: { key: 'b', state: 'waiting' } });
		expect(outgoing(entries, entries[0] as Entry)).toMatchObject({ verdict: 'right', supersedes: 'j1' });
		// Once: if still another stands, a person decides.
		entries = apply(entries, settle(entries, 'b', answered, 5, 0));
		expect(entries[0]).toMatchObject({ state: 'refused' });
	});

	test('a second judgment of a pair, from another device, is kept in sight and can take the first one’s place', () => {
		let entries = added(judgment('a', { verdict: 'right' }));
		entries = apply(entries, settle(entries, 'a', judgeAnswer('judgment', 409, { code: 'already_judged', judgmentId: 'j1' }, null), 0, 0));
		expect(entries[0]).toMatchObject({ state: 'refused', trouble: { code: 'already_judged', judgmentId: 'j1' } });
		entries = apply(entries, retryEntry(entries, 'a', 0));
		expect(outgoing(entries, entries[0] as Entry)).toMatchObject({ verdict: 'right', supersedes: 'j1' });
	});

	test('a change of one that was refused goes out alone', () => {
		let entries = added(judgment('a'));
		entries = apply(entries, begin(entries, 'a'));
		entries = apply(entries, settle(entries, 'a', { kind: 'refused', trouble: { kind: 'refused' } }, 0, 0));
		entries = apply(entries, add(entries, judgment('b', { replaces: 'a' }), 'me', 0));
		const due = nextDue(entries, 0);
		expect(due).toMatchObject({ entry: { key: 'b' } });
		expect(outgoing(entries, entries.find((entry) => entry.key === 'b') as Entry)).not.toHaveProperty('supersedes');
	});

	test('undo twice names the newest judgment', () => {
		let entries = added(judgment('a'));
		entries = apply(entries, begin(entries, 'a'));
		entries = apply(entries, settle(entries, 'a', { kind: 'delivered', judgmentId: 'j1' }, 0, 0));
		entries = apply(entries, add(entries, judgment('b', { replaces: 'a' }), 'me', 0));
		entries = apply(entries, add(entries, judgment('c', { replaces: 'b' }), 'me', 0));
		expect(entries.map((entry) => entry.key)).toEqual(['a', 'c']);
		expect(outgoing(entries, entries[1] as Entry)).toMatchObject({ supersedes: 'j1' });
	});

	test('delivered entries go once nothing can name them', () => {
		let entries = added(judgment('a'), judgment('b'));
		for (const key of ['a', 'b']) {
			entries = apply(entries, begin(entries, key));
			entries = apply(entries, settle(entries, key, { kind: 'delivered', judgmentId: `j-${key}` }, 0, 0));
		}
		expect(entries.map((entry) => entry.key)).toEqual(['b']);
	});

	test('waits longer each time, to a minute', () => {
		expect([1, 2, 3, 20].map((attempts) => backoff(attempts, 1))).toEqual([1_000, 2_000, 4_000, 60_000]);
		expect(backoff(3, 0)).toBe(2_000);
	});

	test('waking makes everything due', () => {
		let entries = added(judgment('a'));
		entries = apply(entries, begin(entries, 'a'));
		entries = apply(entries, settle(entries, 'a', { kind: 'later', trouble: { kind: 'server' } }, 0, 1));
		expect(nextDue(apply(entries, wake(entries, 5)), 5)).toMatchObject({ entry: { key: 'a' } });
	});

	test.each([
		[201, { judgmentId: 'j' }, 'delivered'],
		[200, { judgmentId: 'j' }, 'later'],
		[201, {}, 'later'],
		[200, {}, 'later'],
		[204, {}, 'later'],
		[409, { code: 'already_judged', judgmentId: 'j' }, 'standing'],
		[409, { code: 'already_decided' }, 'refused'],
		[401, {}, 'later'],
		[403, {}, 'refused'],
		[404, {}, 'refused'],
		[422, { code: 'key_reused' }, 'refused'],
		[429, {}, 'later'],
		[500, {}, 'later'],
		[503, {}, 'later']
	])('%i %j is %s', (status, body, kind) => expect(judgeAnswer('judgment', status, body, null).kind).toBe(kind));

	test('a skip has arrived when the server says that it skipped', () => {
		const skipped = (status: number, body: Parameters<typeof judgeAnswer>[2]) => judgeAnswer('skip', status, body, null).kind;
		expect([skipped(200, { skipped: true }), skipped(200, {}), skipped(201, { judgmentId: 'j' }), skipped(204, {}), skipped(409, { code: 'already_decided' })]).toEqual(['delivered', 'later', 'later', 'later', 'refused']);
	});

	test('does as Retry-After asks', () => expect(judgeAnswer('judgment', 429, {}, 7)).toMatchObject({ afterMs: 7_000 }));
});

type World = { outbox: Outbox; sent: string[]; entries: () => Entry[]; timers: { run: () => void; at: number }[]; advance: (ms: number) => Promise<void>; online: boolean };

function storage(): OutboxStorage & { all: Entry[] } {
	const store = {
		all: [] as Entry[],
		change: (userId: string, decide: (entries: Entry[]) => { put: Entry[]; remove: string[] }) => {
			const mine = structuredClone(store.all.filter((entry) => entry.userId === userId));
			const next = apply(mine, decide(mine));
			store.all = [...store.all.filter((entry) => entry.userId !== userId), ...next];
			return Promise.resolve(next);
		}
	};
	return store;
}

function world(answer: (entry: Entry, body: unknown) => Promise<Outcome>, store = storage(), userId = 'me', lock: { held: Promise<void> } = { held: Promise.resolve() }): World {
	let now = 0;
	let seen: Entry[] = [];
	const sent: string[] = [];
	const timers: World['timers'] = [];
	const me: World = {
		sent,
		timers,
		online: true,
		entries: () => seen,
		advance: async (ms) => {
			now += ms;
			for (const timer of timers.splice(0)) {
				if (timer.at <= now) timer.run();
				else timers.push(timer);
			}
			await new Promise((done) => setTimeout(done, 5));
		},
		outbox: createOutbox({
			userId,
			storage: store,
			send: (entry, body) => {
				sent.push(entry.key);
				return answer(entry, body);
			},
			now: () => now,
			random: () => 1,
			later: (run, ms) => {
				const timer = { run, at: now + ms };
				timers.push(timer);
				return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1));
			},
			exclusively: (work) => (lock.held = lock.held.then(work)),
			online: () => me.online,
			changed: (entries) => (seen = entries)
		})
	};
	return me;
}
const done = (id: string): Promise<Outcome> => Promise.resolve({ kind: 'delivered', judgmentId: id });
const settled = (): Promise<void> => new Promise((finish) => setTimeout(finish, 5));

describe('sending', () => {
	test('a judgment is written down before it is sent', async () => {
		const store = storage();
		const me = world((entry) => {
			expect(store.all.find((one) => one.key === entry.key)?.attempts).toBe(1);
			return done('j');
		}, store);
		await me.outbox.add(judgment('a'));
		await settled();
		expect(me.sent).toEqual(['a']);
		expect(me.entries()[0]).toMatchObject({ state: 'delivered', judgmentId: 'j' });
	});

	test('without a network it is kept and goes out later, once', async () => {
		let down = true;
		const me = world(() => (down ? Promise.reject(new TypeError('failed to fetch')) : done('j')));
		await me.outbox.add(judgment('a'));
		await me.outbox.add(judgment('b'));
		await settled();
		expect(me.entries().map((entry) => entry.state)).toEqual(['waiting', 'waiting']);
		expect(me.entries()[0]?.trouble?.kind).toBe('offline');
		down = false;
		await me.outbox.wake();
		expect(me.sent.slice(-2)).toEqual(['a', 'b']);
		await me.outbox.wake();
		expect(me.sent.slice(-2)).toEqual(['a', 'b']);
		expect(me.entries().filter((entry) => entry.state === 'waiting')).toEqual([]);
	});

	test('offline nothing is tried, and a change replaces what never left', async () => {
		const me = world(() => done('j'));
		me.online = false;
		await me.outbox.add(judgment('a'));
		await settled();
		await me.outbox.add(judgment('b', { replaces: 'a' }));
		await settled();
		expect(me.sent).toEqual([]);
		me.online = true;
		await me.outbox.wake();
		expect(me.sent).toEqual(['b']);
	});

	test('one the server chokes on does not hold up the rest', async () => {
		const me = world((entry) => (entry.key === 'a' ? Promise.resolve({ kind: 'later', trouble: { kind: 'server', status: 500 } }) : done('j')));
		await me.outbox.add(judgment('a'));
		await me.outbox.add(judgment('b'));
		await settled();
		expect(me.entries().find((entry) => entry.key === 'b')?.state).toBe('delivered');
		expect(me.entries().find((entry) => entry.key === 'a')?.state).toBe('waiting');
		const before = me.sent.length;
		await me.advance(1_000);
		expect(me.sent.slice(before)).toEqual(['a']);
	});

	test('after a reload the same keys go out', async () => {
		const store = storage();
		const first = world(() => Promise.reject(new Error('gone')), store);
		await first.outbox.add(judgment('a'));
		await settled();
		first.outbox.close();
		const second = world(() => done('j'), store);
		await second.outbox.wake();
		expect(second.sent).toEqual(['a']);
	});

	test('another person on the same browser sends nothing of mine', async () => {
		const store = storage();
		const mine = world(() => Promise.reject(new Error('offline')), store);
		await mine.outbox.add(judgment('a'));
		await settled();
		mine.outbox.close();
		const other = world(() => done('j'), store, 'somebody else');
		await other.outbox.wake();
		expect(other.sent).toEqual([]);
		expect(other.entries()).toEqual([]);
		expect(store.all).toHaveLength(1);
	});

	test('two tabs send each judgment once', async () => {
		const store = storage();
		const lock = { held: Promise.resolve() };
		const slow = async (): Promise<Outcome> => {
			await settled();
			return { kind: 'delivered', judgmentId: 'j' };
		};
		const [one, two] = [world(slow, store, 'me', lock), world(slow, store, 'me', lock)];
		for (const key of ['a', 'b', 'c', 'd']) {
			await one.outbox.add(judgment(key));
			void two.outbox.flush();
		}
		await Promise.all([one.outbox.flush(), two.outbox.flush()]);
		expect([...one.sent, ...two.sent].sort()).toEqual(['a', 'b', 'c', 'd']);
	});

	test('a refused one stays in sight until it is dismissed or tried again', async () => {
		let refuse = true;
		const me = world(() => (refuse ? Promise.resolve({ kind: 'refused', trouble: { kind: 'refused', status: 403, code: 'forbidden' } }) : done('j')));
		await me.outbox.add(judgment('a'));
		await settled();
		expect(me.entries()[0]).toMatchObject({ state: 'refused', trouble: { code: 'forbidden' } });
		refuse = false;
		await me.outbox.retry('a');
		expect(me.entries()[0]?.state).toBe('delivered');
		refuse = true;
		await me.outbox.add(judgment('b'));
		await settled();
		await me.outbox.dismiss('b');
		expect(me.entries().some((entry) => entry.key === 'b')).toBe(false);
	});

	test('what a page in between answered keeps everything waiting, until the server answers', async () => {
		let between = true;
		const me = world(() => Promise.resolve(between ? judgeAnswer('judgment', 200, {}, null) : judgeAnswer('judgment', 201, { judgmentId: 'j' }, null)));
		await me.outbox.add(judgment('a'));
		await me.outbox.add(judgment('b'));
		await settled();
		expect(me.entries()).toMatchObject([{ key: 'a', state: 'waiting', trouble: { kind: 'between', status: 200 } }, { key: 'b', state: 'waiting' }]);
		between = false;
		await me.outbox.wake();
		expect(me.entries()).toMatchObject([{ key: 'b', state: 'delivered', judgmentId: 'j' }]);
	});

	test('signed out, everything waits', async () => {
		const me = world(() => Promise.resolve(judgeAnswer('judgment', 401, {}, null)));
		await me.outbox.add(judgment('a'));
		await me.outbox.add(judgment('b'));
		await settled();
		expect(me.entries().map((entry) => entry.state)).toEqual(['waiting', 'waiting']);
		expect(me.entries()[0]?.trouble?.kind).toBe('signed_out');
		expect(me.timers.length).toBe(1);
	});
});
