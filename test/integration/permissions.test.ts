import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeOf } from '#lib/components/audit/places.ts';
import { may, PERMISSIONS, ROLES } from '#lib/domain/permission.ts';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { OPERATIONS } from '#lib/server/api/operations.ts';
import type { Operation } from '#lib/server/api/operation.ts';
import { readAudit } from '#lib/server/usecases/read-audit.ts';
import { readProject } from '#lib/server/usecases/read-project.ts';
import { REQUESTS, serveGround } from '../support/api-walk.ts';
import type { Caller, Ground, WalkRequest } from '../support/api-walk.ts';
import { createApi, tokenOf } from '../support/api.ts';
import type { ApiAnswer } from '../support/api.ts';
import { peopleOf } from '../support/people.ts';
import { apiMethods, pages } from '../support/routes.ts';
import { newServer } from '../support/serving-walk.ts';
import type { Server } from '../support/server.ts';
import { valueOf } from '../support/world.ts';

let ground: Ground;
let server: Server;
let close: (() => Promise<void>) | undefined;
let serverId: string;
beforeAll(async () => {
	({ ground, server, close } = await serveGround());
	serverId = await newServer(ground);
}, 120_000);
afterAll(() => close?.());

/** Whoever can come: nobody, somebody of another project, each role, the administrator, a token that may do nothing. */
const WHO = ['nobody', 'stranger', ...ROLES, 'admin', 'no scope'] as const;
type Who = (typeof WHO)[number];
const isRole = (who: Who): who is (typeof ROLES)[number] => (ROLES as readonly string[]).includes(who);

async function callerOf(who: Who): Promise<{ caller: Caller; token: string | null }> {
	const { world, slug } = ground;
	if (who === 'nobody') return { caller: { actor: await world.person('absent'), role: null }, token: null };
	const role = who === 'no scope' ? 'owner' : isRole(who) ? who : null;
	const actor = await world.person(who.replace(' ', '-'), role ? { slug, role } : undefined);
	if (who === 'admin') {
		await world.app.db.execute(sql`update users set is_admin = true where id = ${actor.userId}`);
		actor.isAdmin = true;
	}
	const token = await tokenOf(world, actor);
	// No such token is ever issued; one left over from an action that was taken away would be like it.
	if (who === 'no scope') await world.app.db.execute(sql`update api_tokens set scopes = '{}' where user_id = ${actor.userId}`);
	return { caller: { actor, role }, token };
}

/** What changes somebody's own account: another of their tokens, which mails they get, what they have read. */
const ON_THE_ACCOUNT = ['revokeToken', 'chooseMail', 'readNotifications'];

/** What the table of permissions says: the status of the refusal, or that it is allowed. */
function expected(op: Operation, who: Who): 'allowed' | 401 | 403 | 404 {
	if (op.access === 'public') return 'allowed';
	if (who === 'nobody') return 401;
	// A token with limited scopes does nothing on its person's account.
	if (op.access === 'signed-in') return who === 'no scope' && ON_THE_ACCOUNT.includes(op.id) ? 403 : 'allowed';
	if (who === 'no scope') return 403;
	// What is about no project hides none: it is refused as what it is. A deployment names its project by a checkpoint in the body.
	const isSite = (!op.path.includes('{') && op.id !== 'deployCheckpoint') || (PERMISSIONS[op.access] as readonly string[]).every((role) => role === 'admin');
	if (who === 'stranger') return isSite ? 403 : 404;
	return may({ role: isRole(who) ? who : null, isAdmin: who === 'admin' }, op.access) ? 'allowed' : 403;
}

async function send(token: string | null, op: Operation, request: WalkRequest): Promise<Pick<ApiAnswer, 'status' | 'body'>> {
	if (op.id !== 'followRun') return createApi(server.origin, token)(op.method, request.path, request.options);
	// A stream has no end: its beginning says whether it is given.
	const { status, body } = await fetch(`${server.origin}/api/v1${request.path}`, { headers: token === null ? {} : { authorization: `Bearer ${token}` } });
	await body?.cancel();
	return { status, body: null };
}

describe('every operation of the API', () => {
	it('is served by a route, and every route is an operation', async () => {
		expect(await apiMethods()).toEqual(OPERATIONS.map((op) => `${op.method} ${op.path}`).sort());
		expect(OPERATIONS.map((op) => op.id).filter((id) => !REQUESTS[id])).toEqual([]);
		expect(new Set(OPERATIONS.map((op) => op.id)).size).toBe(OPERATIONS.length);
	});

	it.each(WHO)(
		'does for %s what the table of permissions says',
		async (who) => {
			const { caller, token } = await callerOf(who);
			const wrong: string[] = [];
			for (const op of OPERATIONS) {
				const request = await REQUESTS[op.id]?.(ground, caller);
				if (!request) continue;
				const { status, body } = await send(token, op, request);
				const wanted = expected(op, who);
				// Ready is only who has a living worker: 503 is an answer too, and the only one that is no success.
				const well = wanted === 'allowed' ? status in op.answers || (op.id === 'readyz' && status === PROBLEMS.not_ready.status) : status === wanted;
				if (!well) wrong.push(`${op.id}: ${status} instead of ${wanted} ${JSON.stringify(body)}`);
			}
			expect(wrong).toEqual([]);
		},
		240_000
	);
});

/** Pages that are there for who is not signed in. */
const PUBLIC = ['/sign-in', '/set-up', '/password/[token]'];
/** Pages of a person, whatever their projects. */
const PERSONAL = ['/projects', '/account', '/notifications'];

