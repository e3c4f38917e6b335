import { readdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '#lib/server/app.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import type { ClaimedTask } from '#lib/server/usecases/claim-task.ts';
import { verifyAudit } from '#lib/server/usecases/seal-audit.ts';
import { redeemPasswordLink } from '#lib/server/usecases/redeem-password-link.ts';
import { signIn } from '#lib/server/usecases/sign-in.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { seedDemo } from '../../drizzle/seed/main.ts';
import { carefulAnswers, readWritten } from '../../scripts/demo/written-answers.ts';
import { seedDemo as startDemo } from '../../scripts/start/children.mjs';
import { readSettings, ROOT } from '../../scripts/start/settings.mjs';
import { actorOf, freshInstallation } from '../support/installation.ts';
import type { Installation } from '../support/installation.ts';
import { sealAll } from '../support/seal.ts';
import { createWorld, valueOf } from '../support/world.ts';

/** What must be the same however often and however roughly the seed was run. */
const contents = ({ query }: Installation) =>
	query(`select (select count(*)::int from users) as users, (select count(*)::int from api_tokens) as tokens, (select count(*)::int from projects) as projects,
		(select count(*)::int from memberships) as members, (select count(*)::int from prompts) as prompts, (select count(*)::int from comparisons) as comparisons,
		(select count(*)::int from slots) as slots, (select count(*)::int from guidelines) as guidelines, (select count(*)::int from judging_forms) as forms, (select count(*)::int from gold_items) as gold,
		(select sum(comparisons)::int from rounds) as counted`);

const WHOLE = { users: 6, tokens: 6, projects: 4, members: 24, prompts: 280, comparisons: 486, slots: 1380, guidelines: 4, forms: 2, gold: 12, counted: 474 };

describe('a first start', () => {
	let demo: Installation;
	beforeAll(async () => {
		demo = await freshInstallation();
	});
	afterAll(() => demo.close());

	it('seeds once, also when two starts race', async () => {
		const both = await Promise.all([seedDemo(demo.app), seedDemo(demo.app)]);
		expect(both.map(({ did }) => did).sort()).toEqual(['nothing', 'seeded']);
		expect(await contents(demo)).toEqual([WHOLE]);
		const before = await readFile(demo.file, 'utf8');
		expect(await seedDemo(demo.app)).toEqual({ did: 'nothing', accounts: true, lines: [] });
		expect(await contents(demo)).toEqual([WHOLE]);
		expect(await readFile(demo.file, 'utf8')).toBe(before);
	});

	it('writes accounts that work to a file nobody else can read', async () => {
		expect((await stat(demo.file)).mode & 0o777).toBe(0o600);
		const accounts = await demo.accounts();
		expect(accounts.map(({ role }) => role)).toEqual(['admin', 'engineer', 'reviewer', 'annotator', 'annotator', 'annotator']);
		for (const { email, password, token, role } of accounts) {
			const { userId } = valueOf(await signIn(demo.app, { email, password, address: '198.51.100.7' }));
			expect(await actorOf(demo.app, token)).toMatchObject({ userId, isAdmin: role === 'admin', scopes: null });
		}
	});

	it('gives enough to train and to test on, and states no preference', async () => {
		const split = await demo.query<{ split: string; comparisons: number; groups: number }>(
			`select g.split, count(*)::int as comparisons, count(distinct g.id)::int as groups from comparisons c join projects p on p.id = c.project_id and p.slug = 'law-firm'
				join prompts pr on pr.id = c.prompt_id join prompt_groups g on g.id = pr.group_id group by g.split`
		);
		const of = (name: string) => split.find((row) => row.split === name);
		expect(of('train')?.comparisons).toBeGreaterThanOrEqual(220); // some will get no majority, and 200 are needed
		expect(of('test')?.groups).toBeGreaterThanOrEqual(28);
		expect(split.reduce((sum, row) => sum + row.groups, 0)).toBe(160);
		expect(await demo.query(`select 1 from judgments`)).toEqual([]);
		expect(await demo.query(`select 1 from prompts p where not exists (select 1 from comparisons c where c.prompt_id = p.id)`)).toHaveLength(20);
	});

	it('lets nobody see which answer is the careful one', async () => {
		const annotator = (await demo.accounts()).find(({ role }) => role === 'annotator');
		const actor = await actorOf(demo.app, annotator?.token ?? '');
		const careful = await carefulAnswers();
		const written = new Map((await readWritten()).flatMap(({ careful: good, vague, overcommitting }) => [good, vague, overcommitting].map((text) => [text, text === good] as const)));
		const [seen, order]: [ClaimedTask[], boolean[]] = [[], []];
		for (let task = valueOf(await claimTask(demo.app, actor, { slug: 'law-firm' })); task; task = valueOf(await claimTask(demo.app, actor, { slug: 'law-firm' }))) {
			seen.push(task);
			valueOf(await submitJudgment(demo.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'tie' }));
		}
		expect(seen).toHaveLength(320);
		for (const { left, right, prompt, guideline, taskId, leaseToken, leaseExpiresAt, ...rest } of seen) {
			const texts = [left, right].map((side) => {
				expect(side?.messages).toEqual([{ role: 'assistant', content: expect.any(String) }]);
				return side?.messages[0]?.content as string;
			});
			expect(texts.every((text) => written.has(text))).toBe(true);
			expect(texts.filter((text) => careful.has(text))).toHaveLength(1);
			order.push(careful.has(texts[0] ?? ''));
			expect(prompt.messages.map((message) => Object.keys(message).sort())).toEqual([['content', 'role'], ['content', 'role']]);
			// Nothing beside these texts but what says nothing of them.
			expect(rest).toEqual({ mode: 'pair', form: null, draft: null });
			expect(Object.keys(guideline ?? {}).sort()).toEqual(['body', 'version']);
			expect([taskId, leaseToken, leaseExpiresAt].join(' ')).not.toMatch(/careful|vague|commit|-\d\d$/);
		}
		// Neither side, nor the canonical order, nor ids that grow with time tell: each about half.
		expect(order.filter(Boolean).length / order.length).toBeGreaterThan(0.35);
		expect(order.filter(Boolean).length / order.length).toBeLessThan(0.65);
		const places = await demo.query<{ a: string; b: string; first: boolean }>(
			`select ta.messages->0->>'content' as a, tb.messages->0->>'content' as b, c.response_a_id < c.response_b_id as first
				from comparisons c join response_texts ta on ta.response_id = c.response_a_id join response_texts tb on tb.response_id = c.response_b_id`
		);
		const english = places.filter(({ a, b }) => careful.has(a) || careful.has(b));
		const asA = english.filter(({ a }) => careful.has(a)).length / english.length;
		const older = english.filter(({ a, first }) => careful.has(a) === first).length / english.length;
		for (const figure of [asA, older]) {
			expect(figure).toBeGreaterThan(0.35);
			expect(figure).toBeLessThan(0.65);
		}
	});

	it('lets people judge in Chinese', async () => {
		const annotator = (await demo.accounts()).find(({ role }) => role === 'annotator');
		const task = valueOf(await claimTask(demo.app, await actorOf(demo.app, annotator?.token ?? ''), { slug: 'lvsuo' }));
		expect(task?.guideline?.body).toContain('评审指引');
		expect(task?.prompt.messages.map(({ role }) => role)).toEqual(['system', 'user']);
		for (const side of [task?.prompt, task?.left, task?.right]) expect(JSON.stringify(side)).toMatch(/\p{Script=Han}{6}/u);
	});

	it('knows its accounts in a file without tokens by a password, and says what it cannot tell', async () => {
		const accounts = await demo.accounts();
		const holds = async (text: string) => {
			await writeFile(demo.file, text);
			return seedDemo(demo.app);
		};
		const without = (password: (right: string, at: number) => string) => JSON.stringify(accounts.map(({ token: _, ...account }, at) => ({ ...account, password: password(account.password, at) })));
		const all = { did: 'nothing', accounts: true, lines: [] };
		expect(await holds(without((right) => right))).toEqual(all);
		expect(await holds(without((right, at) => (at === accounts.length - 1 ? right : 'changed since then')))).toEqual(all);
		expect(await holds(without(() => 'changed since then'))).toEqual({ did: 'nothing', accounts: false, lines: [expect.stringMatching(/another database’s, or were changed since;.*password-link/u)] });
		for (const emptied of ['', '[]', 'null', '[null]', '[{"email":"ruth.alder@alder-finch.example"}]']) expect(await holds(emptied), emptied).toEqual({ did: 'nothing', accounts: false, lines: [expect.stringMatching(/is gone or was emptied;.*password-link/u)] });
		expect(await holds(JSON.stringify(accounts))).toEqual(all);
	});

	it('says how to get in when the file is gone, and makes no second one', async () => {
		await unlink(demo.file);
		const again = await seedDemo(demo.app);
		expect(again.did).toBe('nothing');
		expect(again.lines.join()).toContain('npx plumbline user password-link EMAIL');
		await expect(stat(demo.file)).rejects.toThrow();
	});
});

