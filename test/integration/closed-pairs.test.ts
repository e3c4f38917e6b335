import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '#lib/server/auth/actor.ts';
import * as automations from '#lib/server/db/automations.ts';
import { claimAdjudication } from '#lib/server/usecases/claim-adjudication.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { decide } from '#lib/server/usecases/decide.ts';
import { decideAdjudication } from '#lib/server/usecases/decide-adjudication.ts';
import { listNotifications } from '#lib/server/usecases/list-notifications.ts';
import { readCheckpoint } from '#lib/server/usecases/read-checkpoint.ts';
import { readLoop } from '#lib/server/usecases/read-loop.ts';
import { readRounds } from '#lib/server/usecases/read-rounds.ts';
import { skipTask } from '#lib/server/usecases/skip-task.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { tellWaiting } from '#lib/server/usecases/tell-waiting.ts';
import { voidJudgment } from '#lib/server/usecases/void-judgment.ts';
import { paperWorker, playOnPaper, queuedRun } from '../support/loop.ts';
import { PASSWORD } from '../support/password.ts';
import { comparisonRows, createWorld, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world?.close());

/** Everything there is for a person: judged alike by everybody, or passed on. @returns how many pairs that were */
async function work(slug: string, actor: Actor, does: 'judge' | 'skip', most = Infinity): Promise<number> {
	for (let done = 0; ; done++) {
		const task = done < most ? valueOf(await claimTask(world.app, actor, { slug })) : null;
		if (!task) return done;
		const held = { taskId: task.taskId, leaseToken: task.leaseToken };
		if (does === 'judge') valueOf(await submitJudgment(world.app, actor, { ...held, verdict: 'tie' }));
		else valueOf(await skipTask(world.app, actor, { ...held, reason: 'too_long' }));
	}
}

/** A reviewer decides the next pair that waits for one; null: none does. */
async function decideNext(slug: string, reviewer: Actor): Promise<string | null> {
	const claimed = valueOf(await claimAdjudication(world.app, reviewer, { slug }));
	if (!claimed) return null;
	const decided = valueOf(await decideAdjudication(world.app, reviewer, { id: claimed.adjudicationId, leaseToken: claimed.leaseToken, verdict: 'left', rationale: 'It names the deadline.' }));
	return decided.outcome === 'decided' ? decided.judgmentId : null;
}

async function team(slug: string) {
	const [ann, bob, reviewer, engineer] = [await world.person('ann', { slug, role: 'annotator' }), await world.person('bob', { slug, role: 'annotator' }), await world.person('risk', { slug, role: 'reviewer' }), await world.person('eng', { slug, role: 'engineer' })];
	const seen = async (actor: Actor) => valueOf(await readLoop(world.app, actor, slug));
	/** What the round calls a person for. */
	const told = async (actor: Actor) => (await listNotifications(world.app, actor, {})).notifications.map(({ kind }) => kind).filter((kind) => kind.startsWith('to_'));
	return { ann, bob, reviewer, engineer, seen, told };
}

it('what a reviewer decided where nobody was left to judge is waited for no longer', async () => {
	const { slug, id } = await world.project({ overlap: 2, rows: comparisonRows(3) });
	const { ann, bob, reviewer, engineer, seen, told } = await team(slug);
	// One pair is judged whole; nobody is left for the second place of the others.
	await work(slug, ann, 'judge');
	await work(slug, bob, 'judge', 1);
	await work(slug, bob, 'skip');
	expect(await work(slug, reviewer, 'skip')).toBe(2);
	expect((await seen(engineer)).next).toEqual({ kind: 'freeze', complete: 1, comparisons: 3, exhausted: 2 });

	const first = await decideNext(slug, reviewer);
	expect(await seen(engineer)).toMatchObject({
		next: { kind: 'freeze', complete: 2, comparisons: 3, exhausted: 1 },
		progress: { left: 0 },
		inside: { stage: 'snapshot', stages: { comparisons: { total: 3, complete: 1, exhausted: 1, closed: 1 } } }
	});
	expect((await seen(ann)).next).toEqual({ kind: 'wait', on: 'engineer', pending: 0 });
	expect((await automations.facts(world.app.db, id)).complete).toBe(2);
	await tellWaiting(world.app);
	// The other one still waits for a reviewer, and judges are called by nothing.
	expect([await told(ann), await told(reviewer), await told(engineer)]).toEqual([[], ['to_adjudicate'], []]);

	await decideNext(slug, reviewer);
	expect((await seen(engineer)).next).toEqual({ kind: 'freeze', complete: 3, comparisons: 3, exhausted: 0 });
	expect(valueOf(await readRounds(world.app, engineer, slug))).toMatchObject([{ comparisons: 3, complete: 1, exhausted: 0, closed: 2 }]);
	await tellWaiting(world.app);
	expect([await told(ann), await told(engineer)]).toEqual([[], ['to_freeze']]);

	// A decision that is void leaves the pair as it was before.
	valueOf(await voidJudgment(world.app, world.admin, { judgmentId: first ?? '', reason: 'mistake' }));
	expect((await seen(engineer)).next).toEqual({ kind: 'freeze', complete: 2, comparisons: 3, exhausted: 1 });
});

it('a checkpoint is decided on when reviewers have decided what nobody was left to compare', async () => {
	const { slug } = await world.project({ overlap: 2, rows: pairRows(60) });
	const checkpointId = await playOnPaper(world, await queuedRun(world, slug), await paperWorker(world));
	const { ann, bob, reviewer, seen, told } = await team(slug);
	const pairs = await work(slug, ann, 'judge');
	expect(pairs).toBeGreaterThan(1);
	const people = async () => valueOf(await readCheckpoint(world.app, reviewer, checkpointId)).people;
	expect(await people()).toMatchObject({ comparisons: 0, waiting: pairs, out: 0 });
	await work(slug, bob, 'judge', pairs - 1);
	await work(slug, bob, 'skip');
	await work(slug, reviewer, 'skip');
	expect(await people()).toMatchObject({ comparisons: pairs - 1, waiting: 0, out: 1 });
	expect(await decideNext(slug, reviewer)).not.toBeNull();
	expect((await seen(reviewer)).next).toEqual({ kind: 'decide', checkpointId });
	await tellWaiting(world.app);
	expect(await told(reviewer)).toEqual(['to_decide']);
	// The decision keeps the figures as final as they are.
	valueOf(await decide(world.app, reviewer, { checkpointId, decision: 'reject', reason: 'No better.', password: PASSWORD }));
	expect(valueOf(await readCheckpoint(world.app, reviewer, checkpointId)).decisions[0]?.figures).toMatchObject({ people: { comparisons: pairs - 1, waiting: 0, out: 1 } });
});
