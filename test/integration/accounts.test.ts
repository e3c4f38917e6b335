import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '#lib/server/app.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { party, PER_ADDRESS, PER_PERSON } from '#lib/server/auth/attempts.ts';
import { identify } from '#lib/server/auth/identify.ts';
import type { SessionCookie } from '#lib/server/auth/lucia.ts';
import { hashPassword, verifyPassword } from '#lib/server/auth/password.ts';
import { secretHash } from '#lib/server/auth/secrets.ts';
import * as rateLimits from '#lib/server/db/rate-limits.ts';
import { changePassword } from '#lib/server/usecases/change-password.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { createUser } from '#lib/server/usecases/create-user.ts';
import { deactivateUser } from '#lib/server/usecases/deactivate-user.ts';
import { firstAdmin, isSetupOpen } from '#lib/server/usecases/first-admin.ts';
import { issuePasswordLink } from '#lib/server/usecases/issue-password-link.ts';
import { issueToken } from '#lib/server/usecases/issue-token.ts';
import { listUsers } from '#lib/server/usecases/list-users.ts';
import { reactivateUser } from '#lib/server/usecases/reactivate-user.ts';
import { isPasswordLinkOpen, redeemPasswordLink } from '#lib/server/usecases/redeem-password-link.ts';
import { revokeToken } from '#lib/server/usecases/revoke-token.ts';
import { signIn } from '#lib/server/usecases/sign-in.ts';
import { signOutEverywhere } from '#lib/server/usecases/sign-out-everywhere.ts';
import { signOut } from '#lib/server/usecases/sign-out.ts';
import { comparisonRows, createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const PASSWORD = 'correct horse battery';
let world: World;
let app: App;
const logged: string[] = [];
/** Everything secret that these tests ever held: none of it may stand anywhere in the database or the log. */
const secrets = new Set([PASSWORD]);

beforeAll(async () => {
	world = await createWorld();
	app = { ...world.app, log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }) };
});
afterAll(() => world.close());

let serial = 0;
const newEmail = () => `person${++serial}@firm.example`;
const newAddress = () => `203.0.113.${++serial}`;

async function account(input: { password?: string | undefined; isAdmin?: boolean } = { password: PASSWORD }) {
	const email = newEmail();
	const { id } = valueOf(await createUser(app, world.admin, { email, name: `Person ${serial}`, ...input }));
	return { id, email };
}
const signInAs = (email: string, password = PASSWORD, address = newAddress()) => signIn(app, { email, password, address });
async function session(email: string, password = PASSWORD): Promise<{ cookie: SessionCookie; header: string; actor: Actor }> {
	const { cookie, userId } = valueOf(await signInAs(email, password));
	secrets.add(cookie.value);
	return { cookie, header: `other=%; ${cookie.name}=${cookie.value}`, actor: { userId, isAdmin: false, via: 'session', scopes: null } };
}
const whoHas = async (cookie: string | null) => (await identify(app, { cookie, authorization: null })).actor?.userId ?? null;
const whoBears = async (token: string) => (await identify(app, { cookie: null, authorization: `Bearer ${token}` })).actor;
async function token(actor: Actor, input: Parameters<typeof issueToken>[2] = {}) {
	const issued = valueOf(await issueToken(app, actor, input));
	secrets.add(issued.token);
	return issued;
}
async function link(userId: string): Promise<string> {
	const { token: secret } = valueOf(await issuePasswordLink(app, world.admin, userId));
	secrets.add(secret);
	return secret;
}
const exec = (text: ReturnType<typeof sql>) => app.db.execute(text);

