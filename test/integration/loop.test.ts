import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { describeSnapshot } from '#lib/server/usecases/describe-snapshot.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { listCandidates } from '#lib/server/usecases/list-candidates.ts';
import { readLoop } from '#lib/server/usecases/read-loop.ts';
import { readProject } from '#lib/server/usecases/read-project.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { comparisonRows, createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

describe('the loop', () => {
	it('counts as people judge, and gives each their next action', async () => {
		const { slug } = await world.project();
		const annotator = await world.person('ann', { slug, role: 'annotator' });
		const engineer = await world.person('eng', { slug, role: 'engineer' });
		expect(valueOf(await readLoop(world.app, engineer, slug)).next).toEqual({ kind: 'import' });
		valueOf(await world.importRows(slug, comparisonRows(12)));
		const before = valueOf(await readLoop(world.app, engineer, slug));
		expect(before.next).toEqual({ kind: 'wait', on: 'annotators', pending: 12 });
		expect(before.inside?.stages).toMatchObject({ prompts: { prompts: 12 }, comparisons: { total: 12, complete: 0 }, judgments: { done: 0, wanted: 12, judges: 1 }, champion: { isBase: true } });
		expect(before.inside?.engine).toEqual({ code: 'no_worker' });

		for (let i = 0; i < 12; i++) {
			expect(valueOf(await readLoop(world.app, annotator, slug)).next).toMatchObject({ kind: 'judge', left: 12 - i });
			const task = valueOf(await claimTask(world.app, annotator, { slug }));
			if (!task) throw new Error('no task');
			valueOf(await submitJudgment(world.app, annotator, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'left', durationMs: 30_000 }));
		}
		const after = valueOf(await readLoop(world.app, annotator, slug));
		expect(after).toMatchObject({ next: { kind: 'wait', on: 'engineer' }, mine: { judged: 12, left: 0, secondsEach: 30 } });
		expect(valueOf(await readLoop(world.app, engineer, slug)).next).toEqual({ kind: 'freeze', complete: 12, comparisons: 12, exhausted: 0 });

		const { id } = valueOf(await freezeSnapshot(world.app, engineer, { slug, objective: 'dpo' }));
		expect(valueOf(await readLoop(world.app, engineer, slug))).toMatchObject({ next: { kind: 'train', snapshotId: id }, inside: { stage: 'run', stages: { snapshot: { id, stale: 0 } } } });
		const page = valueOf(await describeSnapshot(world.app, engineer, id));
		expect(page).toMatchObject({ createdBy: 'eng', runs: [], manifest: { totals: { judgments: 12 }, objective: 'dpo' } });
	});

	it('tells who judges blind nothing of models, rounds’ counts or the engine', async () => {
		const { slug } = await world.project({ rows: comparisonRows(2) });
		const annotator = await world.person('ann', { slug, role: 'annotator' });
		const view = valueOf(await readLoop(world.app, annotator, slug));
		expect(view.inside).toBeNull();
		const models = await world.query<{ name: string }>('select distinct name from checkpoints');
		expect(models.length).toBeGreaterThan(0);
		for (const { name } of models) expect(JSON.stringify(view)).not.toContain(name);
	});

	it('counts the prompts again only when some came in', async () => {
		const { slug } = await world.project({ rows: comparisonRows(3, 'a') });
		const engineer = await world.person('eng', { slug, role: 'engineer' });
		const prompts = async () => valueOf(await readLoop(world.app, engineer, slug)).inside?.stages.prompts.prompts;
		expect(await prompts()).toBe(3);
		valueOf(await world.importRows(slug, comparisonRows(2, 'b')));
		expect(await prompts()).toBe(5);
	});

	it('is nobody else’s to see', async () => {
		const { slug } = await world.project();
		const stranger = await world.person('eve');
		expect(problemOf(await readLoop(world.app, stranger, slug))).toBe('not_found');
		expect(problemOf(await readProject(world.app, stranger, slug))).toBe('not_found');
		expect(valueOf(await readProject(world.app, world.admin, slug)).can).toMatchObject({ 'members.manage': true, 'task.judge': false });
	});
});

describe('people who could become members', () => {
	it('are active, not members yet, and found by name as it is written', async () => {
		const { slug } = await world.project();
		const owner = await world.person('own', { slug, role: 'owner' });
		const one = await world.person('Percent 100%_case');
		const found = async (search: string) => valueOf(await listCandidates(world.app, owner, { slug, search })).map((candidate) => candidate.userId);
		expect(await found('100%_CASE')).toEqual([one.userId]);
		expect(await found('100__case')).toEqual([]);
		expect(await found('own-')).not.toContain(owner.userId);
		expect(problemOf(await listCandidates(world.app, await world.person('eng', { slug, role: 'engineer' }), { slug, search: '' }))).toBe('forbidden');
	});
});
