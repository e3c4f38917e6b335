import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { App } from '#lib/server/app.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { actorNow } from '#lib/server/auth/identify.ts';
import { runStream } from '#lib/server/live/run-stream.ts';
import { deactivateUser } from '#lib/server/usecases/deactivate-user.ts';
import { issueToken } from '#lib/server/usecases/issue-token.ts';
import { putMember } from '#lib/server/usecases/put-member.ts';
import { revokeToken } from '#lib/server/usecases/revoke-token.ts';
import { signOutEverywhere } from '#lib/server/usecases/sign-out-everywhere.ts';
import { queuedRun } from '../support/loop.ts';
import { peopleOf } from '../support/people.ts';
import { createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let slug: string;
let runId: string;
beforeAll(async () => {
	world = await createWorld();
	slug = (await world.project({ rows: pairRows(40) })).slug;
	runId = await queuedRun(world, slug);
});
afterAll(() => world.close());

// The stream's own timers only: the test moves them on, the database keeps its clock.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

const aMinuteLater = () => vi.advanceTimersByTime(60_000);

/** The stream, read like a client reads it. */
function read(listen: App['listen'], who: () => Promise<Actor | null> = () => Promise.resolve(world.admin)) {
	const reader = runStream({ ...world.app, listen }, who, runId, 0).getReader();
	const next = async () => {
		const { done, value } = await reader.read();
		return done ? null : new TextDecoder().decode(value);
	};
	return { next, leave: () => reader.cancel() };
}

describe('a run’s stream of which the database tells nothing', () => {
	const deaf: App['listen'] = () => Promise.reject(new Error('the database is away'));

	it('looks from time to time, and leaves nothing behind when its reader goes', async () => {
		const stream = read(deaf);
		expect(await stream.next()).toContain('event: run');
		aMinuteLater();
		// The signs of life come before what is looked up.
		let text = await stream.next();
		while (text !== null && !text.includes('event: run')) text = await stream.next();
		expect(text).not.toBeNull();
		await stream.leave();
		expect(vi.getTimerCount()).toBe(0);
		aMinuteLater();
	});

	it('ends nothing but itself when the reader leaves while it is still being asked', async () => {
		let told: (unlisten: () => Promise<void>) => void = () => undefined;
		const stream = read(() => new Promise((resolve) => (told = resolve)));
		await stream.leave();
		// What a write to a stream that is over throws from a timer, nobody catches.
		aMinuteLater();
		const unlisten = vi.fn(() => Promise.resolve());
		told(unlisten);
		await vi.waitFor(() => expect(unlisten).toHaveBeenCalledOnce());
		expect(vi.getTimerCount()).toBe(0);
		aMinuteLater();
	});
});

describe('a run’s stream that is open', () => {
	const quiet: App['listen'] = () => Promise.resolve(() => Promise.resolve());
	type Headers = { cookie: string | null; authorization: string | null };

	/** Opens it with these headers, does what shuts the reader out, and tells whether it ends by itself. */
	async function endsAfter(headers: Headers, shutOut: () => Promise<unknown>): Promise<boolean> {
		const stream = read(quiet, () => actorNow(world.app, headers));
		expect(await stream.next()).toContain('event: run');
		await shutOut();
		aMinuteLater();
		let text = await stream.next();
		while (text !== null && !text.includes('event: run')) text = await stream.next();
		const over = vi.getTimerCount() === 0;
		await stream.leave();
		return text === null && over;
	}
	const cookie = (header: string): Headers => ({ cookie: header, authorization: null });
	const bearer = (token: string): Headers => ({ cookie: null, authorization: `Bearer ${token}` });

	async function engineer() {
		const people = peopleOf(world);
		const { id, email } = await people.account();
		valueOf(await putMember(world.app, world.admin, { slug, userId: id, role: 'engineer' }));
		return { id, ...(await people.session(email)) };
	}

	it('ends for who signs out everywhere', async () => {
		const one = await engineer();
		expect(await endsAfter(cookie(one.header), () => signOutEverywhere(world.app, one.actor))).toBe(true);
	});

	it('ends for who is deactivated, with a session or a token', async () => {
		const [one, other] = [await engineer(), await engineer()];
		const { token } = valueOf(await issueToken(world.app, other.actor, {}));
		expect(await endsAfter(cookie(one.header), () => deactivateUser(world.app, world.admin, one.id))).toBe(true);
		expect(await endsAfter(bearer(token), () => deactivateUser(world.app, world.admin, other.id))).toBe(true);
	});

	it('ends with its token, and goes on for who still has one', async () => {
		const one = await engineer();
		const { id, token } = valueOf(await issueToken(world.app, one.actor, {}));
		expect(await endsAfter(bearer(token), () => revokeToken(world.app, one.actor, id))).toBe(true);
		expect(await endsAfter(cookie(one.header), () => Promise.resolve())).toBe(false);
	});
});
