import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GenerationPlan } from '#lib/domain/generation-plan.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { listRankedJudgments } from '#lib/server/usecases/list-ranked-judgments.ts';
import { beginGeneration, storeAnswer, unansweredBy } from '#lib/server/usecases/make-answers.ts';
import { pairAnswers } from '#lib/server/usecases/pair-answers.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { readCheckpoint } from '#lib/server/usecases/read-checkpoint.ts';
import { readRanking } from '#lib/server/usecases/read-ranking.ts';
import { startGeneration } from '#lib/server/usecases/start-generation.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { importedSnapshot, paperWorker, playOnPaper } from '../support/loop.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let slug: string;
let [base, first, second] = ['', '', ''];
let judges: Actor[];
let workerId: string;
/** Judgments of pairs of checkpoints' answers on test questions, and on others. */
let counted = { test: 0, elsewhere: 0 };

/** Everybody judges all there is: two of three times for the one that answers under this name, else against it or a tie. */
async function judgeFor(name: string, by = judges): Promise<void> {
	for (const judge of by) {
		for (let turn = 0; ; turn++) {
			const task = valueOf(await claimTask(world.app, judge, { slug }));
			if (!task) break;
			const liked = JSON.stringify(task.left).includes(`${name} answers`) ? 'left' : 'right';
			const other = liked === 'left' ? 'right' : 'left';
			valueOf(await submitJudgment(world.app, judge, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: turn % 6 === 2 ? 'tie' : turn % 3 === 2 ? other : liked }));
		}
	}
}

/** A checkpoint trained on its parent; both answer, and people judge for the new one. */
async function nextCheckpoint(snapshotId: string, workerId: string, parentCheckpointId?: string): Promise<string> {
	const run = valueOf(await startRun(world.app, world.admin, { slug, snapshotId, parentCheckpointId, recipe: { maxSteps: 10, saveSteps: 2 } }));
	const id = await playOnPaper(world, run.id, workerId);
	const name = (await world.query<{ name: string }>(`select name from checkpoints where id = '${id}'`))[0]?.name ?? '';
	await judgeFor(name);
	return id;
}

beforeAll(async () => {
	world = await createWorld();
	const project = await world.project({ overlap: 2 });
	slug = project.slug;
	await world.query(`update projects set split_shares = '{"train": 0.25, "dev": 0.25, "test": 0.5}', judging_policy = '{"dispute": "never"}' where id = '${project.id}'`);
	valueOf(await world.importRows(slug, pairRows(60).map((row, index) => ({ ...row, ...(index < 6 ? { matter: 'Acme v. Birch' } : {}) }))));
	judges = await Promise.all(['Ann', 'Ben'].map((name) => world.person(name, { slug, role: 'annotator' })));
	workerId = await paperWorker(world);
	const snapshotId = await importedSnapshot(world, slug);
	// Questions that nobody has answered yet: checkpoints answer them, and some of them are to train on.
	valueOf(await world.importRows(slug, pairRows(12, 'new').map(({ prompt }) => ({ prompt }))));
	first = await nextCheckpoint(snapshotId, workerId);
	second = await nextCheckpoint(snapshotId, workerId, first);
	base = (await world.query<{ id: string }>(`select id from checkpoints where project_id = '${project.id}' and kind = 'base'`))[0]?.id ?? '';
	counted = (await world.query<typeof counted>(`select count(*) filter (where g.split = 'test')::int as test, count(*) filter (where g.split <> 'test')::int as elsewhere
		from slots s join comparisons c on c.id = s.comparison_id join responses r on r.id = c.response_a_id join prompts p on p.id = c.prompt_id join prompt_groups g on g.id = p.group_id
		where s.judgment_id is not null and r.source = 'checkpoint' and c.project_id = '${project.id}'`))[0] ?? counted;
}, 60_000);
afterAll(() => world.close());

