import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '#lib/server/config.ts';
import type { App } from '#lib/server/app.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { createMailer } from '#lib/server/mail/mailer.ts';
import type { Mailer } from '#lib/server/mail/mailer.ts';
import { chooseMail } from '#lib/server/usecases/choose-mail.ts';
import { createAssignment } from '#lib/server/usecases/create-assignment.ts';
import { deactivateUser } from '#lib/server/usecases/deactivate-user.ts';
import { listNotifications } from '#lib/server/usecases/list-notifications.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { readNotifications } from '#lib/server/usecases/read-notifications.ts';
import { rememberLocale } from '#lib/server/usecases/remember-locale.ts';
import { sendDigests } from '#lib/server/usecases/send-digests.ts';
import { comparisonRows, createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const SECRET = 'smtp-secret-word';
let world: World;
let smtp: SMTPServer;
let app: App;
let mailer: Mailer;
let port = 0;
const logged: string[] = [];
/** What the mail server took, and how it treats the next mail. */
const taken: { to: string[]; data: string; user: string }[] = [];
let refuse = false;

beforeAll(async () => {
	world = await createWorld();
	smtp = new SMTPServer({
		authOptional: false,
		disabledCommands: ['STARTTLS'],
		allowInsecureAuth: true,
		onAuth: (auth, _session, done) => (auth.password === SECRET ? done(null, { user: auth.username ?? '' }) : done(new Error('no'))),
		onRcptTo: (_address, _session, done) => done(refuse ? Object.assign(new Error('mailbox of that person unavailable'), { responseCode: 550 }) : null),
		onData: (stream, session, done) => {
			const chunks: Buffer[] = [];
			stream.on('data', (chunk: Buffer) => chunks.push(chunk));
			stream.on('end', () => {
				taken.push({ to: session.envelope.rcptTo.map(({ address }) => address), data: Buffer.concat(chunks).toString(), user: String(session.user) });
				done();
			});
		}
	});
	await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()));
	port = (smtp.server.address() as AddressInfo).port;
	const config = readConfig({ DATABASE_URL: world.url, ORIGIN: 'https://plumb.firm.example', PLUMBLINE_SMTP_URL: `smtp://robot:${SECRET}@127.0.0.1:${port}`, PLUMBLINE_MAIL_FROM: 'Plumbline <plumb@firm.example>', PLUMBLINE_MAIL_HOUR: '7' });
	app = { ...world.app, config, log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }) };
	mailer = createMailer(config) as Mailer;
});
afterAll(async () => {
	mailer?.close();
	await new Promise<void>((resolve) => smtp.close(() => resolve()));
	await world?.close();
});
beforeEach(async () => {
	await world.query('update notifications set read_at = now() where read_at is null');
});
afterEach(() => {
	taken.length = 0;
	refuse = false;
});