describe('a session', () => {
	it('is stored as a hash, and its cookie is HttpOnly, SameSite=Lax and Secure behind TLS', async () => {
		const { id, email } = await account();
		const { cookie, header } = await session(email);
		expect(cookie).toEqual({ name: 'plumbline_session', value: expect.stringMatching(/^[a-z2-7]{40}$/) as string, attributes: { path: '/', httpOnly: true, sameSite: 'lax', secure: false, maxAge: 30 * 86_400 } });
		const rows = await world.query<{ id: string }>(`select id from sessions where user_id = '${id}'`);
		expect(rows).toEqual([{ id: secretHash(cookie.value) }]);
		expect(await identify(app, { cookie: header, authorization: null })).toEqual({
			actor: { userId: id, isAdmin: false, via: 'session', scopes: null },
			person: { id, email, name: expect.any(String) as string, locale: null }
		});
		expect(await whoHas(`${cookie.name}=${secretHash(cookie.value)}`)).toBeNull();
		const behindTls = { ...app, config: { ...app.config, secureCookies: true } };
		expect(valueOf(await signIn(behindTls, { email, password: PASSWORD, address: newAddress() })).cookie.attributes.secure).toBe(true);
	});

	it('slides: in the second half of its 30 days it is extended and the cookie set again', async () => {
		const { id, email } = await account();
		const { cookie, header } = await session(email);
		expect((await identify(app, { cookie: header, authorization: null })).session).toBeUndefined();
		await exec(sql`update sessions set expires_at = now() + interval '14 days' where user_id = ${id}`);
		const renewed = await identify(app, { cookie: header, authorization: null });
		expect(renewed.session).toEqual(cookie);
		expect(renewed.setCookie).toBe(`plumbline_session=${cookie.value}; HttpOnly; Max-Age=2592000; Path=/; SameSite=Lax`);
		const rows = await world.query<{ days: number }>(`select extract(epoch from expires_at - now())::float8 / 86400 as days from sessions where user_id = '${id}'`);
		expect(rows[0]?.days).toBeGreaterThan(29.9);
		await exec(sql`update sessions set expires_at = now() - interval '1 second' where user_id = ${id}`);
		expect(await whoHas(header)).toBeNull();
		expect(await world.query(`select 1 from sessions where user_id = '${id}'`)).toEqual([]);
	});

	it('ends on sign-out here, and everywhere on demand', async () => {
		const { id, email } = await account();
		const [one, two, three] = [await session(email), await session(email), await session(email)];
		expect(valueOf(await signOut(app, one.actor, { cookie: one.header })).cookie).toMatchObject({ name: 'plumbline_session', value: '', attributes: { maxAge: 0 } });
		expect([await whoHas(one.header), await whoHas(two.header)]).toEqual([null, id]);
		expect(valueOf(await signOutEverywhere(app, two.actor)).ended).toBe(2);
		expect([await whoHas(two.header), await whoHas(three.header)]).toEqual([null, null]);
		expect(valueOf(await signOut(app, null, { cookie: null })).cookie.value).toBe('');
	});
});

