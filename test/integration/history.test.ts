import { parse } from 'csv-parse/sync';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OFF } from '#lib/domain/desensitisation/settings.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import * as history from '#lib/server/db/history.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { correctJudgment } from '#lib/server/usecases/correct-judgment.ts';
import { exportJudgments } from '#lib/server/usecases/export-judgments.ts';
import { listJudgments } from '#lib/server/usecases/list-judgments.ts';
import type { JudgmentQuery } from '#lib/server/usecases/list-judgments.ts';
import { putDesensitisation } from '#lib/server/usecases/put-desensitisation.ts';
import { readJudgment } from '#lib/server/usecases/read-judgment.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import type { Submission } from '#lib/server/usecases/submit-judgment.ts';
import { voidJudgment } from '#lib/server/usecases/void-judgment.ts';
import { judgedApart } from '../support/apart.ts';
import { comparisonRows, createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

type Said = Omit<Submission, 'taskId' | 'leaseToken'>;

/** Judges the next `count` pairs; gives the judgments' ids in order. */
async function judge(slug: string, actor: Actor, count: number, said: Said = { verdict: 'left' }): Promise<string[]> {
	const ids: string[] = [];
	for (let n = 0; n < count; n++) {
		const task = valueOf(await claimTask(world.app, actor, { slug }));
		if (!task) break;
		ids.push(valueOf(await submitJudgment(world.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, ...said })).judgmentId);
	}
	return ids;
}
const list = async (actor: Actor, slug: string, query: Partial<JudgmentQuery> = {}) => valueOf(await listJudgments(world.app, actor, { slug, ...query })).judgments;
const idsOf = async (actor: Actor, slug: string, query: Partial<JudgmentQuery> = {}) => (await list(actor, slug, query)).map(({ id }) => id);
const comparisonOf = async (judgmentId: string) => (await world.query<{ comparison_id: string }>(`select comparison_id from judgments where id = '${judgmentId}'`))[0]?.comparison_id ?? '';
async function exported(actor: Actor, slug: string, format: 'jsonl' | 'csv' = 'jsonl'): Promise<string> {
	let text = '';
	for await (const piece of valueOf(await exportJudgments(world.app, actor, { slug, format }))) text += piece;
	return text;
}
const raiseWall = (projectId: string, actor: Actor, matter: string) =>
	world.app.db.execute(sql`insert into walls (project_id, user_id, matter, raised_by) values (${projectId}, ${actor.userId}, ${matter}, ${world.admin.userId})`);

