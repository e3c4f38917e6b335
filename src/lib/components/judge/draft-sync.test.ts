import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDraftSync } from './draft-sync.ts';
import type { DraftSync, KeptDraft, LocalDraft, SaveAnswer } from './draft-sync.ts';

/** A server that keeps one draft by its revision, as ours does. */
function server() {
	let stands: KeptDraft<string> | null = null;
	return {
		stands: () => stands,
		save: (draft: KeptDraft<string>): SaveAnswer<string> => {
			if (stands && stands.revision >= draft.revision) return { kind: 'standing', draft: stands };
			stands = draft;
			return { kind: 'kept' };
		}
	};
}

function device(at: ReturnType<typeof server>) {
	const timers: { run: () => void; at: number }[] = [];
	let now = 0;
	let online = true;
	let text = '';
	let local: LocalDraft<string> | null = null;
	const saves: number[] = [];
	const sync: DraftSync<string> = createDraftSync<string>({
		save: (_, draft) => {
			saves.push(now);
			return Promise.resolve(online ? at.save(draft) : { kind: 'unknown' });
		},
		read: () => Promise.resolve(online ? at.stands() : 'unknown'),
		keep: (_, draft) => (local = draft),
		takeOver: (body) => (text = body),
		isEmpty: (body) => body === '',
		later: (run, ms) => {
			const timer = { run, at: now + ms };
			timers.push(timer);
			return () => void timers.splice(timers.indexOf(timer), 1);
		}
	});
	return {
		sync,
		saves,
		text: () => text,
		local: () => local,
		network: (up: boolean) => (online = up),
		open: () => (text = sync.show('t', at.stands(), local, '')),
		type: (more: string) => sync.change((text += more)),
		wait: async (ms: number) => {
			const until = now + ms;
			for (;;) {
				const due = timers.filter((timer) => timer.at <= until).sort((x, y) => x.at - y.at)[0];
				if (!due) break;
				timers.splice(timers.indexOf(due), 1);
				now = due.at;
				due.run();
				for (let i = 0; i < 10; i += 1) await Promise.resolve();
			}
			now = until;
		}
	};
}

describe('one device', () => {
	test('what is typed is on the server within two seconds, however fast one types', async () => {
		const at = server();
		const me = device(at);
		me.open();
		for (let i = 0; i < 30; i += 1) {
			me.type('x');
			await me.wait(100);
		}
		expect(me.saves[0]).toBeLessThanOrEqual(2_000);
		await me.wait(2_000);
		expect(at.stands()?.body).toBe(me.text());
		expect(me.saves.length).toBeLessThan(6);
	});

	test('without a network it is kept here, and goes out when it is back', async () => {
		const at = server();
		const me = device(at);
		me.open();
		me.network(false);
		me.type('offline');
		await me.wait(20_000);
		expect(at.stands()).toBeNull();
		expect(me.local()).toMatchObject({ body: 'offline', saved: false });
		// Another page of the same device begins with it.
		me.sync.leave();
		me.network(true);
		expect(me.open()).toBe('offline');
		await me.wait(6_000);
		expect(at.stands()?.body).toBe('offline');
	});

	test('after the pair is over nothing goes out', async () => {
		const at = server();
		const me = device(at);
		me.open();
		me.type('late');
		me.sync.leave();
		await me.wait(20_000);
		expect(me.saves).toEqual([]);
	});
});

describe('two devices', () => {
	test('the second goes on where the first was', async () => {
		const at = server();
		const [one, other] = [device(at), device(at)];
		one.open();
		one.type('begun');
		await one.wait(2_000);
		expect(other.open()).toBe('begun');
		other.type(' and done');
		await other.wait(2_000);
		// The first looks again, untouched: it has what was written there.
		await one.sync.look();
		expect(one.text()).toBe('begun and done');
	});

	test('who has changes of their own keeps them, and the next key makes them the newest', async () => {
		const at = server();
		const [one, other] = [device(at), device(at)];
		one.open();
		other.open();
		one.network(false);
		one.type('mine');
		await one.wait(1_500);
		other.type('theirs');
		await other.wait(2_000);
		one.network(true);
		await one.wait(10_000);
		expect(one.text()).toBe('mine');
		expect(at.stands()?.body).toBe('theirs');
		one.type('!');
		await one.wait(2_000);
		expect(at.stands()?.body).toBe('mine!');
	});

	test('unsent words of a device are not replaced by the server’s when it opens', () => {
		const at = server();
		const [one, other] = [device(at), device(at)];
		one.open();
		one.network(false);
		one.type('unsent');
		other.open();
		at.save({ body: 'elsewhere', revision: 7 });
		one.sync.leave();
		one.network(true);
		expect(one.open()).toBe('unsent');
	});

	test('whatever they do, both end with what stands once the one that wrote last was looked at, and revisions only grow', async () => {
		const act = fc.record({ who: fc.nat(1), does: fc.constantFrom('type', 'wait', 'look', 'off', 'on') });
		await fc.assert(
			fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
				const at = server();
				const both = [device(at), device(at)] as const;
				for (const me of both) me.open();
				let revision = 0;
				for (const { who, does } of acts) {
					const me = both[who === 0 ? 0 : 1];
					if (does === 'type') me.type('x');
					else if (does === 'wait') await me.wait(3_000);
					else if (does === 'look') await me.sync.look();
					else me.network(does === 'on');
					expect(at.stands()?.revision ?? 0).toBeGreaterThanOrEqual(revision);
					revision = at.stands()?.revision ?? 0;
				}
				for (const me of both) {
					me.network(true);
					await me.wait(10_000);
				}
				// The next key on one of them settles it for both.
				both[0].type('!');
				await both[0].wait(3_000);
				both[0].type('!');
				await both[0].wait(3_000);
				expect(at.stands()?.body).toBe(both[0].text());
			})
		);
	});
});