describe('the ranking of a project', () => {
	it('puts checkpoints that people prefer above those they were compared with, the base at nought', async () => {
		expect(counted.elsewhere).toBeGreaterThan(0);
		const view = valueOf(await readRanking(world.app, world.admin, { slug }));
		expect(view.judgments).toBe(counted.test);
		expect(view).toMatchObject({ people: 2, elsewhere: counted.elsewhere, oneWay: [], notCompared: [], style: 'none' });
		const [scale] = view.scales;
		expect(scale).toMatchObject({ anchor: { id: base }, clusteredBy: 'prompt_group', annotators: 2, style: [] });
		expect(scale?.checkpoints.map(({ id }) => id)).toEqual([second, first, base]);
		const [above, middle, mark] = scale?.checkpoints ?? [];
		expect(mark?.strength).toMatchObject({ value: 0, low: 0, high: 0 });
		expect(middle?.winsAgainstAnchor.value ?? 0).toBeGreaterThan(0.5);
		// The last one never met the base: what is known of it comes through the middle.
		expect(above?.winsAgainstAnchor.value ?? 0).toBeGreaterThan(middle?.winsAgainstAnchor.value ?? 1);
		expect(above?.winsAgainstParent).toMatchObject({ parent: { id: first } });
		expect((above?.judgments ?? 0) + (mark?.judgments ?? 0)).toBe(middle?.judgments);
	});

	it('holds style level if asked', async () => {
		const view = valueOf(await readRanking(world.app, world.admin, { slug, style: 'length_and_format' }));
		expect(view.scales[0]?.style.map(({ feature }) => feature)).toEqual(['length', 'headings', 'bold', 'lists']);
		// Nobody's answer has headings; what cannot be measured has no figure.
		expect(view.scales[0]?.style[1]).toEqual({ feature: 'headings', effect: null, twice: null });
	});

	it('shows the judgments behind a place, from its side, and counts those behind a wall', async () => {
		const reviewer = await world.person('rev', { slug, role: 'reviewer' });
		/** Every page of them. */
		const behind = async () => {
			const page = valueOf(await listRankedJudgments(world.app, reviewer, { slug, checkpoint: first, against: base }));
			for (let cursor = page.next; cursor; ) {
				const more = valueOf(await listRankedJudgments(world.app, reviewer, { slug, checkpoint: first, against: base, cursor }));
				page.judgments.push(...more.judgments);
				cursor = more.next;
			}
			return page;
		};
		const all = await behind();
		const said = (how: string) => all.judgments.filter((one) => one.said === how).length;
		const view = valueOf(await readRanking(world.app, reviewer, { slug }));
		const mark = view.scales[0]?.checkpoints.find(({ id }) => id === base);
		expect(all.judgments.length).toBe(mark?.judgments);
		expect(said('worse') + said('tie') / 2 + said('both_bad') / 2).toBe(mark?.points);
		expect(new Set(all.judgments.map(({ against }) => against.id))).toEqual(new Set([base]));

		const hidden = (await world.query<{ n: number }>(`select count(*)::int as n from slots s join comparisons c on c.id = s.comparison_id join prompts p on p.id = c.prompt_id join prompt_groups g on g.id = p.group_id
			join responses r on r.id in (c.response_a_id, c.response_b_id) where s.judgment_id is not null and p.matter is not null and g.split = 'test' and r.source_ref = '${base}'`))[0]?.n ?? 0;
		expect(hidden).toBeGreaterThan(0);
		valueOf(await raiseWall(world.app, world.admin, { slug, userId: reviewer.userId, matter: 'Acme v. Birch' }));
		const fewer = await behind();
		expect([fewer.hidden, fewer.judgments.length]).toEqual([hidden, all.judgments.length - hidden]);
		// A wall changes what is shown, not what is so.
		expect(valueOf(await readRanking(world.app, reviewer, { slug })).scales).toEqual(view.scales);
	});

	it('is not told to who judges blind, nor of another project', async () => {
		const [judge] = judges;
		expect(judge && problemOf(await readRanking(world.app, judge, { slug }))).toBe('forbidden');
		expect(judge && problemOf(await listRankedJudgments(world.app, judge, { slug, checkpoint: first }))).toBe('forbidden');
		const { slug: other } = await world.project();
		expect(problemOf(await listRankedJudgments(world.app, world.admin, { slug: other, checkpoint: first }))).toBe('not_found');
		expect(valueOf(await readRanking(world.app, world.admin, { slug: other }))).toMatchObject({ judgments: 0, scales: [], notCompared: [{ name: expect.any(String) }] });
	});
});