describe('signing in', () => {
	it('says the same to an unknown email, a wrong password, no password yet and a deactivated account', async () => {
		const known = await account();
		const unset = await account({});
		const gone = await account();
		valueOf(await deactivateUser(app, world.admin, gone.id));
		const answers = [
			await signInAs('nobody@firm.example'),
			await signInAs('no\0body\ud800@firm.example'),
			await signInAs(known.email, 'wrong horse battery'),
			await signInAs(known.email, 'x'.repeat(100_000)),
			await signInAs(unset.email),
			await signInAs(unset.email, ''),
			await signInAs(gone.email)
		];
		for (const answer of answers) expect(answer).toEqual(answers[0]);
		expect(problemOf(answers[0] as (typeof answers)[number])).toBe('wrong_credentials');
		expect(valueOf(await signInAs(` ${known.email.toUpperCase()} `)).userId).toBe(known.id);
	});

	it('does as much work for an unknown email as for a wrong password', async () => {
		const { email } = await account();
		const time = async (address: string) => {
			const begun = performance.now();
			for (let i = 0; i < 5; i++) await signInAs(address, 'wrong horse battery');
			return performance.now() - begun;
		};
		await time(email);
		const [known, unknown] = [await time(email), await time('nobody@firm.example')];
		expect(unknown / known).toBeGreaterThan(0.4);
		expect(unknown / known).toBeLessThan(2.5);
	});

	it('takes ten failures of a person at an address, however many at once', async () => {
		const { email } = await account();
		const address = newAddress();
		const spellings = [email, email.toUpperCase(), ` ${email}`];
		const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => signInAs(spellings[i % 3] ?? email, `wrong ${i} horse battery`, address)));
		const codes = answers.map(problemOf);
		expect(codes.filter((code) => code === 'wrong_credentials')).toHaveLength(PER_PERSON.points);
		expect(codes.filter((code) => code === 'too_many_attempts')).toHaveLength(10);
		const refused = await signInAs(email, PASSWORD, address);
		expect(refused).toMatchObject({ ok: false, problem: { code: 'too_many_attempts', facts: { retryAfter: expect.any(Number) as number } } });
		if (!refused.ok) expect(refused.problem.facts?.['retryAfter']).toSatisfy((s: number) => s > 800 && s <= 900);
		// From elsewhere the person still gets in: nobody can lock a colleague out.
		valueOf(await signInAs(email));
		await exec(sql`update rate_limits set expire = now() - interval '1 second'`);
		valueOf(await signInAs(email, PASSWORD, address));
	});

	it('forgets the failures of who then gets it right', async () => {
		const { email } = await account();
		const address = newAddress();
		for (let round = 0; round < 3; round++) {
			for (let i = 0; i < 8; i++) expect(problemOf(await signInAs(email, 'wrong horse battery', address))).toBe('wrong_credentials');
			valueOf(await signInAs(email, PASSWORD, address));
		}
	});

	it('limits an address over all emails, but not an office that signs in at nine', async () => {
		const address = newAddress();
		const office = await Promise.all(Array.from({ length: 30 }, () => account()));
		const morning = await Promise.all(office.map(({ email }) => signInAs(email, PASSWORD, address)));
		expect(morning.filter((answer) => answer.ok)).toHaveLength(30);
		const spray = await Promise.all(Array.from({ length: PER_ADDRESS.points + 15 }, (_, i) => signInAs(`guess${i}@firm.example`, PASSWORD, address)));
		expect(spray.map(problemOf).filter((code) => code === 'too_many_attempts')).toHaveLength(15);
	});

	it('counts a whole IPv6 site as one, keeps no address readable, and clears what is over', async () => {
		expect(party('2001:db8:1:2:3::9')).toBe(party('2001:0db8:1:2:ffff:0:0:1'));
		expect(party('2001:db8:1:2::9')).not.toBe(party('2001:db8:1:3::9'));
		expect([party('::ffff:192.0.2.7'), party('192.0.2.7'), party('::1'), party('fe80::1%eth0')]).toEqual(['192.0.2.7', '192.0.2.7', '0:0:0:0::/64', 'fe80:0:0:0::/64']);
		expect(JSON.stringify(await world.query('select key from rate_limits'))).not.toMatch(/firm\.example|203\.0\.113/);
		await exec(sql`update rate_limits set expire = now() - interval '1 second'`);
		await rateLimits.removeExpired(app.db);
		expect(await world.query('select 1 from rate_limits')).toEqual([]);
	});
});

