import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '#lib/server/auth/actor.ts';
import { record } from '#lib/server/db/audit.ts';
import * as evaluations from '#lib/server/db/evaluations.ts';
import * as members from '#lib/server/db/members.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { beginEvaluation, failEvaluation, finishEvaluation } from '#lib/server/usecases/evaluate-checkpoint.ts';
import { evaluateAgain } from '#lib/server/usecases/evaluate-again.ts';
import { listNotifications } from '#lib/server/usecases/list-notifications.ts';
import { putAutomation } from '#lib/server/usecases/put-automation.ts';
import { putSnapshotRule } from '#lib/server/usecases/put-snapshot-rule.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { tellWaiting } from '#lib/server/usecases/tell-waiting.ts';
import type { LookedAt } from '#lib/server/usecases/tell-waiting.ts';
import { paperWorker, trainedCheckpoint } from '../support/loop.ts';
import { until } from '../support/worker.ts';
import { comparisonRows, createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world?.close());

const told = async (actor: Actor) => (await listNotifications(world.app, actor, {})).notifications.map(({ kind }) => kind).reverse();
async function team(slug: string) {
	const [annotator, reviewer, engineer] = [await world.person('annotator', { slug, role: 'annotator' }), await world.person('reviewer', { slug, role: 'reviewer' }), await world.person('engineer', { slug, role: 'engineer' })];
	return { annotator, reviewer, engineer };
}
async function judge(slug: string, actor: Actor, pairs: number): Promise<void> {
	for (let done = 0; done < pairs; done++) {
		const task = valueOf(await claimTask(world.app, actor, { slug }));
		valueOf(await submitJudgment(world.app, actor, { taskId: task?.taskId ?? '', leaseToken: task?.leaseToken ?? '', verdict: 'left' }));
	}
}

it('judges are told of a round once, and who freezes it when it is judged', async () => {
	const { slug, id } = await world.project({ rows: comparisonRows(2) });
	const { annotator, reviewer, engineer } = await team(slug);
	// Several workers look at once.
	await Promise.all([tellWaiting(world.app), tellWaiting(world.app)]);
	const looked: LookedAt = new Map();
	await tellWaiting(world.app, looked);
	expect([await told(annotator), await told(reviewer), await told(engineer)]).toEqual([['to_judge'], ['to_judge'], []]);
	// Where nothing was done since, nobody looks.
	expect(looked.get(id)?.newest).toBe((await world.query<{ newest: string }>(`select max(id)::text as newest from audit_entries where project_id = '${id}'`))[0]?.newest);
	// Who comes later is told too, and nobody else again.
	const late = await world.person('late', { slug, role: 'annotator' });
	await tellWaiting(world.app, looked);
	expect([await told(late), await told(annotator)]).toEqual([['to_judge'], ['to_judge']]);

	await judge(slug, annotator, 2);
	await tellWaiting(world.app, looked);
	expect([await told(annotator), await told(engineer)]).toEqual([['to_judge'], ['to_freeze']]);
	// Told to the firm's programs as well; the project's owner may freeze too.
	expect(await world.query(`select details->>'for' as for, (details->>'people')::int as people from audit_entries where action = 'round.waits' and project_id = '${id}' order by id`)).toEqual([{ for: 'to_judge', people: 2 }, { for: 'to_judge', people: 1 }, { for: 'to_freeze', people: 2 }]);
});

it('who joins while a worker looks is told too, whatever was written meanwhile', async () => {
	const { id } = await world.project({ rows: comparisonRows(1) });
	const late = await world.person('joins');
	const looked: LookedAt = new Map();
	let end = () => {};
	const held = new Promise<void>((resolve) => (end = resolve));
	let joined = () => {};
	const under = new Promise<void>((resolve) => (joined = resolve));
	const write = (action: string) => ({ action, projectId: id, subject: ['project', id] as const });
	const joining = world.app.db.transaction(async (tx) => {
		await members.put(tx, id, late.userId, 'annotator');
		await record(tx, world.admin, write('member.put'));
		joined();
		await held;
	});
	try {
		await under;
		// Its entry has an older id than this one, and comes later.
		await world.app.db.transaction((tx) => record(tx, world.admin, write('guideline.put')));
		for (let looks = 0; looks < 3; looks++) await tellWaiting(world.app, looked);
		expect(await told(late)).toEqual([]);
	} finally {
		end();
		await joining;
	}
	// Whatever else is under way in this cluster is waited for as well.
	await until('a second look', async () => (await tellWaiting(world.app, looked), (await told(late)).length > 0), 60);
	expect(await told(late)).toEqual(['to_judge']);
}, 120_000);

it('nobody is called to freeze a round that goes on by itself', async () => {
	const { slug } = await world.project({ rows: comparisonRows(1) });
	const { annotator, engineer } = await team(slug);
	valueOf(await putSnapshotRule(world.app, world.admin, { slug, name: 'As agreed', objective: 'dpo' }));
	valueOf(await putAutomation(world.app, world.admin, { slug, settings: { enabled: true, minComplete: 50, minAgreement: null, schedule: null, quiet: null, timeZone: 'UTC', maxRunsPerWeek: 1, approval: false, rule: 'As agreed', recipe: {}, sweep: null } }));
	await judge(slug, annotator, 1);
	await tellWaiting(world.app);
	expect(await told(engineer)).toEqual([]);
});

it('a failed evaluation calls engineers, a finished one reviewers', async () => {
	const { slug } = await world.project({ rows: pairRows(60) });
	const { annotator, reviewer, engineer } = await team(slug);
	const workerId = await paperWorker(world);
	const { checkpointId } = await trainedCheckpoint(world, slug, workerId);
	const taken = async () => (await beginEvaluation(world.app, { evaluationId: (await evaluations.newestOf(world.app.db, checkpointId))?.id ?? '', workerId })) ?? expect.fail('no evaluation');
	// Its answers play no part.
	await world.query(`update generations set status = 'succeeded' where checkpoint_id = '${checkpointId}'`);
	await failEvaluation(world.app, await taken(), { code: 'out_of_memory', message: 'Too small.' });
	await tellWaiting(world.app);
	expect([await told(engineer), await told(reviewer)]).toEqual([['to_mend'], []]);
	valueOf(await evaluateAgain(world.app, engineer, { checkpointId }));
	await finishEvaluation(world.app, await taken(), []);
	await tellWaiting(world.app);
	expect([await told(engineer), await told(reviewer), await told(annotator)]).toEqual([['to_mend'], ['to_decide'], []]);
	expect((await listNotifications(world.app, reviewer, {})).notifications[0]?.checkpointId).toBe(checkpointId);
});
