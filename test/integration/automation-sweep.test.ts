import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Automation } from '#lib/domain/automation.ts';
import { cancelSweep } from '#lib/server/usecases/cancel-sweep.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { continueRounds } from '#lib/server/usecases/continue-rounds.ts';
import { deactivateUser } from '#lib/server/usecases/deactivate-user.ts';
import { putAutomation, readAutomation } from '#lib/server/usecases/put-automation.ts';
import { putSnapshotRule } from '#lib/server/usecases/put-snapshot-rule.ts';
import { readRun } from '#lib/server/usecases/read-run.ts';
import { readSweep } from '#lib/server/usecases/read-sweep.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { seededProject } from '../support/judged-project.ts';
import { paperWorker, playPoint } from '../support/loop.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world?.close());

const settings: Automation = { enabled: true, minComplete: 2, minAgreement: null, schedule: null, quiet: null, timeZone: 'UTC', maxRunsPerWeek: 6, approval: false, rule: 'With imports', recipe: { maxSteps: 10, saveSteps: 5 }, sweep: { method: 'grid', settings: { beta: [0.05, 0.1] } } };
const view = async (slug: string) => valueOf(await readAutomation(world.app, world.admin, slug));
const steps = async (slug: string) => (await view(slug)).steps.map(({ kind }) => kind);

/** A project whose imported preferences count, half of them to tune on, with the first two pairs judged here. */
async function project(slug: string) {
	const made = await seededProject(world, { overlap: 1, seed: 'sweeps', slug });
	await world.query(`update projects set split_shares = '{"train": 0.4, "dev": 0.5, "test": 0.1}' where id = '${made.id}'`);
	valueOf(await world.importRows(slug, pairRows(60)));
	valueOf(await putSnapshotRule(world.app, world.admin, { slug, name: 'With imports', objective: 'dpo', rule: { includeImports: true } }));
	const judge = await world.person(`judge of ${slug}`, { slug, role: 'annotator' });
	for (let done = 0; done < 2; done++) {
		const task = valueOf(await claimTask(world.app, judge, { slug }));
		valueOf(await submitJudgment(world.app, judge, { taskId: task?.taskId ?? '', leaseToken: task?.leaseToken ?? '', verdict: 'left' }));
	}
	return made;
}

it('tries settings on tuning questions first, then trains with the best of them', async () => {
	const { slug } = await project('tries-first');
	valueOf(await putAutomation(world.app, world.admin, { slug, settings }));
	await continueRounds(world.app);
	const [swept] = (await view(slug)).steps;
	expect(await view(slug)).toMatchObject({ now: { because: { code: 'sweeping' } }, steps: [{ kind: 'swept', because: { complete: 2 }, runId: null }] });
	const sweep = valueOf(await readSweep(world.app, world.admin, swept?.sweepId ?? ''));
	expect([sweep.points.length, sweep.dev.groups >= 20]).toEqual([2, true]);

	const workerId = await paperWorker(world);
	const [poor, good] = sweep.points;
	await playPoint(world, { runId: poor?.id ?? '', workerId, right: 1 });
	await continueRounds(world.app);
	expect(await steps(slug)).toEqual(['swept']);
	await playPoint(world, { runId: good?.id ?? '', workerId, right: sweep.dev.comparisons - 1 });
	expect((await view(slug)).now).toMatchObject({ do: 'train_best' });
	// Several workers look at once.
	await Promise.all([continueRounds(world.app), continueRounds(world.app)]);
	await continueRounds(world.app);
	const [begun] = (await view(slug)).steps;
	expect(await steps(slug)).toEqual(['begun', 'swept']);
	expect(valueOf(await readRun(world.app, world.admin, begun?.runId ?? ''))).toMatchObject({ clonedFrom: good?.id, sweep: null, status: 'queued', priority: 0, recipe: { beta: 0.1, maxSteps: 10 } });
	expect((await view(slug)).now).toMatchObject({ because: { code: 'not_collecting' } });
});

it('says so where none can be called the best', async () => {
	const { slug } = await project('none-is-best');
	valueOf(await putAutomation(world.app, world.admin, { slug, settings }));
	await continueRounds(world.app);
	valueOf(await cancelSweep(world.app, world.admin, (await view(slug)).steps[0]?.sweepId ?? ''));
	await continueRounds(world.app);
	await continueRounds(world.app);
	expect(await view(slug)).toMatchObject({ now: { because: { code: 'nothing_new' } }, steps: [{ kind: 'refused', because: { problem: { code: 'conflict' }, sweepEnds: true } }, { kind: 'swept' }] });
	// Nothing can follow what was tried: set anew, it is tried anew.
	valueOf(await putAutomation(world.app, world.admin, { slug, settings }));
	await continueRounds(world.app);
	expect(await steps(slug)).toEqual(['swept', 'refused', 'swept']);
});

it('goes on with what was tried where its run was refused, once somebody has mended why', async () => {
	const { slug } = await project('mended');
	const owner = await world.person('owner who leaves', { slug, role: 'owner' });
	valueOf(await putAutomation(world.app, owner, { slug, settings }));
	await continueRounds(world.app);
	const sweep = valueOf(await readSweep(world.app, world.admin, (await view(slug)).steps[0]?.sweepId ?? ''));
	const workerId = await paperWorker(world);
	for (const [index, { id }] of sweep.points.entries()) await playPoint(world, { runId: id, workerId, right: index === 0 ? 1 : sweep.dev.comparisons - 1 });
	valueOf(await deactivateUser(world.app, world.admin, owner.userId));
	await continueRounds(world.app);
	await continueRounds(world.app);
	expect(await view(slug)).toMatchObject({ now: { because: { code: 'nothing_new' } }, steps: [{ kind: 'refused', because: { problem: { code: 'forbidden' } } }, { kind: 'swept' }] });
	// To try something else is to begin anew; the same goes on.
	valueOf(await putAutomation(world.app, world.admin, { slug, settings: { ...settings, sweep: null } }));
	expect((await view(slug)).now).toMatchObject({ do: 'begin' });
	valueOf(await putAutomation(world.app, world.admin, { slug, settings }));
	expect((await view(slug)).now).toMatchObject({ do: 'train_best' });
	await continueRounds(world.app);
	const [begun] = (await view(slug)).steps;
	expect(await steps(slug)).toEqual(['begun', 'refused', 'swept']);
	expect(valueOf(await readRun(world.app, world.admin, begun?.runId ?? ''))).toMatchObject({ clonedFrom: sweep.points[1]?.id, status: 'queued' });
});

it('refuses a sweep that cannot be laid out, or that the budget never holds', async () => {
	const { slug } = await project('cannot-be');
	const put = async (of: Partial<Automation>) => {
		const result = await putAutomation(world.app, world.admin, { slug, settings: { ...settings, ...of } });
		return result.ok ? 'ok' : [problemOf(result), result.problem.errors?.[0]?.field];
	};
	expect(await put({ sweep: { method: 'grid', settings: { nonsense: [1, 2] } } })).toEqual(['invalid_input', 'sweep']);
	expect(await put({ maxRunsPerWeek: 2 })).toEqual(['invalid_input', 'maxRunsPerWeek']);
	expect(await put({ maxRunsPerWeek: 3 })).toBe('ok');
});