describe('a password', () => {
	it('is kept as argon2id with the recommended cost, however it was composed', async () => {
		const hash = await hashPassword('Zoë’s long password');
		expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
		expect(await verifyPassword(hash, 'Zoë’s long password'.normalize('NFD'))).toBe(true);
		expect(await verifyPassword(hash, 'Zoe’s long password')).toBe(false);
		expect(await verifyPassword(null, 'Zoë’s long password')).toBe(false);
	});

	it('is changed by who knows the current one; all other sessions and open links end', async () => {
		const { id, email } = await account();
		const [here, there] = [await session(email), await session(email)];
		const open = await link(id);
		expect(problemOf(await changePassword(app, here.actor, { currentPassword: PASSWORD, newPassword: 'short' }))).toBe('invalid_input');
		expect(await changePassword(app, here.actor, { currentPassword: 'wrong horse battery', newPassword: 'a new horse battery' })).toMatchObject({ problem: { errors: [{ field: 'currentPassword' }] } });
		expect(problemOf(await changePassword(app, { ...here.actor, via: 'token' }, { currentPassword: PASSWORD, newPassword: 'a new horse battery' }))).toBe('forbidden');
		const { cookie } = valueOf(await changePassword(app, here.actor, { currentPassword: PASSWORD, newPassword: 'a new horse battery' }));
		expect([await whoHas(here.header), await whoHas(there.header), await whoHas(`${cookie.name}=${cookie.value}`)]).toEqual([null, null, id]);
		expect(problemOf(await signInAs(email))).toBe('wrong_credentials');
		valueOf(await signInAs(email, 'a new horse battery'));
		expect(await isPasswordLinkOpen(app, open)).toBe(false);
		const guesses = await Promise.all(Array.from({ length: 20 }, () => changePassword(app, here.actor, { currentPassword: 'wrong horse battery', newPassword: 'another horse battery' })));
		expect(guesses.map(problemOf).filter((code) => code === 'invalid_input')).toHaveLength(10);
	});

	it('is set by a link that works once: of two who race, one wins', async () => {
		const { id, email } = await account({});
		const first = await link(id);
		const secret = await link(id);
		expect([await isPasswordLinkOpen(app, first), await isPasswordLinkOpen(app, secret), await isPasswordLinkOpen(app, secretHash(secret))]).toEqual([false, true, false]);
		expect(problemOf(await redeemPasswordLink(app, { token: secret, password: 'short' }))).toBe('invalid_input');
		const race = await Promise.all(['first horse battery', 'second horse battery'].map((password) => redeemPasswordLink(app, { token: secret, password })));
		expect(race.map(problemOf).sort()).toEqual(['gone', 'no problem']);
		const winner = race[0]?.ok ? 'first horse battery' : 'second horse battery';
		expect(valueOf(await signInAs(email, winner)).userId).toBe(id);
		const late = await link(id);
		await exec(sql`update password_links set expires_at = now() where token_hash = ${secretHash(late)}`);
		expect(problemOf(await redeemPasswordLink(app, { token: late, password: 'third horse battery' }))).toBe('gone');
		expect(problemOf(await redeemPasswordLink(app, { token: 'no\0such\ud800', password: 'third horse battery' }))).toBe('gone');
	});
});

describe('an account', () => {
	it('is made by the administrator alone, once an email', async () => {
		const { email } = await account();
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
		const { id, email } = await account();
		await exec(sql`insert into memberships (project_id, user_id, role) values (${project.id}, ${id}, 'annotator')`);
		const { header, actor } = await session(email);
		const { token: bearer } = await token(actor);
		const secret = await link(id);
		expect(valueOf(await claimTask(app, actor, { slug: project.slug }))).not.toBeNull();
		expect(problemOf(await deactivateUser(app, actor, id))).toBe('forbidden');
		expect(valueOf(await deactivateUser(app, world.admin, id))).toEqual({ releasedLeases: 1, endedSessions: 1, revokedTokens: 1 });
		expect(valueOf(await deactivateUser(app, world.admin, id))).toEqual({ releasedLeases: 0, endedSessions: 0, revokedTokens: 0 });
		expect([await whoHas(header), await whoBears(bearer)]).toEqual([null, null]);
		expect(problemOf(await redeemPasswordLink(app, { token: secret, password: PASSWORD }))).toBe('gone');
		expect(problemOf(await signInAs(email))).toBe('wrong_credentials');
		expect(problemOf(await issueToken(app, world.admin, { userId: id }))).toBe('conflict');
		expect(problemOf(await issuePasswordLink(app, world.admin, id))).toBe('conflict');
		expect(await world.query(`select 1 from slots where annotator_id = '${id}'`)).toEqual([]);
		valueOf(await reactivateUser(app, world.admin, id));
		expect([await whoHas(header), await whoBears(bearer)]).toEqual([null, null]);
		valueOf(await signInAs(email));
	});

	it('that was deactivated without its session being ended gets in nowhere', async () => {
		const { id, email } = await account();
		const { header, actor } = await session(email);
		const { token: bearer } = await token(actor);
		await exec(sql`update users set deactivated_at = now() where id = ${id}`);
		expect([await whoHas(header), await whoBears(bearer)]).toEqual([null, null]);
	});

	it('of the last administrator stays, also when two shut each other out at once', async () => {
		const other = await account({ isAdmin: true });
		const otherActor: Actor = { userId: other.id, isAdmin: true, via: 'session', scopes: null };
		const race = await Promise.all([deactivateUser(app, world.admin, other.id), deactivateUser(app, otherActor, world.admin.userId)]);
		expect(race.map(problemOf).sort()).toEqual(['conflict', 'no problem']);
		await exec(sql`update users set deactivated_at = null where id = ${world.admin.userId}`);
		await exec(sql`update users set deactivated_at = now() where id = ${other.id}`);
		expect(problemOf(await deactivateUser(app, world.admin, world.admin.userId))).toBe('conflict');
	});
});

