import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { newSecret, saltedHash } from '../auth/secrets.ts';
import { record } from '../db/audit.ts';
import * as checkpoints from '../db/checkpoints.ts';
import * as evaluations from '../db/evaluations.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import * as runs from '../db/runs.ts';
import { singleHumanResult } from './good-answers.ts';
import { inTransaction } from './transaction.ts';
import { humanResult, reachCheckpoint } from './read-checkpoint.ts';

export const DECISIONS = ['promote', 'reject', 'more_data'] as const;

/**
 * A reviewer decides on a checkpoint, with a reason; the figures that stood on
 * the page are kept with it (semantics 18). Promote and reject end the round;
 * "more data" leaves it open for another decision.
 */
export async function decide(app: Pick<App, 'db'>, actor: Actor, input: { checkpointId: string; decision: (typeof DECISIONS)[number]; reason: string }): Promise<Result<{ id: string; decision: string }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachCheckpoint(tx, actor, input.checkpointId, 'checkpoint.decide');
		if (!found.ok) return found;
		const { checkpoint } = found.value;
		const run = checkpoint.runId ? await runs.get(tx, checkpoint.runId) : null;
		if (!run) return fail('conflict', 'The base model is where the project began; there is nothing to decide.');
		if (run.sweep) return fail('conflict', 'This checkpoint is a point of a sweep: it was scored on dev questions only, and nothing was measured on test questions. Start its settings as a run of their own and decide on that.');
		if (run.objective === 'rm' && input.decision === 'promote') return fail('conflict', 'A reward model writes no answers, so it cannot become what the next round starts from. Keep it as it is, or reject it.');
		await projects.serialise(tx, checkpoint.projectId);
		const evaluation = await evaluations.newestOf(tx, checkpoint.id);
		const salt = newSecret();
		const id = await checkpoints.insertDecision(tx, {
			checkpointId: checkpoint.id,
			roundId: run.roundId,
			decision: input.decision,
			text: { salt, hash: saltedHash(salt, input.reason), reason: input.reason },
			figures: { evaluation: evaluation?.results ?? null, people: await humanResult(tx, checkpoint), peopleSingle: await singleHumanResult(tx, checkpoint, run.roundId) },
			byUserId: actor.userId
		});
		if (input.decision !== 'more_data') await rounds.advance(tx, run.roundId, 'decided');
		await record(tx, actor, { action: 'checkpoint.decide', projectId: checkpoint.projectId, subject: ['checkpoint', checkpoint.id], details: { decision: input.decision } });
		return ok({ id, decision: input.decision });
	});
}
