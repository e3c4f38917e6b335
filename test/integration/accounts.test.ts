import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiEvent } from '#lib/server/api/serve.ts';
import type { App } from '#lib/server/app.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { identify } from '#lib/server/auth/identify.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { createUser } from '#lib/server/usecases/create-user.ts';
import { deactivateUser } from '#lib/server/usecases/deactivate-user.ts';
import { firstAdmin, isSetupOpen } from '#lib/server/usecases/first-admin.ts';
import { issuePasswordLink } from '#lib/server/usecases/issue-password-link.ts';
import { issueToken } from '#lib/server/usecases/issue-token.ts';
import { listUsers } from '#lib/server/usecases/list-users.ts';
import { putMember } from '#lib/server/usecases/put-member.ts';
import { reactivateUser } from '#lib/server/usecases/reactivate-user.ts';
import { isPasswordLinkOpen, redeemPasswordLink } from '#lib/server/usecases/redeem-password-link.ts';
import * as me from '../../src/routes/api/v1/me/+server.ts';
import * as ownTokens from '../../src/routes/api/v1/tokens/+server.ts';
import * as tokenRoute from '../../src/routes/api/v1/tokens/[id]/+server.ts';
import * as usersRoute from '../../src/routes/api/v1/users/+server.ts';
import * as deactivate from '../../src/routes/api/v1/users/[id]/deactivate/+server.ts';
import * as links from '../../src/routes/api/v1/users/[id]/password-links/+server.ts';
import * as reactivate from '../../src/routes/api/v1/users/[id]/reactivate/+server.ts';
import * as userTokens from '../../src/routes/api/v1/users/[id]/tokens/+server.ts';
import { newEmail, PASSWORD, peopleOf, signedIn } from '../support/people.ts';
import { comparisonRows, createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let people: ReturnType<typeof peopleOf>;
let app: App;
beforeAll(async () => {
	world = await createWorld();
	people = peopleOf(world);
	app = people.app;
});
afterAll(() => world.close());

describe('an account', () => {
	it('is made by the administrator alone, once an email', async () => {
		const { email } = await people.account();
		expect(await createUser(app, world.admin, { email: ` ${email.toUpperCase()}`, name: 'Twin' })).toMatchObject({ problem: { code: 'conflict', errors: [{ field: 'email' }] } });
		const twins = await Promise.all(Array.from({ length: 5 }, () => createUser(app, world.admin, { email: 'twin@firm.example', name: 'Twin' })));
		expect(twins.filter((twin) => twin.ok)).toHaveLength(1);
		for (const [field, wrong] of [['email', { email: 'nobody' }], ['email', { email: 'a@b\0' }], ['name', { name: ' ' }], ['name', { name: 'a\0b' }], ['password', { password: 'short' }], ['password', { password: 'x'.repeat(201) }]] as const) {
			expect(await createUser(app, world.admin, { email: newEmail(), name: 'Ada', ...wrong })).toMatchObject({ problem: { code: 'invalid_input', errors: [{ field }] } });
		}
		expect(problemOf(await createUser(app, await world.person('ann'), { email: newEmail(), name: 'Ada' }))).toBe('forbidden');
	});

	it('appears in pages, oldest first', async () => {
		const seen: string[] = [];
		let after: string | undefined;
		do {
			const page = valueOf(await listUsers(app, world.admin, { limit: 7, after }));
			seen.push(...page.users.map((user) => user.id));
			after = page.next ?? undefined;
		} while (after);
		const all = await world.query<{ id: string }>('select id from users order by id');
		expect(seen).toEqual(all.map((row) => row.id));
		expect(problemOf(await listUsers(app, await world.person('ann')))).toBe('forbidden');
	});

	it('is shut at once: session, token, link and lease end, and stay ended', async () => {
		const project = await world.project({ rows: comparisonRows(2) });
		const { id, email } = await people.account();
		await app.db.execute(sql`insert into memberships (project_id, user_id, role) values (${project.id}, ${id}, 'annotator')`);
		const { header, actor } = await people.session(email);
		const { token: bearer } = await people.token(actor);
		const secret = await people.link(id);
		expect(valueOf(await claimTask(app, actor, { slug: project.slug }))).not.toBeNull();
		expect(problemOf(await deactivateUser(app, actor, id))).toBe('forbidden');
		expect(valueOf(await deactivateUser(app, world.admin, id))).toEqual({ releasedLeases: 1, endedSessions: 1, revokedTokens: 1 });
		expect(valueOf(await deactivateUser(app, world.admin, id))).toEqual({ releasedLeases: 0, endedSessions: 0, revokedTokens: 0 });
		expect([await people.whoHas(header), await people.whoBears(bearer)]).toEqual([null, null]);
		expect(problemOf(await redeemPasswordLink(app, { token: secret, password: PASSWORD }))).toBe('gone');
		expect(problemOf(await people.signInAs(email))).toBe('wrong_credentials');
		expect(problemOf(await issueToken(app, world.admin, { userId: id }))).toBe('conflict');
		expect(problemOf(await issuePasswordLink(app, world.admin, id))).toBe('conflict');
		expect(await world.query(`select 1 from slots where annotator_id = '${id}'`)).toEqual([]);
		valueOf(await reactivateUser(app, world.admin, id));
		expect([await people.whoHas(header), await people.whoBears(bearer), await isPasswordLinkOpen(app, secret)]).toEqual([null, null, false]);
		valueOf(await people.signInAs(email));
	});

	it('that was deactivated without its session being ended gets in nowhere', async () => {
		const { id, email } = await people.account();
		const { header, actor } = await people.session(email);
		const { token: bearer } = await people.token(actor);
		await app.db.execute(sql`update users set deactivated_at = now() where id = ${id}`);
		expect([await people.whoHas(header), await people.whoBears(bearer)]).toEqual([null, null]);
	});

	it('of the last administrator stays, also when two shut each other out at once', async () => {
		const other = await people.account({ isAdmin: true });
		const otherActor: Actor = { userId: other.id, isAdmin: true, via: 'session', scopes: null };
		const race = await Promise.all([deactivateUser(app, world.admin, other.id), deactivateUser(app, otherActor, world.admin.userId)]);
		expect(race.map(problemOf).sort()).toEqual(['conflict', 'no problem']);
		await app.db.execute(sql`update users set deactivated_at = null where id = ${world.admin.userId}`);
		await app.db.execute(sql`update users set deactivated_at = now() where id = ${other.id}`);
		expect(problemOf(await deactivateUser(app, world.admin, world.admin.userId))).toBe('conflict');
	});
});

describe('the set-up', () => {
	const admin = () => ({ email: newEmail(), name: 'First', password: PASSWORD, address: '192.0.2.1' });

	it('makes one administrator, for who has the code, while there is nobody', async () => {
		const fresh = await createWorld({ PLUMBLINE_SETUP_CODE: 'set-up-code-123' });
		try {
			expect([await isSetupOpen(fresh.app), problemOf(await firstAdmin(fresh.app, { code: 'set-up-code-123', ...admin() }))]).toEqual([false, 'gone']);
			await fresh.query('delete from user_profiles');
			await fresh.query('delete from users');
			expect(await isSetupOpen({ ...fresh.app, config: { ...fresh.app.config, setupCode: undefined } })).toBe(false);
			expect(await isSetupOpen(fresh.app)).toBe(true);
			expect(await firstAdmin(fresh.app, { code: 'set-up-code-124', ...admin() })).toMatchObject({ problem: { code: 'invalid_input', errors: [{ field: 'code' }] } });
			// All four come as far as they can before any may finish.
			const race = await fresh.app.db.transaction(async (tx) => {
				await tx.execute(sql`lock table user_profiles in exclusive mode`);
				const running = Array.from({ length: 4 }, () => firstAdmin(fresh.app, { code: ' set-up-code-123 ', ...admin() }));
				await expect
					.poll(async () => (await fresh.query<{ n: number }>('select count(*)::int as n from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())'))[0]?.n, { timeout: 10_000 })
					.toBe(4);
				return { running };
			});
			expect((await Promise.all(race.running)).map(problemOf).sort()).toEqual(['gone', 'gone', 'gone', 'no problem']);
			expect(await fresh.query('select is_admin from users')).toEqual([{ is_admin: true }]);
			expect(await isSetupOpen(fresh.app)).toBe(false);
		} finally {
			await fresh.close();
		}
	});

	it('takes ten wrong codes from an address', async () => {
		const fresh = await createWorld({ PLUMBLINE_SETUP_CODE: 'set-up-code-123' });
		try {
			await fresh.query('delete from user_profiles');
			await fresh.query('delete from users');
			const guesses = await Promise.all(Array.from({ length: 20 }, (_, i) => firstAdmin(fresh.app, { code: `guess-${i}`, ...admin() })));
			expect(guesses.map(problemOf).filter((code) => code === 'invalid_input')).toHaveLength(10);
			expect(problemOf(await firstAdmin(fresh.app, { code: 'set-up-code-123', ...admin() }))).toBe('too_many_attempts');
		} finally {
			await fresh.close();
		}
	});
});

/** Calls a route as the server would: headers → who → handler. */
async function call(handler: (event: ApiEvent) => Promise<Response>, as: string | null, input: { method?: string; body?: unknown; params?: Record<string, string>; query?: string; headers?: Record<string, string> } = {}) {
	const headers = { ...(as ? { authorization: `Bearer ${as}` } : {}), ...input.headers };
	const url = new URL(`https://plumbline.example/api/v1/x${input.query ?? ''}`);
	const body = input.body === undefined ? {} : { body: JSON.stringify(input.body) };
	const request = new Request(url, { method: input.method ?? 'POST', headers, ...body });
	const { actor } = await identify(app, { cookie: request.headers.get('cookie') ?? input.headers?.['cookie'] ?? null, authorization: request.headers.get('authorization') });
	const response = await handler({ request, url, params: input.params ?? {}, locals: { app, actor, requestId: 'r' } });
	const text = await response.text();
	return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as Record<string, unknown> };
}

