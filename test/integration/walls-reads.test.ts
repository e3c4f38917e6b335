import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '#lib/domain/permission.ts';
import { OPERATIONS } from '#lib/server/api/operations.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { liftWall } from '#lib/server/usecases/lift-wall.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { REQUESTS, serveGround } from '../support/api-walk.ts';
import type { Ground } from '../support/api-walk.ts';
import { tokenOf } from '../support/api.ts';
import { peopleOf } from '../support/people.ts';
import { pages } from '../support/routes.ts';
import type { Server } from '../support/server.ts';
import { valueOf } from '../support/world.ts';

/**
 * Whoever is walled off from a matter sees nothing of it anywhere: every call of
 * the API and every page is asked by every role, with all there is to see behind
 * the wall, and no answer may hold a word of it.
 */
let ground: Ground;
let server: Server;
let close: (() => Promise<void>) | undefined;
/** What the ground's run has to tell: a stream of it is read until it has told it all. */
let runEvents: number;
beforeAll(async () => {
	({ ground, server, close } = await serveGround());
	runEvents = (await ground.world.query(`select 1 from run_events where run_id = '${ground.runId}'`)).length;
	expect(runEvents).toBeGreaterThan(0);
}, 120_000);
afterAll(() => close?.());

const MATTER = 'Acme v. Birch';
/** Words of the prompts, answers, the tag of what was frozen and the matter's name; what is said in the requests themselves is none of them. */
const SECRET = /Question [a-z0-9-]*\d|Answer one to|Another answer to|A careful answer|certainly win|Acme/;

const hideAll = () => ground.world.app.db.execute(sql`update prompts set matter = ${MATTER} where project_id = ${ground.id}`);
async function walledOff(userId: string): Promise<string> {
	await hideAll();
	return valueOf(await raiseWall(ground.world.app, ground.world.admin, { slug: ground.slug, userId, matter: MATTER })).id;
}

/** The text of an answer; of a stream, what comes until it has said all that it says at its beginning. */
async function ask(method: string, path: string, headers: Record<string, string>, options: { body?: unknown; raw?: unknown } = {}): Promise<{ status: number; text: string }> {
	const body = options.raw === undefined ? (options.body === undefined ? undefined : JSON.stringify(options.body)) : (options.raw as BodyInit);
	const response = await fetch(`${server.origin}${path}`, { method, redirect: 'manual', signal: AbortSignal.timeout(20_000), headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, ...(body === undefined || method === 'GET' ? {} : { body }) });
	let text = '';
	const decoder = new TextDecoder();
	for await (const chunk of response.body ?? []) {
		text += decoder.decode(chunk as Uint8Array, { stream: true });
		// It has no end.
		if (path.endsWith('/events') && text.split('event: event\n').length > runEvents) break;
	}
	return { status: response.status, text };
}

describe('a wall', () => {
	it.each([...ROLES, 'admin'] as const)('hides its matter from %s in every answer of the API', async (role) => {
		const { world, slug } = ground;
		const actor = await world.person(role, { slug, role: role === 'admin' ? 'owner' : role });
		if (role === 'admin') {
			await world.app.db.execute(sql`update users set is_admin = true where id = ${actor.userId}`);
			actor.isAdmin = true;
		}
		const headers = { authorization: `Bearer ${await tokenOf(world, actor)}`, accept: 'application/json' };
		const told: string[] = [];
		let seen = 0;
		for (const op of OPERATIONS) {
			// What a caller sends may name what they had before the wall; only the answer counts.
			const request = await REQUESTS[op.id]?.(ground, { actor, role: role === 'admin' ? 'owner' : role });
			if (!request) continue;
			const wall = await walledOff(actor.userId);
			const { status, text } = await ask(op.method, `/api/v1${request.path}`, headers, request.options as never);
			// The list of walls and matters is for who keeps them; of their own wall nobody is told.
			if (SECRET.test(text)) told.push(`${op.id} (${status}): ${SECRET.exec(text)?.[0]} in ${text.slice(0, 300)}`);
			if (status < 300) seen += 1;
			if ((await rowsOf(world.app.db, sql`select id from walls where id = ${wall} and lifted_at is null`)).length > 0) valueOf(await liftWall(world.app, world.admin, { id: wall }));
			await world.app.db.execute(sql`update users set deactivated_at = null where id = ${actor.userId}`);
			await world.app.db.execute(sql`insert into memberships (project_id, user_id, role) values (${ground.id}, ${actor.userId}, ${role === 'admin' ? 'owner' : role}) on conflict (project_id, user_id) do update set role = excluded.role`);
		}
		expect(told).toEqual([]);
		// Not because nothing was answered at all.
		expect(seen).toBeGreaterThan(8);
	}, 240_000);

	it('hides it from every role on every page, in the page and in the data behind it', async () => {
		const { world, slug, snapshotId, runId, checkpointId, judgmentId } = ground;
		const ids: Record<string, string> = { snapshots: snapshotId, runs: runId, checkpoints: checkpointId };
		const people = peopleOf(world);
		const told: string[] = [];
		let opened = 0;
		for (const role of ROLES) {
			const { id, email } = await people.account();
			await world.app.db.execute(sql`insert into memberships (project_id, user_id, role) values (${ground.id}, ${id}, ${role})`);
			const { cookie } = await people.session(email);
			await walledOff(id);
			for (const { route } of (await pages()).filter(({ route: one }) => one.startsWith('/projects/'))) {
				const path = route.replace('[slug]', slug).replace('[number]', '1').replace('[judgment]', judgmentId).replace(/(\w+)\/\[id\]/, (_, noun: string) => `${noun}/${ids[noun] ?? '?'}`);
				for (const address of [path, `${path}/__data.json`]) {
					const { status, text } = await ask('GET', address, { cookie: `${cookie.name}=${cookie.value}`, accept: 'text/html' });
					if (status === 200) opened += 1;
					if (SECRET.test(text)) told.push(`${role} at ${address}: ${SECRET.exec(text)?.[0]}`);
				}
			}
		}
		expect(told).toEqual([]);
		expect(opened).toBeGreaterThan(40);
	}, 240_000);

	it('is no wall to anybody else: the same answers hold what is asked for', async () => {
		const { world, slug, snapshotId } = ground;
		const owner = await world.person('owner', { slug, role: 'owner' });
		const headers = { authorization: `Bearer ${await tokenOf(world, owner)}` };
		for (const path of [`/projects/${slug}/judgments?limit=50`, `/snapshots/${snapshotId}/data?split=train`]) expect((await ask('GET', `/api/v1${path}`, headers)).text).toMatch(SECRET);
	});
});
