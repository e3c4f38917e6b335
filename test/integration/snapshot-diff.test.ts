import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMPARISON_CHANGES, JUDGMENT_CHANGES, SNAPSHOT_CHANGES } from '#lib/domain/snapshot-change.ts';
import type { SnapshotChange } from '#lib/domain/snapshot-change.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import * as snapshotDiffs from '#lib/server/db/snapshot-diffs.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { compareSnapshots } from '#lib/server/usecases/compare-snapshots.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { voidJudgment } from '#lib/server/usecases/void-judgment.ts';
import { judgeAll, questions, seededProject } from '../support/judged-project.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let slug: string;
let projectId: string;
let before: string;
let after: string;
let reviewer: Actor;
const compare = (id: string, other: string, more: { change?: SnapshotChange; cursor?: string; limit?: number } = {}, actor = world.admin) => compareSnapshots(world.app, actor, { id, other, ...more });
const asked = async (numbers: number[]) => new Set(numbers.map((n) => `Question number ${n}?`));

beforeAll(async () => {
	world = await createWorld();
	const made = await seededProject(world, { overlap: 1, seed: 'differing' });
	[slug, projectId] = [made.slug, made.id];
	valueOf(await world.importRows(slug, questions(24).map((row, i) => ({ ...row, matter: i < 2 ? 'M-1' : undefined }))));
	const [ann, bo] = [await world.person('ann', { slug, role: 'annotator' }), await world.person('bo', { slug, role: 'annotator' })];
	reviewer = await world.person('reviewer', { slug, role: 'reviewer' });
	const judged = await judgeAll(world, slug, ann, () => 'careful');
	before = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'dpo' })).id;
	// Three are judged again by somebody who sees it otherwise, and two more come in.
	for (const question of [0, 1, 2]) valueOf(await voidJudgment(world.app, world.admin, { judgmentId: judged.get(question) ?? '', reason: 'spam' }));
	valueOf(await world.importRows(slug, questions(2, 24)));
	await judgeAll(world, slug, bo, (question) => (question < 2 ? 'vague' : question === 2 ? 'tie' : 'careful'));
	after = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'dpo', rule: { maxChars: 5000 } })).id;
}, 60_000);
afterAll(async () => world?.close());

/** All rows of one change, page by page. */
async function pages(pair: snapshotDiffs.Pair, change: SnapshotChange, limit: number): Promise<string[]> {
	const ids: string[] = [];
	for (let cursor: string | null = null; ; ) {
		const page = await snapshotDiffs.page(world.app.db, pair, change, { viewer: world.admin.userId, judges: false, cursor, limit });
		expect(page.rows.length).toBeLessThanOrEqual(limit);
		ids.push(...page.rows.map(({ id }) => id));
		if (page.next === null) return ids;
		cursor = page.next;
	}
}