describe('the API of accounts', () => {
	it('goes from a new person to a token, a link and the end', async () => {
		const { token: admin } = await people.token(world.admin);
		const email = newEmail();
		const made = await call(usersRoute.POST, admin, { body: { email, name: 'Ada', password: PASSWORD } });
		expect(made).toEqual({ status: 201, body: { id: expect.any(String) as string } });
		const id = String(made.body['id']);
		const params = { id };
		expect(await call(usersRoute.POST, admin, { body: { email, name: 'Ada' } })).toMatchObject({ status: 409, body: { code: 'conflict', errors: [{ field: 'email' }] } });
		expect(await call(usersRoute.GET, admin, { method: 'GET', query: '?limit=1' })).toMatchObject({ status: 200, body: { users: [{ id: world.admin.userId }], next: world.admin.userId } });
		const issued = await call(userTokens.POST, admin, { params, body: { scopes: ['project.read'], expiresAt: new Date(Date.now() + 60_000).toISOString() } });
		expect(issued).toMatchObject({ status: 201, body: { token: expect.stringMatching(/^plb_/) as string } });
		const hers = String(issued.body['token']);
		const project = await world.project();
		valueOf(await putMember(app, world.admin, { slug: project.slug, userId: id, role: 'reviewer' }));
		expect(await call(me.GET, hers, { method: 'GET' })).toEqual({
			status: 200,
			body: { id, email, name: 'Ada', isAdmin: false, memberships: [{ slug: project.slug, name: project.slug, role: 'reviewer' }] }
		});
		const own = await call(ownTokens.POST, hers, { body: {} });
		expect(own.status).toBe(201);
		expect(await call(ownTokens.POST, hers, { body: { scopes: ['run.start'] } })).toMatchObject({ status: 403, body: { code: 'scope_missing' } });
		const end = { method: 'DELETE', params: { id: String(own.body['id']) } } as const;
		expect(await call(tokenRoute.DELETE, hers, end)).toMatchObject({ status: 403, body: { code: 'scope_missing' } });
		expect((await call(tokenRoute.DELETE, String(own.body['token']), end)).status).toBe(204);
		expect((await call(me.GET, String(own.body['token']), { method: 'GET' })).status).toBe(401);
		expect(await call(links.POST, admin, { params })).toMatchObject({ status: 201, body: { token: expect.any(String) as string } });
		expect(await call(deactivate.POST, admin, { params })).toEqual({ status: 200, body: { releasedLeases: 0, endedSessions: 0, revokedTokens: 1 } });
		expect((await call(me.GET, hers, { method: 'GET' })).status).toBe(401);
		expect((await call(reactivate.POST, admin, { params })).status).toBe(204);
	});

	it('refuses who may not, and what is misspelt', async () => {
		const { id, email } = await people.account();
		const { header } = await people.session(email);
		const { token } = await people.token(signedIn(id));
		const params = { id };
		for (const handler of [usersRoute.POST, userTokens.POST, deactivate.POST, reactivate.POST, links.POST]) {
			const body = handler === usersRoute.POST ? { email: newEmail(), name: 'Ada' } : {};
			expect((await call(handler, null, { params, body })).status).toBe(401);
			expect((await call(handler, token, { params, body })).status).toBe(403);
		}
		expect((await call(usersRoute.GET, token, { method: 'GET' })).status).toBe(403);
		// A misspelt limit must not make a token without one.
		expect((await call(ownTokens.POST, token, { body: { scope: ['run.read'] } })).status).toBe(400);
		expect(await call(ownTokens.POST, token, { body: { scopes: ['toString'] } })).toMatchObject({ status: 400, body: { errors: [{ field: 'scopes[0]' }] } });
		expect((await call(tokenRoute.DELETE, token, { method: 'DELETE', params: { id: 'x' } })).status).toBe(400);
		expect(await call(ownTokens.POST, null, { body: {}, headers: { cookie: header, origin: 'https://evil.example' } })).toMatchObject({ status: 403, body: { code: 'cross_site' } });
		expect((await call(ownTokens.POST, null, { body: {}, headers: { cookie: header, origin: 'https://plumbline.example' } })).status).toBe(201);
	});
});

it('leaves no secret in database or log, and nobody’s name or email in audit or log', async () => {
	expect(await people.leaks()).toEqual([]);
	const actions = (await world.query<{ action: string }>('select distinct action from audit_entries')).map((row) => row.action);
	expect(actions).toEqual(expect.arrayContaining(['user.create', 'user.deactivate', 'user.reactivate', 'token.issue', 'token.revoke', 'password_link.issue']) as string[]);
});
