import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetObjective } from '#lib/domain/preference-dataset.ts';
import type { SnapshotRuleInput } from '#lib/domain/snapshot-rule.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { describeSnapshot } from '#lib/server/usecases/describe-snapshot.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { previewSnapshot } from '#lib/server/usecases/preview-snapshot.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { readSnapshot } from '#lib/server/usecases/read-snapshot.ts';
import { judgeAll, questions, seededProject } from '../support/judged-project.ts';
import type { Opinion } from '../support/judged-project.ts';
import { createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const QUESTIONS = 48;

/** Two who mostly agree, and one who takes what is vague every other time. */
function opinionOf(judge: number, question: number): Opinion {
	if (question % 12 === 0) return judge === 0 ? 'tie' : 'both_bad';
	if (judge === 2 && question % 2 === 1) return 'vague';
	return question % 7 === 3 ? 'vague' : 'careful';
}

type Ground = { world: World; slug: string; people: Actor[] };

/** The same judgments in another order of files and people, under other ids. */
async function ground(order: 'forwards' | 'backwards'): Promise<Ground> {
	const world = await createWorld();
	const { slug } = await seededProject(world, { overlap: 3, seed: 'ruled' });
	const rows = questions(QUESTIONS).map((row, i) => ({ ...row, responses: [`${row.responses[0]}${' And more of it.'.repeat(i % 3)}`, `${row.responses[1]}${' Also.'.repeat(i % 5)}`], tags: i % 3 === 0 ? ['lease'] : ['lease', 'court'], matter: i < 6 ? 'M-1' : undefined, group: `g${Math.floor(i / 2)}` }));
	valueOf(await world.importRows(slug, order === 'forwards' ? rows : rows.reverse()));
	const people: Actor[] = [];
	for (let judge = 0; judge < 3; judge++) people.push(await world.person(`judge${judge}`, { slug, role: 'annotator' }));
	for (const judge of order === 'forwards' ? [0, 1, 2] : [2, 1, 0]) await judgeAll(world, slug, people[judge] as Actor, (question) => opinionOf(judge, question));
	return { world, slug, people };
}

let here: Ground;
let there: Ground;
beforeAll(async () => {
	[here, there] = [await ground('forwards'), await ground('backwards')];
}, 240_000);
afterAll(async () => {
	await here?.world.close();
	await there?.world.close();
});

/** Rules worth trying; `people` are those of a ground. */
const RULES: [string, DatasetObjective, (people: Actor[]) => SnapshotRuleInput][] = [
	['the default', 'dpo', () => ({})],
	['unanimity', 'orpo', () => ({ aggregation: 'unanimity' })],
	['least agreement', 'kto', () => ({ minAgreement: 0.9 })],
	['judges weighed by their errors', 'simpo', () => ({ aggregation: 'dawid_skene' })],
	['a row per judgment', 'dpo', () => ({ aggregation: 'each' })],
	['a row per judgment, capped and matched', 'rm', () => ({ aggregation: 'each', caps: { prompt: 2, tag: 40 }, matchLength: true })],
	['somebody left out', 'cpo', (people) => ({ annotators: { mode: 'except', people: [people[2]?.userId ?? ''] } })],
	['caps', 'dpo', () => ({ caps: { tag: 9, length: 'smallest' } })],
	['caps on accepted answers', 'sft', () => ({ caps: { source: 7 } })],
	['caps on labelled answers', 'kto', () => ({ caps: { prompt: 1 } })],
	['matching', 'dpo', () => ({ matchLength: true })],
	['caps and matching', 'dpo', () => ({ caps: { tag: 20 }, matchLength: true })]
];

describe('a rule', () => {
	it.each(RULES)('gives the same bytes on another server, and its preview the same counts: %s', async (_, objective, rule) => {
		const preview = valueOf(await previewSnapshot(here.world.app, here.world.admin, { slug: here.slug, objective, rule: rule(here.people) }));
		const [one, other] = [
			valueOf(await freezeSnapshot(here.world.app, here.world.admin, { slug: here.slug, objective, rule: rule(here.people) })),
			valueOf(await freezeSnapshot(there.world.app, there.world.admin, { slug: there.slug, objective, rule: rule(there.people) }))
		];
		expect(other.sha256).toBe(one.sha256);
		expect([preview.rows, preview.used, preview.dropped]).toEqual([one.rows, one.used, one.dropped]);
		const total = one.used + Object.values(one.dropped).reduce((sum, n) => sum + n, 0);
		expect(total).toBe(QUESTIONS * 3);
		const kept = await rowsOf<{ disposition: string; n: number }>(here.world.app.db, sql`select disposition, count(*)::int as n from snapshot_judgments where snapshot_id = ${one.id} group by 1`);
		expect(Object.fromEntries(kept.map(({ disposition, n }) => [disposition, n]))).toEqual({ ...(one.used > 0 ? { used: one.used } : {}), ...one.dropped });
	});

	it('is stricter or looser as it says', async () => {
		const rows = async (objective: DatasetObjective, rule: SnapshotRuleInput) => valueOf(await previewSnapshot(here.world.app, here.world.admin, { slug: here.slug, objective, rule }));
		const plain = await rows('dpo', {});
		const unanimous = await rows('dpo', { aggregation: 'unanimity' });
		expect(unanimous.rows.train).toBeLessThan(plain.rows.train);
		expect(unanimous.dropped['agreement']).toBeGreaterThan(0);
		expect((await rows('dpo', { aggregation: 'each' })).rows.train).toBeGreaterThan(plain.rows.train * 2);
		const capped = await rows('dpo', { caps: { tag: 5 } });
		expect(capped.rows.train).toBe(5);
		// What is held out is measured with, and no lot touches it.
		expect([capped.rows.dev, capped.rows.test, capped.heldOut]).toEqual([plain.rows.dev, plain.rows.test, plain.heldOut]);
		expect(capped.composition.tags?.find(({ name }) => name === 'lease')?.train).toBe(5);
		const matched = await rows('dpo', { matchLength: true });
		expect(matched.lengthBias?.after.longerChosen).toBe((matched.lengthBias?.after.pairs ?? 0) / 2);
		expect(matched.lengthBias?.before).toEqual(plain.lengthBias?.before);
		expect(matched.dropped['matched']).toBe(3 * (plain.rows.train - matched.rows.train));
	});

	it('that has no meaning for the objective names its field; a preview writes nothing', async () => {
		const count = () => rowsOf(here.world.app.db, sql`select (select count(*)::int from snapshots) as snapshots, (select count(*)::int from audit_entries) as audit`);
		const before = await count();
		const refused = await previewSnapshot(here.world.app, here.world.admin, { slug: here.slug, objective: 'kto', rule: { matchLength: true } });
		expect(refused).toMatchObject({ ok: false, problem: { code: 'invalid_input', errors: [{ field: 'rule.matchLength' }] } });
		valueOf(await previewSnapshot(here.world.app, here.world.admin, { slug: here.slug, objective: 'dpo', rule: { caps: { tag: 3 } } }));
		expect(await count()).toEqual(before);
		expect(problemOf(await previewSnapshot(here.world.app, here.people[0] as Actor, { slug: here.slug, objective: 'dpo' }))).toBe('forbidden');
	});

	it('keeps who was left out beside the manifest, not in it', async () => {
		const person = here.people[0]?.userId ?? '';
		const frozen = valueOf(await freezeSnapshot(here.world.app, here.world.admin, { slug: here.slug, objective: 'dpo', rule: { annotators: { mode: 'only', people: [person] } } }));
		const view = valueOf(await readSnapshot(here.world.app, here.world.admin, frozen.id));
		expect(view.rule['annotators']).toEqual({ mode: 'only', people: [person] });
		expect(frozen.dropped['annotator']).toBeGreaterThan(0);
	});

	it('tells what its rows are made of, and of a matter only whom no wall keeps from it', async () => {
		const { id } = valueOf(await freezeSnapshot(here.world.app, here.world.admin, { slug: here.slug, objective: 'dpo' }));
		const page = valueOf(await describeSnapshot(here.world.app, here.world.admin, id));
		expect(page.manifest?.composition?.tags?.map(({ name }) => name).sort()).toEqual(['court', 'lease']);
		expect(page.matters.map(({ name, train, dev, test }) => [name, train + dev + test])).toEqual([['M-1', 6]]);
		const engineer = await here.world.person('walled', { slug: here.slug, role: 'engineer' });
		valueOf(await raiseWall(here.world.app, here.world.admin, { slug: here.slug, userId: engineer.userId, matter: 'M-1' }));
		expect(valueOf(await describeSnapshot(here.world.app, engineer, id)).matters).toEqual([]);
	});
});