describe('what leads from one snapshot to the next', () => {
	it('is counted when the later one is frozen, and told row by row with what it was and is', async () => {
		expect(await snapshotDiffs.isKept(world.app.db, { afterId: after, beforeId: before })).toBe(true);
		const difference = valueOf(await compare(after, before));
		expect(difference).toMatchObject({ project: slug, rules: [{ setting: 'maxChars', before: null, after: 5000 }], change: 'flipped', counts: { flipped: 2, added: 2, removed: 0, split: 0, text: 0, judgment_added: 5, judgment_removed: 0 } });
		expect(new Set(difference.changed.map(({ question }) => question))).toEqual(await asked([0, 1]));
		for (const row of difference.changed) expect(new Set([row.before?.verdict, row.after?.verdict])).toEqual(new Set(['a', 'b']));
		const tied = valueOf(await compare(after, before, { change: 'verdict' }));
		expect(tied.changed.map(({ question, after: is }) => [question, is?.verdict])).toEqual([['Question number 2?', 'tie']]);
		expect(valueOf(await compare(after, before, { change: 'added' })).changed.every((row) => row.before === null && row.judgmentId !== null)).toBe(true);
		expect(difference.before.rows.train + difference.before.rows.dev + difference.before.rows.test).toBe(24);
	});

	it('is turned round with the question, nothing between a snapshot and itself, and one count however many ask', async () => {
		const [one, other] = await Promise.all([compare(before, after), compare(before, after)]);
		expect(valueOf(one).counts).toEqual(valueOf(other).counts);
		expect(valueOf(one).counts).toMatchObject({ flipped: 2, added: 0, removed: 2, judgment_removed: 5 });
		expect(valueOf(await compare(after, after))).toMatchObject({ rules: [], change: null, changed: [], next: null, counts: Object.fromEntries(SNAPSHOT_CHANGES.map((change) => [change, 0])) });
	});

	it('says no word of what lies behind a wall, though it is counted', async () => {
		valueOf(await raiseWall(world.app, world.admin, { slug, userId: reviewer.userId, matter: 'M-1' }));
		const told = valueOf(await compare(after, before, {}, reviewer));
		expect([told.counts.flipped, told.change, told.changed, told.next]).toEqual([2, 'flipped', [], null]);
		expect(JSON.stringify(told)).not.toContain('Question number 0?');
	});

	it('is for members who may read snapshots, and of one project', async () => {
		expect(problemOf(await compare(after, before, {}, await world.person('judge', { slug, role: 'annotator' })))).toBe('forbidden');
		expect(problemOf(await compare(after, before, {}, await world.person('stranger')))).toBe('not_found');
		const elsewhere = await seededProject(world, { overlap: 1, seed: 'elsewhere' });
		valueOf(await world.importRows(elsewhere.slug, [{ prompt: 'Q?', chosen: 'a', rejected: 'b' }, { prompt: 'R?', chosen: 'a', rejected: 'b' }, { prompt: 'S?', chosen: 'a', rejected: 'b' }]));
		const foreign = valueOf(await freezeSnapshot(world.app, world.admin, { slug: elsewhere.slug, objective: 'kto', rule: { includeImports: true } }));
		expect(problemOf(await compare(after, foreign.id))).toBe('invalid_input');
	});
});

type Row = { id: string; split: string; outcome: string; verdict: string | null; text: string | null };
/** The same by plain code over whole sets. */
function changesOf(part: 'comparisons' | 'judgments', a: Row | undefined, b: Row | undefined): SnapshotChange[] {
	const [row, prefix] = part === 'comparisons' ? ['row', ''] : ['used', 'judgment_'];
	const named = (names: (string | false | undefined)[]) => names.filter((name) => name !== false && name !== undefined).map((name) => `${prefix}${name}` as SnapshotChange);
	if (!a || !b) return named([a ? 'added' : 'removed']);
	const turned = ['a b', 'b a', 'good bad', 'bad good'].includes(`${a.verdict} ${b.verdict}`);
	const both = named([a.outcome === row && b.outcome !== row && 'gained', a.outcome !== row && b.outcome === row && 'lost', a.outcome !== b.outcome && a.outcome !== row && b.outcome !== row && 'reason']);
	if (part === 'judgments') return both;
	return [...both, ...named([turned && 'flipped', !turned && a.verdict !== b.verdict && 'verdict', a.split !== b.split && 'split', a.text !== null && b.text !== null && a.text !== b.text && 'text'])];
}

it('says no word of what a reviewer may still be given to judge, which an import can have decided', async () => {
	const own = await world.project({ rows: questions(8) });
	await judgeAll(world, own.slug, await world.person('first', { slug: own.slug, role: 'annotator' }), () => 'careful');
	valueOf(await world.importRows(own.slug, pairRows(2, 'import')));
	const frozen = async (rule: Record<string, unknown>) => valueOf(await freezeSnapshot(world.app, world.admin, { slug: own.slug, objective: 'dpo', rule })).id;
	const [without, decided] = [await frozen({}), await frozen({ includeImports: true })];
	const judge = await world.person('judge', { slug: own.slug, role: 'reviewer' });
	const rows = async (actor: Actor, change: SnapshotChange) => valueOf(await compare(decided, without, { change }, actor));
	expect((await rows(world.admin, 'verdict')).changed.map((row) => row.after?.verdict)).toHaveLength(2);
	for (const change of ['verdict', 'judgment_gained'] as const) {
		const [told, whole] = [await rows(judge, change), await rows(await world.person('engineer', { slug: own.slug, role: 'engineer' }), change)];
		expect([change, whole.counts[change] > 0, whole.changed.length]).toEqual([change, true, whole.counts[change]]);
		expect([change, told.counts, told.changed, told.next]).toEqual([change, whole.counts, [], null]);
	}
	const task = valueOf(await claimTask(world.app, judge, { slug: own.slug }));
	valueOf(await submitJudgment(world.app, judge, { taskId: task?.taskId ?? '', leaseToken: task?.leaseToken ?? '', verdict: 'tie' }));
	expect((await rows(judge, 'verdict')).changed.map(({ question }) => question)).toEqual([JSON.stringify(task?.prompt).match(/Question import\d\?/u)?.[0]]);
});