describe('every page', () => {
	const address = (route: string): string => {
		const { slug, importId, snapshotId, runId, checkpointId, judgmentId, generationId, sweepId } = ground;
		const ids: Record<string, string> = { import: importId, checkpoint: checkpointId, snapshots: snapshotId, runs: runId, checkpoints: checkpointId, generations: generationId, sweeps: sweepId, serving: serverId };
		const path = route
			.replace('[slug]', slug)
			.replace('[number]', '1')
			.replace('[judgment]', judgmentId)
			.replace('[other]', snapshotId)
			.replace('[token]', 'nobody-knows')
			.replace('[kind]', 'checkpoint')
			.replace(/(\w+)\/\[id\]/, (_, noun: string) => `${noun}/${ids[noun] ?? '?'}`);
		if (/[[?]/.test(path)) throw new Error(`say here what stands for the parameter of ${route}`);
		if (route.endsWith('/ranking/judgments')) return `${path}?checkpoint=${checkpointId}`;
		return /\/(runs|sweeps)\/new$/.test(route) ? `${path}?snapshot=${snapshotId}` : path;
	};
	const formAt = (path: string, action: string): string => (action === 'default' ? path : `${path}${path.includes('?') ? '&' : '?'}/${action}`);
	const open = (path: string, cookie?: string) => fetch(`${server.origin}${path}`, { redirect: 'manual', headers: { accept: 'text/html', ...(cookie ? { cookie } : {}) } });
	const post = async (path: string, cookie?: string) => {
		const response = await fetch(`${server.origin}${path}`, { method: 'POST', redirect: 'manual', headers: { accept: 'application/json', origin: server.origin, 'content-type': 'application/x-www-form-urlencoded', 'x-sveltekit-action': 'true', ...(cookie ? { cookie } : {}) }, body: 'a=b' });
		return (await response.json()) as { type: string; status: number; location?: string };
	};
	const all = async () => (await pages()).filter(({ route }) => !PUBLIC.includes(route));

	it('sends who is not signed in to the sign-in, and back afterwards; so does every form', async () => {
		for (const { route, actions } of await all()) {
			const path = address(route);
			const response = await open(path);
			const next = `/sign-in?next=${encodeURIComponent(path)}`;
			expect([route, response.status, decodeURIComponent(response.headers.get('location') ?? '')]).toEqual([route, 303, decodeURIComponent(next)]);
			for (const action of actions) {
				const answer = await post(formAt(path, action));
				expect([route, action, answer.type, answer.location?.split('?')[0]]).toEqual([route, action, 'redirect', '/sign-in']);
			}
		}
		expect((await open('/')).headers.get('location')).toMatch(/^\/sign-in/);
	}, 120_000);

	it('knows nothing for a stranger, and no form does anything', async () => {
		const people = peopleOf(ground.world);
		const { email } = await people.account();
		const { cookie } = await people.session(email);
		const header = `${cookie.name}=${cookie.value}`;
		const before = await ground.world.query(`select count(*)::int as n from audit_entries`);
		for (const { route, actions } of await all()) {
			const path = address(route);
			const status = (await open(path, header)).status;
			if (PERSONAL.includes(route)) {
				expect([route, status]).toEqual([route, 200]);
				continue;
			}
			expect([route, status]).toEqual([route, route.startsWith('/projects/') ? 404 : 403]);
			for (const action of actions) {
				const answer = await post(formAt(path, action), header);
				// Refused, or turned away before that because the form was empty.
				expect([route, action, ['failure', 'error'].includes(answer.type) && [400, 403, 404].includes(answer.status)], JSON.stringify(answer)).toEqual([route, action, true]);
			}
		}
		expect(await ground.world.query(`select count(*)::int as n from audit_entries`)).toEqual(before);
	}, 120_000);

	it('is where the audit leads to, for each of its readers', async () => {
		const people = peopleOf(ground.world);
		for (const role of ['reviewer', 'owner'] as const) {
			const { id, email } = await people.account();
			await ground.world.app.db.execute(sql`insert into memberships (project_id, user_id, role) values (${ground.id}, ${id}, ${role})`);
			const { cookie } = await people.session(email);
			const reader: Actor = { userId: id, isAdmin: false, via: 'session', scopes: null };
			const { can } = valueOf(await readProject(ground.world.app, reader, ground.slug));
			const { acts } = valueOf(await readAudit(ground.world.app, reader, { slug: ground.slug, limit: 5000 }));
			// The newest of each kind; after the walk above that is most of them.
			const places = new Map(acts.toReversed().map((one) => [`${one.act} ${one.subject.kind} ${one.checkpointId === null}`, placeOf(one, can)]));
			expect(places.size).toBeGreaterThan(5);
			const shut: string[] = [];
			for (const [act, place] of places) {
				const { status } = place === null ? { status: 200 } : await open(`/projects/${ground.slug}/${place}`, `${cookie.name}=${cookie.value}`);
				if (status !== 200) shut.push(`${act} for a ${role}: ${status} at ${place}`);
			}
			expect(shut).toEqual([]);
		}
	}, 120_000);

	it('opens for each role as the page itself decides, never with an error of ours', async () => {
		const people = peopleOf(ground.world);
		for (const role of ROLES) {
			const { id, email } = await people.account();
			await ground.world.app.db.execute(sql`insert into memberships (project_id, user_id, role) values (${ground.id}, ${id}, ${role})`);
			const { cookie } = await people.session(email);
			for (const { route } of await all()) {
				const { status } = await open(address(route), `${cookie.name}=${cookie.value}`);
				// What is another's own is not there for who may not read everybody's.
				const own = route.endsWith('/[judgment]') && !may({ role, isAdmin: false }, 'judgment.read');
				expect(own ? [404] : [200, 303, 403], `${role} at ${route}: ${status}`).toContain(status);
			}
		}
	}, 120_000);
});
