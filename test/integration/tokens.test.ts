import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '#lib/server/app.ts';
import { openApiDocument } from '#lib/server/api/openapi.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { identify } from '#lib/server/auth/identify.ts';
import { secretHash } from '#lib/server/auth/secrets.ts';
import { chooseMail } from '#lib/server/usecases/choose-mail.ts';
import { createUser } from '#lib/server/usecases/create-user.ts';
import { deactivateUser } from '#lib/server/usecases/deactivate-user.ts';
import { issuePasswordLink } from '#lib/server/usecases/issue-password-link.ts';
import { issueToken } from '#lib/server/usecases/issue-token.ts';
import { listTokens } from '#lib/server/usecases/list-tokens.ts';
import { reactivateUser } from '#lib/server/usecases/reactivate-user.ts';
import { readNotifications } from '#lib/server/usecases/read-notifications.ts';
import { revokeToken } from '#lib/server/usecases/revoke-token.ts';
import { newEmail, peopleOf, signedIn } from '../support/people.ts';
import { createWorld, problemOf, valueOf } from '../support/world.ts';
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

describe('a token', () => {
	it('is shown once, found by its hash, and wins over a cookie', async () => {
		const { id, email } = await people.account();
		const { header, actor } = await people.session(email);
		const { id: tokenId, token: bearer } = await people.token(actor, { name: 'laptop' });
		expect(bearer).toMatch(/^plb_[\w-]{43}$/);
		expect(await world.query(`select token_hash, name from api_tokens where user_id = '${id}'`)).toEqual([{ token_hash: secretHash(bearer), name: 'laptop' }]);
		expect(await people.whoBears(bearer)).toEqual({ userId: id, isAdmin: false, via: 'token', scopes: null, tokenId, until: null });
		for (const wrong of [secretHash(bearer), bearer.slice(0, -1), '', `${bearer} x`, `plb_${'A'.repeat(43)}`]) {
			expect((await identify(app, { cookie: header, authorization: `Bearer ${wrong}` })).actor).toBeNull();
		}
		// A proxy's own password must not hide the reader's session.
		expect((await identify(app, { cookie: header, authorization: 'Basic dXNlcjpwdw==' })).actor?.userId).toBe(id);
	});

	it('never has more scopes than the token that made it', async () => {
		const { id } = await people.account();
		const person = signedIn(id);
		const { token: narrow } = await people.token(person, { scopes: ['run.read', 'snapshot.read', 'run.read'] });
		const actor = (await people.whoBears(narrow)) as Actor;
		expect(actor.scopes).toEqual(['run.read', 'snapshot.read']);
		expect(problemOf(await issueToken(app, actor, { scopes: ['run.read', 'run.start'] }))).toBe('scope_missing');
		expect((await people.whoBears((await people.token(actor)).token))?.scopes).toEqual(['run.read', 'snapshot.read']);
		expect((await people.whoBears((await people.token(actor, { scopes: ['run.read'] })).token))?.scopes).toEqual(['run.read']);
		expect(await issueToken(app, person, { scopes: ['run.read', 'run.fly'] })).toMatchObject({ problem: { code: 'invalid_input', errors: [{ field: 'scopes[1]' }] } });
		expect(problemOf(await issueToken(app, person, { scopes: ['toString'] }))).toBe('invalid_input');
		expect(problemOf(await issueToken(app, person, { scopes: [] }))).toBe('invalid_input');
	});

	it('of an administrator with limited scopes opens no way to more', async () => {
		const { id } = await people.account();
		const limited: Actor = { ...world.admin, scopes: ['user.manage'] };
		expect(problemOf(await createUser(app, limited, { email: newEmail(), name: 'Ada', isAdmin: true }))).toBe('scope_missing');
		expect(problemOf(await issuePasswordLink(app, limited, id))).toBe('scope_missing');
		const administrator = valueOf(await createUser(app, world.admin, { email: newEmail(), name: 'Bo', isAdmin: true })).id;
		for (const userId of [id, administrator]) valueOf(await deactivateUser(app, limited, userId));
		expect(problemOf(await reactivateUser(app, limited, administrator))).toBe('scope_missing');
		valueOf(await reactivateUser(app, limited, id));
		valueOf(await reactivateUser(app, world.admin, administrator));
		expect((await people.whoBears((await people.token(limited, { userId: id })).token))?.scopes).toEqual(['user.manage']);
		expect(problemOf(await issueToken(app, { ...world.admin, scopes: ['run.read'] }, { userId: id }))).toBe('scope_missing');
	});

	it('with limited scopes sees and ends itself alone, and does nothing on the account', async () => {
		const { id, email } = await people.account();
		const { actor: person } = await people.session(email);
		const [ci, narrow] = [await people.token(person, { name: 'ci' }), await people.token(person, { name: 'leaked', scopes: ['task.judge'] })];
		const actor = (await people.whoBears(narrow.token)) as Actor;
		const listed = async (of: Actor) => (await listTokens(app, of, 10)).tokens.map(({ name }) => name);
		expect([await listed(person), await listed(actor), await listed({ ...actor, tokenId: undefined })]).toEqual([['leaked', 'ci'], ['leaked'], []]);
		const refused = [await revokeToken(app, actor, ci.id), await chooseMail(app, actor, []), await readNotifications(app, actor, 'all')];
		expect(refused.map(problemOf)).toEqual(['scope_missing', 'scope_missing', 'scope_missing']);
		expect(await world.query(`select 1 from audit_entries where subject_id in ('${ci.id}', '${id}') and action in ('token.revoke', 'mail.choose')`)).toEqual([]);
		// Whose tokens there are is still nobody else's business.
		expect(problemOf(await revokeToken(app, actor, (await people.token(world.admin)).id))).toBe('not_found');
		expect((await people.whoBears(ci.token))?.userId).toBe(id);
		valueOf(await revokeToken(app, actor, narrow.id));
		expect(await people.whoBears(narrow.token)).toBeNull();
		// What an administrator's token may do to anybody's, its own person's too, is said by its scope, and by the description.
		const own = await people.token(world.admin);
		for (const one of [ci, own]) {
			valueOf(await revokeToken(app, { ...world.admin, scopes: ['user.manage'] }, one.id));
			expect(await people.whoBears(one.token)).toBeNull();
		}
		expect(openApiDocument()).toMatchObject({ paths: { '/tokens/{id}': { delete: { summary: expect.stringContaining('itself alone, but for an administrator’s with user.manage') as string } } } });
	});

	it('is made for others by the administrator alone', async () => {
		const [ann, bob] = [await people.account(), await people.account()];
		const actor = signedIn(ann.id);
		expect(problemOf(await issueToken(app, actor, { userId: bob.id }))).toBe('forbidden');
		expect((await people.whoBears((await people.token(world.admin, { userId: bob.id })).token))?.userId).toBe(bob.id);
		expect(problemOf(await issueToken(app, world.admin, { userId: '00000000-0000-7000-8000-000000000000' }))).toBe('not_found');
	});

	it('ends when it expires or is revoked by its owner or the administrator', async () => {
		const { id } = await people.account();
		const actor = signedIn(id);
		for (const expiresAt of ['2020-01-01T00:00:00Z', 'tomorrow']) expect(await issueToken(app, actor, { expiresAt })).toMatchObject({ problem: { errors: [{ field: 'expiresAt' }] } });
		const short = await people.token(actor, { expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
		expect((await people.whoBears(short.token))?.userId).toBe(id);
		await app.db.execute(sql`update api_tokens set expires_at = now() where id = ${short.id}`);
		expect(await people.whoBears(short.token)).toBeNull();
		const [mine, theirs] = [await people.token(actor), await people.token(actor)];
		expect(problemOf(await revokeToken(app, await world.person('eve'), mine.id))).toBe('not_found');
		valueOf(await revokeToken(app, actor, mine.id));
		valueOf(await revokeToken(app, actor, mine.id));
		valueOf(await revokeToken(app, world.admin, theirs.id));
		expect([await people.whoBears(mine.token), await people.whoBears(theirs.token)]).toEqual([null, null]);
	});

	it('costs one query a request, and its use is noted at most once a minute', async () => {
		const { id } = await people.account();
		const { id: tokenId, token: bearer } = await people.token(signedIn(id));
		const lastUse = async () => (await world.query<{ at: string | null }>(`select last_used_at::text as at from api_tokens where id = '${tokenId}'`))[0]?.at ?? null;
		const authorization = `Bearer ${bearer}`;
		await Promise.all(Array.from({ length: 16 }, () => identify(app, { cookie: null, authorization })));
		await expect.poll(lastUse, { timeout: 30_000 }).not.toBeNull();
		const noted = await lastUse();
		const calls: string[] = [];
		const db = new Proxy(app.db, {
			get: (target, property) => {
				if (['select', 'execute', 'update', 'insert', 'delete', 'transaction'].includes(String(property))) calls.push(String(property));
				return Reflect.get(target, property) as unknown;
			}
		});
		await identify({ ...app, db }, { cookie: null, authorization });
		expect(calls).toEqual(['execute']);
		expect(await lastUse()).toBe(noted);
		await app.db.execute(sql`update api_tokens set last_used_at = now() - interval '61 seconds' where id = ${tokenId}`);
		await identify(app, { cookie: null, authorization });
		await expect.poll(async () => ((await lastUse()) ?? '') > (noted ?? ''), { timeout: 30_000 }).toBe(true);
	});
});

it('leaves no secret in database or log, and nobody’s name or email in audit or log', async () => {
	expect(await people.leaks()).toEqual([]);
});