describe('the list of judgments', () => {
	it('gives who judges their own, newest first, and does not tell gold and repeats from the rest', async () => {
		const { slug } = await world.project({ overlap: 2, rows: comparisonRows(4) });
		const [ann, bob] = [await world.person('ann', { slug, role: 'annotator' }), await world.person('bob', { slug, role: 'annotator' })];
		const anns = await judge(slug, ann, 3, { verdict: 'right', rationale: 'Because.' });
		await judge(slug, bob, 2);
		const gold = await judgedApart(world, ann, { comparisonId: await comparisonOf(anns[0] ?? ''), purpose: 'gold', verdict: 'a' });
		const repeat = await judgedApart(world, ann, { comparisonId: await comparisonOf(anns[1] ?? ''), purpose: 'repeat', verdict: 'tie' });

		const mine = await list(ann, slug);
		expect(mine.map(({ id }) => id)).toEqual([repeat, gold, ...anns.toReversed()]);
		expect(new Set(mine.map(({ kind }) => kind))).toEqual(new Set(['judged']));
		expect(JSON.stringify(mine)).not.toMatch(/gold|repeat|purpose/);
		expect(mine.at(-1)).toMatchObject({ shown: { verdict: 'right' }, rationale: 'Because.', round: 1, question: expect.stringMatching(/^Question c\d\?$/) as string });
		// The gold item was shown with b on the left: a was on the right.
		expect(mine[1]?.shown.verdict).toBe('right');
		expect(problemOf(await listJudgments(world.app, ann, { slug, kind: 'gold' }))).toBe('invalid_input');
		expect(problemOf(await listJudgments(world.app, ann, { slug, annotator: bob.userId }))).toBe('forbidden');
		expect(JSON.stringify(valueOf(await readJudgment(world.app, ann, gold)))).not.toMatch(/"gold|repeat|purpose/);
		expect(await exported(ann, slug)).not.toMatch(/gold|repeat|purpose/);
		expect(problemOf(await readJudgment(world.app, bob, gold))).toBe('not_found');
	});

	it('gives who reviews everybody’s, each with what became of it', async () => {
		const { slug } = await world.project({ overlap: 1, rows: comparisonRows(3) });
		valueOf(await world.importRows(slug, pairRows(1)));
		const [ann, risk] = [await world.person('ann', { slug, role: 'annotator' }), await world.person('risk', { slug, role: 'reviewer' })];
		const [first, second, third] = await judge(slug, ann, 3);
		valueOf(await voidJudgment(world.app, risk, { judgmentId: second ?? '', reason: 'mistake' }));
		const corrected = valueOf(await correctJudgment(world.app, ann, { judgmentId: third ?? '', verdict: 'tie' })).judgmentId;
		const repeat = await judgedApart(world, ann, { comparisonId: await comparisonOf(first ?? ''), purpose: 'repeat', verdict: 'tie' });

		const owner = await world.person('owner', { slug, role: 'owner' });
		const kinds = Object.fromEntries((await list(owner, slug)).map(({ id, kind }) => [id, kind]));
		expect(kinds).toMatchObject({ [first ?? '']: 'counting', [second ?? '']: 'void', [third ?? '']: 'superseded', [corrected]: 'counting', [repeat]: 'repeat' });
		expect(await idsOf(owner, slug, { kind: 'import' })).toHaveLength(1);
		expect(await idsOf(risk, slug, { kind: 'repeat' })).toEqual([repeat]);
		expect(await idsOf(risk, slug, { annotator: ann.userId, kind: 'superseded' })).toEqual([third]);
		expect(await idsOf(risk, slug, { annotator: 'me' })).toEqual([]);
		expect(await idsOf(risk, slug, { mine: true })).toEqual([]);
		const scoped: Actor = { ...risk, scopes: ['judgment.own'] };
		expect(await idsOf(scoped, slug), 'a token for one’s own record gives no other').toEqual([]);
		expect(problemOf(await listJudgments(world.app, await world.person('stranger'), { slug }))).toBe('not_found');
	});

	it('keeps from who reviews what others said of pairs that they may still be given, counted, until they have judged them or nobody is to', async () => {
		const { slug } = await world.project({ overlap: 2, rows: comparisonRows(4, 'blind') });
		valueOf(await world.importRows(slug, pairRows(1)));
		const person = (name: string, role: 'annotator' | 'reviewer' | 'engineer' | 'owner') => world.person(name, { slug, role });
		const [ann, bob, risk, eng, owner] = [await person('ann', 'annotator'), await person('bob', 'annotator'), await person('risk', 'reviewer'), await person('eng', 'engineer'), await person('owner', 'owner')];
		const anns = await judge(slug, ann, 5, { verdict: 'left', rationale: 'It forgets the deposit.' });
		const page = async (actor: Actor, query: Partial<JudgmentQuery> = {}) => {
			const { judgments, undecided } = valueOf(await listJudgments(world.app, actor, { slug, ...query }));
			return { ids: judgments.map(({ id }) => id), undecided };
		};
		// Five of hers, and what the import stated.
		for (const actor of [eng, owner]) expect([(await page(actor)).ids.length, (await page(actor)).undecided]).toEqual([6, 0]);
		expect(await page(risk)).toEqual({ ids: [], undecided: 6 });
		// What is looked for changes the number as little as the answer: it would tell a verdict.
		for (const query of [{ verdict: 'left' }, { verdict: 'right' }, { search: 'deposit' }, { kind: 'counting' as const }]) expect(await page(risk, query)).toEqual({ ids: [], undecided: 6 });
		expect(await page(risk, { mine: true })).toEqual({ ids: [], undecided: 0 });
		expect(await readJudgment(world.app, risk, anns[0] ?? '')).toMatchObject({ ok: false, problem: { code: 'yet_to_judge' } });
		valueOf(await readJudgment(world.app, owner, anns[0] ?? ''));
		const scoped: Actor = { ...risk, scopes: ['judgment.own', 'judgment.read'] };
		expect(await page(scoped), 'a token of theirs reads no more').toEqual({ ids: [], undecided: 6 });

		// Once they have judged one, and once the places of another are filled.
		const [own] = await judge(slug, risk, 1, { verdict: 'right' });
		const judged = await comparisonOf(own ?? '');
		await judge(slug, bob, 2);
		const open = new Set((await world.query<{ id: string }>(`select c.id from comparisons c join projects p on p.id = c.project_id where p.slug = '${slug}' and c.status = 'open'`)).map(({ id }) => id));
		const all = await list(owner, slug);
		const theirs: string[] = [];
		for (const { id } of all) if (id === own || !open.has(await comparisonOf(id)) || (await comparisonOf(id)) === judged) theirs.push(id);
		expect(theirs.length).toBeGreaterThan(2);
		expect(theirs.length).toBeLessThan(all.length);
		expect(await page(risk)).toEqual({ ids: theirs, undecided: all.length - theirs.length });
		// Page by page the numbers add up.
		let [cursor, undecided, seen] = [undefined as string | undefined, 0, [] as string[]];
		for (let pages = 0; pages < 20; pages++) {
			const some = valueOf(await listJudgments(world.app, risk, { slug, limit: 1, cursor }));
			undecided += some.undecided;
			seen = [...seen, ...some.judgments.map(({ id }) => id)];
			if (some.next === null) break;
			cursor = some.next;
		}
		expect([seen, undecided]).toEqual([theirs, all.length - theirs.length]);
		for (const { id } of all) expect([id, (await readJudgment(world.app, risk, id)).ok]).toEqual([id, theirs.includes(id)]);
		// A void judgment of their own is theirs to read, though the pair may come to them again.
		valueOf(await voidJudgment(world.app, owner, { judgmentId: own ?? '', reason: 'mistake' }));
		expect((await page(risk)).ids).toContain(own);
		valueOf(await readJudgment(world.app, risk, own ?? ''));
	});

	it('finds words of questions and rationales as they are, in any case, and nothing of the format', async () => {
		const { slug } = await world.project({
			rows: [
				{ messages: [{ role: 'user', content: 'May the LANDLORD keep 100% of it?' }], responses: ['a', 'b'] },
				{ messages: [{ role: 'user', content: [{ type: 'text', text: '诉讼时效是多久？\nsecond line' }] }], responses: ['c', 'd'] }
			]
		});
		const ann = await world.person('ann', { slug, role: 'annotator' });
		const ids = [...(await judge(slug, ann, 1, { verdict: 'left', rationale: 'It forgets the deposit.' })), ...(await judge(slug, ann, 1, { verdict: 'tie' }))];
		const questions = new Map((await list(ann, slug)).map(({ id, question }) => [id, question]));
		const ofLandlord = ids.find((id) => questions.get(id)?.includes('LANDLORD'));
		const ofTime = ids.find((id) => questions.get(id) === '诉讼时效是多久？');
		expect(await idsOf(ann, slug, { search: 'landlord KEEP' })).toEqual([ofLandlord]);
		expect(await idsOf(ann, slug, { search: '时效' })).toEqual([ofTime]);
		expect(await idsOf(ann, slug, { search: '100%' })).toEqual([ofLandlord]);
		expect(await idsOf(ann, slug, { search: '0%k' })).toEqual([]);
		expect(await idsOf(ann, slug, { search: 'DEPOSIT' })).toEqual([ids[0]]);
		for (const format of ['content', 'role', 'text', '\\n', '"', "' or 1=1 --"]) expect(await idsOf(ann, slug, { search: format }), format).toEqual([]);
		expect(await idsOf(ann, slug, { verdict: 'left' })).toEqual([ids[0]]);
		expect(await idsOf(ann, slug, { rationale: true })).toEqual([ids[0]]);
		await world.app.db.execute(sql`insert into bookmarks (user_id, comparison_id, note) values (${ann.userId}, ${await comparisonOf(ids[1] ?? '')}, 'ask Li')`);
		expect(await idsOf(ann, slug, { bookmarked: true })).toEqual([ids[1]]);
		expect(valueOf(await listJudgments(world.app, ann, { slug, bookmarked: true })).judgments.map(({ bookmarkNote }) => bookmarkNote)).toEqual(['ask Li']);
		// Nobody else's.
		expect(valueOf(await listJudgments(world.app, world.admin, { slug })).judgments.map(({ bookmarked, bookmarkNote }) => bookmarked || bookmarkNote)).not.toContain(true);
		expect(problemOf(await listJudgments(world.app, ann, { slug, round: 2 }))).toBe('not_found');
	});

	it('looks at so many for one page, says how far it came, and finds what lies beyond from there', async () => {
		const { slug, id: projectId } = await world.project({ rows: comparisonRows(7, 'far') });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		const [oldest] = [...(await judge(slug, ann, 1, { verdict: 'left', rationale: 'The needle.' })), await judge(slug, ann, 6)];
		const walk = async (search: string, order: 'newest' | 'oldest') => {
			const found: string[][] = [];
			for (let cursor: string | null = null; found.length < 10; ) {
				const page: history.PastPage = await history.page(world.app.db, { projectId, viewer: ann.userId, own: true, search }, { order, cursor, limit: 2, most: 3 });
				found.push(page.judgments.map(({ id }) => id));
				if (page.lookedTo === null) break;
				cursor = page.lookedTo;
			}
			return found;
		};
		expect(await walk('needle', 'newest')).toEqual([[], [], [oldest]]);
		expect(await walk('needle', 'oldest')).toEqual([[oldest], [], []]);
		expect(await walk('nowhere', 'newest')).toEqual([[], [], []]);
		const everything = await walk('Question far', 'newest');
		expect(everything.flat()).toEqual(await idsOf(ann, slug));
	});
	it('misses nothing and gives nothing twice while others judge', async () => {
		const { slug } = await world.project({ overlap: 3, rows: comparisonRows(30) });
		const [ann, bob, owner] = [await world.person('ann', { slug, role: 'annotator' }), await world.person('bob', { slug, role: 'annotator' }), await world.person('owner', { slug, role: 'owner' })];
		await judge(slug, ann, 20);
		const before = (await world.query<{ id: string }>(`select j.id from judgments j join projects p on p.id = j.project_id where p.slug = '${slug}'`)).map(({ id }) => id);
		const meanwhile = Promise.all([judge(slug, bob, 15), judge(slug, ann, 5)]);
		const seen: string[] = [];
		for (let cursor: string | undefined; ; ) {
			const page = valueOf(await listJudgments(world.app, owner, { slug, limit: 3, cursor }));
			seen.push(...page.judgments.map(({ id }) => id));
			if (page.next === null) break;
			cursor = page.next;
		}
		await meanwhile;
		expect(seen).toEqual([...new Set(seen)].sort().reverse());
		expect(before.filter((id) => !seen.includes(id))).toEqual([]);
	});
});

describe('a wall', () => {
	it('hides what lies behind it from list, page, export and correction, for every role', async () => {
		const matters = ['open', 'closed'];
		const rows = comparisonRows(4).map((row, i) => ({ ...row, matter: matters[i % 2] }));
		const { slug, id } = await world.project({ rows });
		const [ann, risk] = [await world.person('ann', { slug, role: 'annotator' }), await world.person('risk', { slug, role: 'reviewer' })];
		const ids = await judge(slug, ann, 4);
		const behind = (await world.query<{ id: string }>(`select j.id from judgments j join comparisons c on c.id = j.comparison_id join prompts p on p.id = c.prompt_id where p.matter = 'closed' and p.project_id = '${id}'`)).map((row) => row.id);
		expect(behind).toHaveLength(2);
		for (const who of [ann, risk, world.admin]) {
			expect((await idsOf(who, slug)).toSorted()).toEqual(ids.toSorted());
			await raiseWall(id, who, 'closed');
			expect((await idsOf(who, slug)).toSorted()).toEqual(ids.filter((one) => !behind.includes(one)).toSorted());
			expect(problemOf(await readJudgment(world.app, who, behind[0] ?? ''))).toBe('not_found');
		}
		expect(await exported(ann, slug)).not.toContain(behind[0] ?? '');
		expect((await exported(ann, slug)).trim().split('\n')).toHaveLength(2);
		expect(problemOf(await correctJudgment(world.app, ann, { judgmentId: behind[0] ?? '', verdict: 'tie' }))).toBe('not_found');
	});
});

describe('the export of one’s own record', () => {
	it('holds everything, as shown and as stored, in both formats, and no formula', async () => {
		const { slug } = await world.project({ rows: [{ messages: [{ role: 'user', content: '=HYPERLINK("http://x","Question")' }], responses: ['a', 'b'] }, ...comparisonRows(2)] });
		const [ann, bob] = [await world.person('ann', { slug, role: 'annotator' }), await world.person('bob', { slug, role: 'annotator' })];
		await judge(slug, ann, 2, { verdict: 'left', rationale: '+49 is, "quoted"\nand 换行', durationMs: 1200 });
		await judge(slug, ann, 1, { verdict: 'cannot_judge' });
		expect(await exported(bob, slug)).toBe('');

		const lines = (await exported(ann, slug)).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
		expect(lines).toHaveLength(3);
		expect(lines[0]).toMatchObject({ verdictShown: 'left', verdict: lines[0]?.['sideOrder'] === 'ab' ? 'a' : 'b', rationale: '+49 is, "quoted"\nand 换行', durationMs: 1200, round: 1, kind: 'judged' });
		expect(lines[0]?.['textHash']).toMatch(/^[0-9a-f]{64}$/);

		const csv = await exported(ann, slug, 'csv');
		const table = parse(csv, { bom: true, columns: true }) as Record<string, string>[];
		expect(table.map(({ id }) => id)).toEqual(lines.map(({ id }) => id));
		expect(table[0]?.['rationale']).toBe(`'+49 is, "quoted"\nand 换行`);
		for (const row of table) for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
		expect(csv).toContain(`'=HYPERLINK`);
		const audits = await world.query<{ n: number }>(`select count(*)::int as n from audit_entries where action = 'judgment.export' and actor_id = '${ann.userId}'`);
		expect(audits[0]?.n).toBe(2);
	});

	it('is refused, masked or let go where it holds what the project hides, as a snapshot is', async () => {
		const { slug } = await world.project({ rows: [{ messages: [{ role: 'user', content: 'Call 13800138000?' }], responses: ['a', 'b'] }] });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		await judge(slug, ann, 1, { verdict: 'left', rationale: 'Write to a@b.example, not to 13800138000.' });
		const put = async (onExport: 'refuse' | 'mask' | 'allow') => valueOf(await putDesensitisation(world.app, world.admin, { slug, settings: { ...OFF, actions: { phone: 'placeholder', email: 'mask' }, onExport } }));
		const plain = await exported(ann, slug);
		await put('refuse');
		expect(await exportJudgments(world.app, ann, { slug, format: 'csv' })).toMatchObject({ ok: false, problem: { code: 'sensitive', facts: { rows: 1, findings: 3 } } });
		await put('mask');
		const [line] = (await exported(ann, slug)).trim().split('\n').map((text) => JSON.parse(text) as Record<string, unknown>);
		expect(line).toEqual({ ...(JSON.parse(plain) as object), question: 'Call [PHONE_1]?', rationale: 'Write to ■■■■, not to [PHONE_1].' });
		expect(await exported(ann, slug, 'csv')).not.toMatch(/13800138000|a@b/u);
		await put('allow');
		expect(await exported(ann, slug)).toBe(plain);
	});
});