/** The text of a mail as it is read. */
function textOf(data: string): string {
	const [head = '', ...rest] = data.split('\r\n\r\n');
	const body = rest.join('\r\n\r\n');
	if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString();
	return /quoted-printable/i.test(head) ? Buffer.from(body.replaceAll('=\r\n', '').replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString() : body;
}
/** Tomorrow at nine: everything of now is due. */
const tomorrow = (days = 1) => {
	const at = new Date();
	return new Date(at.getFullYear(), at.getMonth(), at.getDate() + days, 9);
};

async function assigned(matter = 'Acme v. Birch'): Promise<{ slug: string; ann: Actor; email: string }> {
	const { slug } = await world.project({ rows: comparisonRows(2).map((row) => ({ ...row, matter })) });
	const ann = await world.person('Ann', { slug, role: 'annotator' });
	valueOf(await createAssignment(world.app, world.admin, { slug, name: 'Secret client batch', filter: {}, people: [ann.userId] }));
	const [{ email = '' } = {}] = await world.query<{ email: string }>(`select email from user_profiles where user_id = '${ann.userId}'`);
	return { slug, ann, email };
}

describe('a digest', () => {
	it('goes out once, with links, in the person’s language, and tells nothing that must not leave the firm', async () => {
		const { slug, ann, email } = await assigned();
		await rememberLocale(app, ann, 'zh');
		// What is new since this morning’s hour waits for tomorrow’s.
		const early = new Date();
		early.setDate(early.getDate() - 1);
		expect(await sendDigests(app, mailer, early)).toBe(0);
		expect(await sendDigests(app, mailer, tomorrow())).toBe(1);
		expect(taken).toHaveLength(1);
		expect(taken[0]).toMatchObject({ to: [email], user: 'robot' });
		const text = textOf(taken[0]?.data ?? '');
		const [{ id = '' } = {}] = await world.query<{ id: string }>(`select id from notifications where user_id = '${ann.userId}'`);
		expect(text).toContain('您有 1 项新任务');
		expect(text).toContain(`https://plumb.firm.example/notifications/${id}`);
		for (const secret of ['Acme', 'Secret client', slug, 'Question']) expect(`${taken[0]?.data}${text}`).not.toContain(secret);
		for (let i = 0; i < 3; i += 1) expect(await sendDigests(app, mailer, tomorrow(i + 1))).toBe(0);
	});

	it('is not sent to who has read everything, has left, or is walled off', async () => {
		const read = await assigned();
		valueOf(await readNotifications(world.app, read.ann, 'all'));
		const gone = await assigned();
		valueOf(await deactivateUser(world.app, world.admin, gone.ann.userId));
		const walled = await assigned();
		valueOf(await raiseWall(world.app, world.admin, { slug: walled.slug, userId: walled.ann.userId, matter: 'Acme v. Birch' }));
		expect(await sendDigests(app, mailer, tomorrow())).toBe(0);
		expect(taken).toEqual([]);
	});

	it('leaves out what its person does without, and never what waits for their signature', async () => {
		const { slug, ann } = await assigned();
		expect(valueOf(await chooseMail(app, ann, ['assigned']))).toMatchObject({ sends: true, off: ['assigned'], kinds: expect.arrayContaining(['assigned']), always: ['signature', 'to_decide'] });
		expect(await sendDigests(app, mailer, tomorrow())).toBe(0);
		expect(await listNotifications(world.app, ann, {})).toMatchObject({ unread: 1, notifications: [{ kind: 'assigned', read: false }] });
		const tell = (kind: string) => world.query(`insert into notifications (user_id, project_id, kind, subject_id) select '${ann.userId}', id, '${kind}', id from projects where slug = '${slug}' returning 1`);
		await tell('comment');
		await tell('signature');
		expect(await sendDigests(app, mailer, tomorrow())).toBe(1);
		const text = textOf(taken[0]?.data ?? '');
		expect(text).toContain('A decision waits for your signature');
		expect(text).toContain('A new comment in a discussion of yours');
		expect(text).not.toContain('You have been given work');
		expect(await chooseMail(app, ann, ['comment', 'to_decide'])).toMatchObject({ ok: false, problem: { code: 'invalid_input', errors: [{ field: 'off' }] } });
		await expect(world.query(`update user_profiles set mail_off = '{signature}' where user_id = '${ann.userId}'`)).rejects.toMatchObject({ cause: { constraint_name: 'user_profiles_always_mailed' } });
		// Wanted again: what is told from then on is mailed, and not what was done without.
		valueOf(await chooseMail(app, ann, []));
		expect(await sendDigests(app, mailer, tomorrow(2))).toBe(0);
		expect(await world.query(`select kind from notifications where user_id = '${ann.userId}' and mailed_at is null`)).toEqual([]);
		await tell('comment');
		expect(await sendDigests(app, mailer, tomorrow(3))).toBe(1);
		expect(textOf(taken[1]?.data ?? '')).not.toContain('You have been given work');
		expect(await world.query(`select details from audit_entries where action = 'mail.choose' and actor_id = '${ann.userId}' order by id`)).toEqual([{ details: { off: ['assigned'] } }, { details: { off: [] } }]);
	});

	it('is sent by one of two workers', async () => {
		await assigned();
		await assigned();
		const sent = await Promise.all([sendDigests(app, mailer, tomorrow()), sendDigests(app, mailer, tomorrow())]);
		expect(sent[0] + sent[1]).toBe(2);
		expect(taken).toHaveLength(2);
	});

	it('that the server refuses waits for the next time, and the log names neither person nor password', async () => {
		const { email } = await assigned();
		refuse = true;
		const refused = new Map<string, number>();
		expect(await sendDigests(app, mailer, tomorrow(), refused)).toBe(0);
		refuse = false;
		// A wrong address is not knocked at every minute.
		expect(await sendDigests(app, mailer, new Date(tomorrow().getTime() + 60_000), refused)).toBe(0);
		expect(await sendDigests(app, mailer, new Date(tomorrow().getTime() + 2 * 3_600_000), refused)).toBe(1);
		const log = logged.join('');
		expect(log).toMatch(/a digest was not sent/);
		for (const secret of [SECRET, email, 'that person', '127.0.0.1']) expect(log).not.toContain(secret);
	});

	it('loses nothing when the worker dies before the server took it, and repeats no more than that one after', async () => {
		const first = await assigned();
		await assigned();
		let calls = 0;
		/** Dies on the second mail: after the server took it, before the record says so. */
		const dying: Mailer = {
			send: async (mail) => {
				await mailer.send(mail);
				if (++calls === 2) throw new Error('killed');
			},
			close: () => undefined
		};
		await expect(sendDigests(app, dying, tomorrow())).rejects.toThrow('killed');
		expect(await sendDigests(app, mailer, tomorrow())).toBe(1);
		expect(taken).toHaveLength(3);
		expect(taken.filter(({ to }) => to.includes(first.email)).length).toBeLessThanOrEqual(2);
		expect(new Set(taken.flatMap(({ to }) => to)).size).toBe(2);
	});

	it('fails with a word where nobody listens, and the settings say what is missing', async () => {
		const closed = createServer();
		await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', () => resolve()));
		const nowhere = (closed.address() as AddressInfo).port;
		await new Promise((resolve) => closed.close(resolve));
		const away = createMailer({ mail: { url: `smtp://robot:${SECRET}@127.0.0.1:${nowhere}`, from: 'p@firm.example', hour: 7 } }) as Mailer;
		await expect(away.send({ to: { name: 'A', address: 'a@firm.example' }, subject: 's', text: 't' })).rejects.toThrow(/^the mail server did not take it \(\w+\)$/);
		expect(createMailer({ mail: null })).toBeNull();
		expect(() => readConfig({ DATABASE_URL: world.url, PLUMBLINE_SMTP_URL: `smtp://robot:${SECRET}@h` })).toThrow(/PLUMBLINE_MAIL_FROM/);
		expect(() => readConfig({ DATABASE_URL: world.url, PLUMBLINE_SMTP_URL: `http://robot:${SECRET}@h` })).toThrow(/^(?!.*smtp-secret-word)/s);
	});
});