it('is completed by the next start after kill -9, wherever that fell', async () => {
	const demo = await freshInstallation();
	try {
		const has = (text: string) => async () => (await demo.query(text)).length > 0;
		const moments = ['select 1 from users', `select 1 from imports where status = 'published'`, `select 1 from projects where slug = 'lvsuo'`, `select 1 from projects where slug = 'bank-credit'`, 'select 1 from gold_items'];
		const codes: (number | null)[] = [];
		for (const moment of moments) codes.push((await demo.script(['drizzle/seed/main.ts'], has(moment))).code);
		expect(codes[0]).toBe(null); // killed, not ended
		expect((await demo.script(['drizzle/seed/main.ts'])).code).toBe(0);
		expect(await contents(demo)).toEqual([WHOLE]);
		for (const { token } of await demo.accounts()) await actorOf(demo.app, token);
	} finally {
		await demo.close();
	}
}, 120_000);

it('gives no administrator to an installation that people use', async () => {
	const world = await createWorld();
	try {
		const refused = await seedDemo(world.app);
		expect(refused.did).toBe('refused');
		expect(await world.query('select 1 from users')).toHaveLength(1);
		await expect(stat(join(world.dataDir, 'demo-accounts.json'))).rejects.toThrow();
	} finally {
		await world.close();
	}
});

