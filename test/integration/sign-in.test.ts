import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '#lib/server/app.ts';
import { party, PER_ADDRESS, PER_PERSON } from '#lib/server/auth/attempts.ts';
import { identify } from '#lib/server/auth/identify.ts';
import { hashPassword, verifyPassword } from '#lib/server/auth/password.ts';
import { secretHash } from '#lib/server/auth/secrets.ts';
import * as rateLimits from '#lib/server/db/rate-limits.ts';
import { changePassword } from '#lib/server/usecases/change-password.ts';
import { deactivateUser } from '#lib/server/usecases/deactivate-user.ts';
import { isPasswordLinkOpen, redeemPasswordLink } from '#lib/server/usecases/redeem-password-link.ts';
import { signIn } from '#lib/server/usecases/sign-in.ts';
import { signOutEverywhere } from '#lib/server/usecases/sign-out-everywhere.ts';
import { signOut } from '#lib/server/usecases/sign-out.ts';
import { newAddress, PASSWORD, peopleOf } from '../support/people.ts';
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

describe('a session', () => {
	it('is stored as a hash, and its cookie is HttpOnly, SameSite=Lax and Secure behind TLS', async () => {
		const { id, email } = await people.account();
		const { cookie, header } = await people.session(email);
		expect(cookie).toEqual({ name: 'plumbline_session', value: expect.stringMatching(/^[a-z2-7]{40}$/) as string, attributes: { path: '/', httpOnly: true, sameSite: 'lax', secure: false, maxAge: 30 * 86_400 } });
		const rows = await world.query<{ id: string }>(`select id from sessions where user_id = '${id}'`);
		expect(rows).toEqual([{ id: secretHash(cookie.value) }]);
		expect(await identify(app, { cookie: header, authorization: null })).toEqual({
			actor: { userId: id, isAdmin: false, via: 'session', scopes: null },
			person: { id, email, name: expect.any(String) as string, locale: null }
		});
		expect(await people.whoHas(`${cookie.name}=${secretHash(cookie.value)}`)).toBeNull();
		const behindTls = { ...app, config: { ...app.config, secureCookies: true } };
		expect(valueOf(await signIn(behindTls, { email, password: PASSWORD, address: newAddress() })).cookie.attributes.secure).toBe(true);
	});

	it('slides: in the second half of its 30 days it is extended and the cookie set again', async () => {
		const { id, email } = await people.account();
		const { cookie, header } = await people.session(email);
		expect((await identify(app, { cookie: header, authorization: null })).session).toBeUndefined();
		await app.db.execute(sql`update sessions set expires_at = now() + interval '14 days' where user_id = ${id}`);
		const renewed = await identify(app, { cookie: header, authorization: null });
		expect(renewed.session).toEqual(cookie);
		expect(renewed.session?.attributes).toEqual({ path: '/', httpOnly: true, sameSite: 'lax', secure: false, maxAge: 2_592_000 });
		const rows = await world.query<{ days: number }>(`select extract(epoch from expires_at - now())::float8 / 86400 as days from sessions where user_id = '${id}'`);
		expect(rows[0]?.days).toBeGreaterThan(29.9);
		await app.db.execute(sql`update sessions set expires_at = now() - interval '1 second' where user_id = ${id}`);
		expect(await people.whoHas(header)).toBeNull();
		expect(await world.query(`select 1 from sessions where user_id = '${id}'`)).toEqual([]);
	});

	it('ends on sign-out here, and everywhere on demand', async () => {
		const { id, email } = await people.account();
		const [one, two, three] = [await people.session(email), await people.session(email), await people.session(email)];
		expect(valueOf(await signOut(app, one.actor, { cookie: one.header })).cookie).toMatchObject({ name: 'plumbline_session', value: '', attributes: { maxAge: 0 } });
		expect([await people.whoHas(one.header), await people.whoHas(two.header)]).toEqual([null, id]);
		expect(valueOf(await signOutEverywhere(app, two.actor)).ended).toBe(2);
		expect([await people.whoHas(two.header), await people.whoHas(three.header)]).toEqual([null, null]);
		expect(valueOf(await signOut(app, null, { cookie: null })).cookie.value).toBe('');
	});
});

