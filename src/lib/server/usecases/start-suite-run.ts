import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as generations from '../db/generations.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import * as runs from '../db/runs.ts';
import * as suiteRuns from '../db/suite-runs.ts';
import * as suites from '../db/suites.ts';
import { enqueueGeneration } from './enqueue-generation.ts';
import { queueSuiteRun, writesAnswers } from './queue-suite-run.ts';
import { reachCheckpoint } from './read-checkpoint.ts';
import { inTransaction } from './transaction.ts';

/**
 * Has a checkpoint answer the suite in force. One that failed goes on where it
 * stood; `conflict` while one is under way, where there is no suite or no test
 * prompt, and for checkpoints that must not or cannot answer test prompts.
 */
export async function startSuiteRun(app: Pick<App, 'db' | 'enqueue'>, actor: Actor, input: { checkpointId: string }): Promise<Result<{ id: string; status: 'queued' }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachCheckpoint(tx, actor, input.checkpointId, 'run.start');
		if (!found.ok) return found;
		const { checkpoint } = found.value;
		// Of two who ask at once the second finds it under way.
		await projects.serialise(tx, checkpoint.projectId);
		const run = checkpoint.runId ? await runs.get(tx, checkpoint.runId) : null;
		if (run?.sweep) return fail('conflict', 'This is a point of a sweep: the best of several looks at test questions would spoil them. Train the best point on its own.');
		if (!(await writesAnswers(tx, checkpoint))) return fail('conflict', 'A reward model writes no answers: there is nothing to check.');
		const suite = await suites.newest(tx, checkpoint.projectId);
		if (!suite) return fail('conflict', 'The project has no suite yet. Put one first.');
		const [last] = await suiteRuns.ofCheckpoint(tx, checkpoint.id);
		if (last?.status === 'queued' || last?.status === 'running') return fail('conflict', 'This checkpoint is being run through the suite already.');
		if (last && last.suiteVersionId === suite.id && last.results === null) {
			await generations.again(tx, last.generationId);
			await enqueueGeneration(app, tx, last.generationId);
			await record(tx, actor, { action: 'suite.again', projectId: checkpoint.projectId, subject: ['suite_run', last.id], details: { checkpoint: checkpoint.id, code: last.problem?.code ?? null } });
			return ok({ id: last.id, status: 'queued' });
		}
		const round = run ? await rounds.byId(tx, run.roundId) : await rounds.newest(tx, checkpoint.projectId);
		const id = round ? await queueSuiteRun(app, tx, { checkpoint, roundId: round.id, by: actor }) : null;
		return id === null ? fail('conflict', 'No prompt of the project is held out for tests yet: there is nothing to ask.') : ok({ id, status: 'queued' });
	});
}

/** Stops a checkpoint's run through the suite; the answers that it has stay, and it can go on later. */
export async function cancelSuiteRun(app: Pick<App, 'db'>, actor: Actor, input: { checkpointId: string }): Promise<Result<{ id: string; status: 'cancelled' }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachCheckpoint(tx, actor, input.checkpointId, 'run.start');
		if (!found.ok) return found;
		const [last] = await suiteRuns.ofCheckpoint(tx, input.checkpointId);
		if (!last || !(await generations.cancel(tx, last.generationId))) return fail('conflict', 'This checkpoint is not being run through the suite: there is nothing to stop.');
		await record(tx, actor, { action: 'suite.cancel', projectId: last.projectId, subject: ['suite_run', last.id], details: { checkpoint: input.checkpointId } });
		return ok({ id: last.id, status: 'cancelled' });
	});
}