it('keeps the accounts of another database, and shows none as its own that are not', async () => {
	const [one, two] = [await freshInstallation(), await freshInstallation()];
	const people = await createWorld();
	/** A database whose start is given the first one's data folder. */
	const inFolderOfOne = (app: App): App => ({ ...app, config: { ...app.config, dataDir: one.dataDir } });
	/** What `npm start` shows: whether it is to print the table, and lines before it. */
	const started = async (url: string) => {
		const lines: string[] = [];
		const settings = readSettings({ PLUMBLINE_DATA_DIR: one.dataDir });
		return { shows: await startDemo({ root: ROOT, node: process.execPath, settings, databaseUrl: url, python: null, say: (line) => void lines.push(line) }), lines };
	};
	try {
		expect((await seedDemo(one.app)).accounts).toBe(true);
		const accounts = await one.accounts();
		expect((await seedDemo(inFolderOfOne(people.app))).accounts).toBe(false);
		expect(await started(people.url)).toEqual({ shows: false, lines: [expect.stringContaining('has people already')] });
		expect(await one.accounts()).toEqual(accounts);
		const second = await seedDemo(inFolderOfOne(two.app));
		expect(second).toMatchObject({ did: 'seeded', accounts: true });
		const aside = (await readdir(one.dataDir)).find((name) => /^demo-accounts\..+\.json$/u.test(name)) ?? '';
		expect(second.lines[0]).toContain(aside);
		expect((await stat(join(one.dataDir, aside))).mode & 0o777).toBe(0o600);
		expect(JSON.parse(await readFile(join(one.dataDir, aside), 'utf8'))).toEqual(accounts);
		for (const { token } of await one.accounts()) await actorOf(two.app, token);
		expect(await started(one.app.config.databaseUrl)).toEqual({ shows: false, lines: [expect.stringMatching(/another database’s.*password-link/u)] });
		expect(await started(two.app.config.databaseUrl)).toEqual({ shows: true, lines: [] });
	} finally {
		for (const opened of [one, two, people]) await opened.close();
	}
}, 120_000);

describe('plumbline on the command line', () => {
	let demo: Installation;
	beforeAll(async () => {
		demo = await freshInstallation();
		await seedDemo(demo.app);
	});
	afterAll(() => demo.close());
	const plumbline = (...args: string[]) => demo.script(['scripts/plumbline.mjs', ...args]);

	it('teaches, and refuses what it does not know', async () => {
		expect(await plumbline('--help')).toMatchObject({ code: 0, output: expect.stringContaining('audit') });
		expect(await plumbline('audit', 'burn')).toMatchObject({ code: 2, output: expect.stringContaining('unknown command') });
		expect(await plumbline('user', 'password-link')).toMatchObject({ code: 2, output: expect.stringContaining('email') });
	});

	it('lets the owner of the machine back in', async () => {
		const [admin] = await demo.accounts();
		const given = await plumbline('user', 'password-link', admin?.email.toUpperCase() ?? '');
		expect(given.code).toBe(0);
		const token = /\/([\w-]{32})$/m.exec(given.output)?.[1] ?? '';
		valueOf(await redeemPasswordLink(demo.app, { token, password: 'a wholly new password' }));
		expect((await signIn(demo.app, { email: admin?.email ?? '', password: 'a wholly new password', address: '198.51.100.9' })).ok).toBe(true);
		expect(await plumbline('user', 'password-link', 'nobody@firm.example')).toMatchObject({ code: 1, output: expect.stringContaining('Nobody') });
	});

	it('finds an entry of the audit that was changed', async () => {
		await sealAll(demo.app);
		expect(await plumbline('audit', 'verify')).toMatchObject({ code: 0, output: expect.stringContaining('holds') });
		const change = (to: string) =>
			demo.app.db.execute(sql.raw(`alter table audit_entries disable trigger append_only; update audit_entries set details = '${to}' where action = 'project.create' and details->>'slug' in ('law-firm', 'other'); alter table audit_entries enable trigger append_only`));
		const [entry] = await demo.query<{ details: unknown }>(`select details from audit_entries where details->>'slug' = 'law-firm'`);
		await change(JSON.stringify({ ...(entry?.details as object), slug: 'other' }));
		expect(await verifyAudit(demo.app)).toMatchObject({ ok: false, problem: expect.stringContaining('was changed') });
		expect(await plumbline('audit', 'verify')).toMatchObject({ code: 1, output: expect.stringContaining('BROKEN') });
		await change(JSON.stringify(entry?.details));
		expect(await verifyAudit(demo.app)).toMatchObject({ ok: true });
	});
});