describe('pairs chosen to learn more', () => {
	it('are drawn with a propensity that is kept, feed the ranking, and no win rate that decides', async () => {
		const plan = v.parse(GenerationPlan, { prompts: { split: 'test', limit: 24 }, sources: [base, first, second].map((checkpointId) => ({ checkpointId })), policy: 'adaptive', pairsPerPrompt: 1, seed: 1 });
		const { id } = valueOf(await startGeneration(world.app, world.admin, { slug, plan }));
		const at = await beginGeneration(world.app, { generationId: id, workerId });
		if (!at) throw new Error('the generation was not to be had');
		for (const source of at.sources) {
			for (const { promptId, sample } of await unansweredBy(world.app, at, source)) await storeAnswer(world.app, at, source, { promptId, sample, text: `Once more, answered by number ${source.ordinal}.`, sampling: { temperature: 0.7 }, seed: 1, reproducible: false }, null);
		}
		const made = await pairAnswers(world.app, at);
		const drawn = await world.query<{ policy: string; propensity: number; split: string; pair: string }>(`select c.policy, c.propensity, g.split, least(ra.source_ref, rb.source_ref) || greatest(ra.source_ref, rb.source_ref) as pair
			from comparisons c join responses ra on ra.id = c.response_a_id join responses rb on rb.id = c.response_b_id join prompts p on p.id = c.prompt_id join prompt_groups g on g.id = p.group_id where c.policy = 'adaptive'`);
		expect([drawn.length, new Set(drawn.map(({ split }) => split))]).toEqual([made?.comparisons, new Set(['test'])]);
		for (const { propensity } of drawn) expect(propensity).toBeLessThan(1);
		// What two checkpoints' pair is worth follows from the judgments there are, the same for every question, and is not that of a draw without a look at them. (That it goes to what tells most is the unit tests' matter: here people judge as they come.)
		expect(new Set(drawn.map(({ pair, propensity }) => `${pair} ${propensity.toFixed(9)}`)).size).toBe(new Set(drawn.map(({ pair }) => pair)).size);
		for (const { propensity } of drawn) expect(Math.abs(propensity - 1 / 3)).toBeGreaterThan(1e-6);

		const before = valueOf(await readRanking(world.app, world.admin, { slug }));
		const people = valueOf(await readCheckpoint(world.app, world.admin, second)).people;
		// While a comparison is still judged, no list says whose answer others preferred.
		const behind = async () => {
			const pages = await Promise.all([base, first, second].map(async (checkpoint) => valueOf(await listRankedJudgments(world.app, world.admin, { slug, checkpoint }))));
			return { shown: pages.map(({ judgments }) => judgments[0]?.id), undecided: pages.reduce((sum, { undecided }) => sum + undecided, 0) };
		};
		const settled = await behind();
		await judgeFor('nobody', judges.slice(0, 1));
		// Each is of two checkpoints.
		expect(await behind()).toEqual({ shown: settled.shown, undecided: 2 * drawn.length });
		await judgeFor('nobody');
		expect((await behind()).undecided).toBe(0);
		const disputed = async (is: boolean) => world.query(`update comparisons set disputed = ${is} where id = (select min(id::text)::uuid from comparisons where policy = 'adaptive')`);
		await disputed(true);
		// Two judgments, each of two checkpoints.
		expect((await behind()).undecided).toBe(4);
		await disputed(false);
		const after = valueOf(await readRanking(world.app, world.admin, { slug }));
		expect(after.judgments).toBe(before.judgments + 2 * drawn.length);
		expect(valueOf(await readCheckpoint(world.app, world.admin, second)).people).toEqual(people);
	});

	it('need three checkpoints', async () => {
		const plan = v.parse(GenerationPlan, { sources: [{ checkpointId: base }, { checkpointId: first }], policy: 'adaptive' });
		expect(problemOf(await startGeneration(world.app, world.admin, { slug, plan }))).toBe('invalid_input');
	});
});