it('any two sets: counts and pages are what plain code over both finds, whatever the size of blocks and pages', async () => {
	// Snapshots that never were: each takes some comparisons and judgments of the record and says something of its own of them.
	const one = async (salt: number): Promise<string> => {
		const [made] = await rowsOf<{ id: string }>(world.app.db, sql`insert into snapshots (project_id, round_id, objective, rule, sha256, train_rows, dev_rows, test_rows, held_out, used, dropped, created_by) select project_id, round_id, objective, rule, ${String(salt)}, 0, 0, 0, 0, 0, dropped, created_by from snapshots where id = ${before} returning id`);
		const id = made?.id ?? '';
		// By what they say, which is the same in every run, not by their ids.
		const draw = (content: SQL, of: number) => sql`(hashtextextended(${content}, ${salt * 100 + of}) & 1023)`;
		const pick = (content: SQL, of: number, words: string[]) => sql`(${sql.raw(`array[${words.map((word) => (word === '' ? 'null' : `'${word}'`)).join(',')}]`)})[1 + ${draw(content, of)} % ${words.length}]`;
		const [compared, judged] = [sql`c.content_hash`, sql`c.content_hash || j.verdict`];
		await world.app.db.execute(sql`insert into snapshot_comparisons select ${id}, c.id, ${pick(compared, 1, ['train', 'dev'])}, ${pick(compared, 2, ['row', 'tie', 'split'])}, ${pick(compared, 3, ['a', 'b', 'tie', ''])}, ${pick(compared, 4, ['x', 'y', ''])} from comparisons c where c.project_id = ${projectId} and ${draw(compared, 5)} > 200`);
		await world.app.db.execute(sql`insert into snapshot_judgments select ${id}, j.id, j.comparison_id, ${pick(judged, 6, ['used', 'tie', 'void'])} from judgments j join comparisons c on c.id = j.comparison_id where j.project_id = ${projectId} and ${draw(judged, 7)} > 200`);
		return id;
	};
	const [afterId, beforeId] = [await one(1), await one(2)];
	const of = { afterId, beforeId };
	await world.app.db.transaction((tx) => snapshotDiffs.keep(tx, of, 5));
	const counted = await snapshotDiffs.counts(world.app.db, of);
	for (const [part, changes, set] of [['comparisons', COMPARISON_CHANGES, (id: string) => sql`select comparison_id as id, split, outcome, verdict, text_hash as text from snapshot_comparisons where snapshot_id = ${id}`], ['judgments', JUDGMENT_CHANGES, (id: string) => sql`select judgment_id as id, '' as split, disposition as outcome, null as verdict, null as text from snapshot_judgments where snapshot_id = ${id}`]] as const) {
		const [as, bs] = [new Map((await rowsOf<Row>(world.app.db, set(afterId))).map((row) => [row.id, row])), new Map((await rowsOf<Row>(world.app.db, set(beforeId))).map((row) => [row.id, row]))];
		const found = new Map([...new Set([...as.keys(), ...bs.keys()])].sort().map((id) => [id, changesOf(part, as.get(id), bs.get(id))]));
		for (const change of changes) {
			const wanted = [...found].filter(([, all]) => all.includes(change)).map(([id]) => id);
			expect([change, counted[change]]).toEqual([change, wanted.length]);
			for (const limit of [1, 4, 100]) expect([change, await pages(of, change, limit)]).toEqual([change, wanted]);
		}
	}
	expect(SNAPSHOT_CHANGES.filter((change) => counted[change] === 0)).toEqual([]);
});