describe('signing in', () => {
	it('says the same to an unknown email, a wrong password, no password yet and a deactivated account', async () => {
		const known = await people.account();
		const unset = await people.account({});
		const gone = await people.account();
		valueOf(await deactivateUser(app, world.admin, gone.id));
		const answers = [
			await people.signInAs('nobody@firm.example'),
			await people.signInAs('no\0body\ud800@firm.example'),
			await people.signInAs(known.email, 'wrong horse battery'),
			await people.signInAs(known.email, 'x'.repeat(100_000)),
			await people.signInAs(unset.email),
			await people.signInAs(unset.email, ''),
			await people.signInAs(gone.email)
		];
		for (const answer of answers) expect(answer).toEqual(answers[0]);
		expect(problemOf(answers[0] as (typeof answers)[number])).toBe('wrong_credentials');
		expect(valueOf(await people.signInAs(` ${known.email.toUpperCase()} `)).userId).toBe(known.id);
	});

	it('takes ten failures of a person at an address, however many at once', async () => {
		const { email } = await people.account();
		const address = newAddress();
		const spellings = [email, email.toUpperCase(), ` ${email}`];
		const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => people.signInAs(spellings[i % 3] ?? email, `wrong ${i} horse battery`, address)));
		const codes = answers.map(problemOf);
		expect(codes.filter((code) => code === 'wrong_credentials')).toHaveLength(PER_PERSON.points);
		expect(codes.filter((code) => code === 'too_many_attempts')).toHaveLength(10);
		const refused = await people.signInAs(email, PASSWORD, address);
		expect(refused).toMatchObject({ ok: false, problem: { code: 'too_many_attempts', facts: { retryAfter: expect.any(Number) as number } } });
		if (!refused.ok) expect(refused.problem.facts?.['retryAfter']).toSatisfy((s: number) => s > 800 && s <= 900);
		// From elsewhere the person still gets in: nobody can lock a colleague out.
		valueOf(await people.signInAs(email));
		await app.db.execute(sql`update rate_limits set expire = now() - interval '1 second'`);
		valueOf(await people.signInAs(email, PASSWORD, address));
	});

	it('forgets the failures of who then gets it right', async () => {
		const { email } = await people.account();
		const address = newAddress();
		for (let round = 0; round < 3; round++) {
			for (let i = 0; i < 8; i++) expect(problemOf(await people.signInAs(email, 'wrong horse battery', address))).toBe('wrong_credentials');
			valueOf(await people.signInAs(email, PASSWORD, address));
		}
	});

	it('limits an address over all emails, but not an office that signs in at nine', async () => {
		const address = newAddress();
		const office = await Promise.all(Array.from({ length: 30 }, () => people.account()));
		const morning = await Promise.all(office.map(({ email }) => people.signInAs(email, PASSWORD, address)));
		expect(morning.filter((answer) => answer.ok)).toHaveLength(30);
		const spray = await Promise.all(Array.from({ length: PER_ADDRESS.points + 15 }, (_, i) => people.signInAs(`guess${i}@firm.example`, PASSWORD, address)));
		expect(spray.map(problemOf).filter((code) => code === 'too_many_attempts')).toHaveLength(15);
	});

	it('counts a whole IPv6 site as one, keeps no address readable, and clears what is over', async () => {
		expect(party('2001:db8:1:2:3::9')).toBe(party('2001:0db8:1:2:ffff:0:0:1'));
		expect(party('2001:db8:1:2::9')).not.toBe(party('2001:db8:1:3::9'));
		expect([party('::ffff:192.0.2.7'), party('192.0.2.7'), party('::1'), party('fe80::1%eth0')]).toEqual(['192.0.2.7', '192.0.2.7', '0:0:0:0::/64', 'fe80:0:0:0::/64']);
		expect(JSON.stringify(await world.query('select key from rate_limits'))).not.toMatch(/firm\.example|203\.0\.113/);
		await app.db.execute(sql`update rate_limits set expire = now() - interval '1 second'`);
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
		const { id, email } = await people.account();
		const [here, there] = [await people.session(email), await people.session(email)];
		const open = await people.link(id);
		expect(problemOf(await changePassword(app, here.actor, { currentPassword: PASSWORD, newPassword: 'short' }))).toBe('invalid_input');
		expect(await changePassword(app, here.actor, { currentPassword: 'wrong horse battery', newPassword: 'a new horse battery' })).toMatchObject({ problem: { errors: [{ field: 'currentPassword' }] } });
		expect(problemOf(await changePassword(app, { ...here.actor, via: 'token' }, { currentPassword: PASSWORD, newPassword: 'a new horse battery' }))).toBe('forbidden');
		const { cookie } = valueOf(await changePassword(app, here.actor, { currentPassword: PASSWORD, newPassword: 'a new horse battery' }));
		expect([await people.whoHas(here.header), await people.whoHas(there.header), await people.whoHas(`${cookie.name}=${cookie.value}`)]).toEqual([null, null, id]);
		expect(problemOf(await people.signInAs(email))).toBe('wrong_credentials');
		valueOf(await people.signInAs(email, 'a new horse battery'));
		expect(await isPasswordLinkOpen(app, open)).toBe(false);
		const guesses = await Promise.all(Array.from({ length: 20 }, () => changePassword(app, here.actor, { currentPassword: 'wrong horse battery', newPassword: 'another horse battery' })));
		expect(guesses.map(problemOf).filter((code) => code === 'invalid_input')).toHaveLength(10);
	});

	it('is set by a link that works once: of two who race, one wins', async () => {
		const { id, email } = await people.account({});
		const first = await people.link(id);
		const secret = await people.link(id);
		expect([await isPasswordLinkOpen(app, first), await isPasswordLinkOpen(app, secret), await isPasswordLinkOpen(app, secretHash(secret))]).toEqual([false, true, false]);
		expect(problemOf(await redeemPasswordLink(app, { token: secret, password: 'short' }))).toBe('invalid_input');
		const race = await Promise.all(['first horse battery', 'second horse battery'].map((password) => redeemPasswordLink(app, { token: secret, password })));
		expect(race.map(problemOf).sort()).toEqual(['gone', 'no problem']);
		const winner = race[0]?.ok ? 'first horse battery' : 'second horse battery';
		expect(valueOf(await people.signInAs(email, winner)).userId).toBe(id);
		const { header } = await people.session(email, winner);
		valueOf(await redeemPasswordLink(app, { token: await people.link(id), password: 'third horse battery' }));
		expect(await people.whoHas(header)).toBeNull();
		const late = await people.link(id);
		await app.db.execute(sql`update password_links set expires_at = now() where token_hash = ${secretHash(late)}`);
		expect(problemOf(await redeemPasswordLink(app, { token: late, password: 'third horse battery' }))).toBe('gone');
		expect(problemOf(await redeemPasswordLink(app, { token: 'no\0such\ud800', password: 'third horse battery' }))).toBe('gone');
	});
});

it('leaves no secret in database or log, and nobody’s name or email in audit or log', async () => {
	expect(await people.leaks()).toEqual([]);
	const actions = (await world.query<{ action: string }>('select distinct action from audit_entries')).map((row) => row.action);
	expect(actions).toEqual(expect.arrayContaining(['password.change', 'password.set_by_link', 'session.sign_in', 'session.sign_out', 'session.sign_out_everywhere', 'user.deactivate']) as string[]);
});