describe('a token', () => {
	it('is shown once, found by its hash, and wins over a cookie', async () => {
		const { id, email } = await account();
		const { header, actor } = await session(email);
		const { token: bearer } = await token(actor, { name: 'laptop' });
		expect(bearer).toMatch(/^plb_[\w-]{43}$/);
		expect(await world.query(`select token_hash, name from api_tokens where user_id = '${id}'`)).toEqual([{ token_hash: secretHash(bearer), name: 'laptop' }]);
		expect(await whoBears(bearer)).toEqual({ userId: id, isAdmin: false, via: 'token', scopes: null });
		for (const wrong of [secretHash(bearer), bearer.slice(0, -1), '', `${bearer} x`, `plb_${'A'.repeat(43)}`]) {
			expect((await identify(app, { cookie: header, authorization: `Bearer ${wrong}` })).actor).toBeNull();
		}
		// A proxy's own password must not hide the reader's session.
		expect((await identify(app, { cookie: header, authorization: 'Basic dXNlcjpwdw==' })).actor?.userId).toBe(id);
	});

	it('never has more scopes than the token that made it', async () => {
		const { id } = await account();
		const person: Actor = { userId: id, isAdmin: false, via: 'session', scopes: null };
		const { token: narrow } = await token(person, { scopes: ['run.read', 'snapshot.read', 'run.read'] });
		const actor = (await whoBears(narrow)) as Actor;
		expect(actor.scopes).toEqual(['run.read', 'snapshot.read']);
		expect(problemOf(await issueToken(app, actor, { scopes: ['run.read', 'run.start'] }))).toBe('scope_missing');
		expect((await whoBears((await token(actor)).token))?.scopes).toEqual(['run.read', 'snapshot.read']);
		expect((await whoBears((await token(actor, { scopes: ['run.read'] })).token))?.scopes).toEqual(['run.read']);
		expect(await issueToken(app, person, { scopes: ['run.read', 'run.fly'] })).toMatchObject({ problem: { code: 'invalid_input', errors: [{ field: 'scopes[1]' }] } });
		expect(problemOf(await issueToken(app, person, { scopes: ['toString'] }))).toBe('invalid_input');
		expect(problemOf(await issueToken(app, person, { scopes: [] }))).toBe('invalid_input');
	});

	it('of an administrator with limited scopes opens no way to more', async () => {
		const { id } = await account();
		const limited: Actor = { ...world.admin, scopes: ['user.manage'] };
		expect(problemOf(await createUser(app, limited, { email: newEmail(), name: 'Ada', isAdmin: true }))).toBe('scope_missing');
		expect(problemOf(await issuePasswordLink(app, limited, id))).toBe('scope_missing');
		expect((await whoBears((await token(limited, { userId: id })).token))?.scopes).toEqual(['user.manage']);
		expect(problemOf(await issueToken(app, { ...world.admin, scopes: ['run.read'] }, { userId: id }))).toBe('scope_missing');
	});

	it('is made for others by the administrator alone', async () => {
		const [ann, bob] = [await account(), await account()];
		const actor: Actor = { userId: ann.id, isAdmin: false, via: 'session', scopes: null };
		expect(problemOf(await issueToken(app, actor, { userId: bob.id }))).toBe('forbidden');
		expect((await whoBears((await token(world.admin, { userId: bob.id })).token))?.userId).toBe(bob.id);
		expect(problemOf(await issueToken(app, world.admin, { userId: '00000000-0000-7000-8000-000000000000' }))).toBe('not_found');
	});

	it('ends when it expires or is revoked by its owner or the administrator', async () => {
		const { id } = await account();
		const actor: Actor = { userId: id, isAdmin: false, via: 'session', scopes: null };
		for (const expiresAt of ['2020-01-01T00:00:00Z', 'tomorrow']) expect(await issueToken(app, actor, { expiresAt })).toMatchObject({ problem: { errors: [{ field: 'expiresAt' }] } });
		const short = await token(actor, { expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
		expect((await whoBears(short.token))?.userId).toBe(id);
		await exec(sql`update api_tokens set expires_at = now() where id = ${short.id}`);
		expect(await whoBears(short.token)).toBeNull();
		const [mine, theirs] = [await token(actor), await token(actor)];
		expect(problemOf(await revokeToken(app, await world.person('eve'), mine.id))).toBe('not_found');
		valueOf(await revokeToken(app, actor, mine.id));
		valueOf(await revokeToken(app, actor, mine.id));
		valueOf(await revokeToken(app, world.admin, theirs.id));
		expect([await whoBears(mine.token), await whoBears(theirs.token)]).toEqual([null, null]);
	});

	it('costs one query a request, and its use is noted at most once a minute', async () => {
		const { id } = await account();
		const { id: tokenId, token: bearer } = await token({ userId: id, isAdmin: false, via: 'session', scopes: null });
		const lastUse = async () => (await world.query<{ at: string | null }>(`select last_used_at::text as at from api_tokens where id = '${tokenId}'`))[0]?.at ?? null;
		const authorization = `Bearer ${bearer}`;
		await Promise.all(Array.from({ length: 16 }, () => identify(app, { cookie: null, authorization })));
		await expect.poll(lastUse).not.toBeNull();
		const noted = await lastUse();
		const calls: string[] = [];
		const db = new Proxy(app.db, {
			get: (target, property) => {
				if (['select', 'execute', 'update', 'insert', 'delete', 'transaction'].includes(String(property))) calls.push(String(property));
				return Reflect.get(target, property) as unknown;
			}
		});
		await identify({ ...app, db }, { cookie: null, authorization });
		expect(calls).toEqual(['select']);
		expect(await lastUse()).toBe(noted);
		await exec(sql`update api_tokens set last_used_at = now() - interval '61 seconds' where id = ${tokenId}`);
		await identify(app, { cookie: null, authorization });
		await expect.poll(async () => ((await lastUse()) ?? '') > (noted ?? '')).toBe(true);
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
			const race = await Promise.all(Array.from({ length: 4 }, () => firstAdmin(fresh.app, { code: ' set-up-code-123 ', ...admin() })));
			expect(race.map(problemOf).sort()).toEqual(['gone', 'gone', 'gone', 'no problem']);
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

describe('the record', () => {
	it('holds no secret, and its audit no email and no name; the log neither', async () => {
		const tables = await world.query<{ name: string }>(`select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`);
		const everything = (await Promise.all(tables.map(({ name }) => world.query(`select t::text as row from ${name} t`)))).flat().map((row) => String(row['row'])).join('\n');
		const audit = JSON.stringify(await world.query('select t::text as row from audit_entries t'));
		const log = logged.join('');
		expect(secrets.size).toBeGreaterThan(20);
		for (const secret of secrets) {
			expect(everything.includes(secret)).toBe(false);
			expect(log.includes(secret)).toBe(false);
		}
		for (const text of [audit, log]) expect(text).not.toMatch(/@|Person \d|203\.0\.113|horse|argon2/);
		const actions = await world.query<{ action: string }>('select distinct action from audit_entries order by 1');
		expect(actions.map((row) => row.action)).toEqual(
			expect.arrayContaining(['password.change', 'password.set_by_link', 'password_link.issue', 'session.sign_in', 'session.sign_out', 'session.sign_out_everywhere', 'token.issue', 'token.revoke', 'user.create', 'user.deactivate', 'user.reactivate']) as string[]
		);
	});
});
