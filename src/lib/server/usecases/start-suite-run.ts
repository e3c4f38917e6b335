import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import type { CheckpointExport } from '../db/checkpoint-exports.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Tx } from '../db/client.ts';
import * as generationSources from '../db/generation-sources.ts';
import * as generations from '../db/generations.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import * as runs from '../db/runs.ts';
import * as suiteRuns from '../db/suite-runs.ts';
import * as suites from '../db/suites.ts';
import { enqueueGeneration } from './enqueue-generation.ts';
import { queueSuiteRun, writesAnswers, writingChampion } from './queue-suite-run.ts';
import { reachInForm } from './reach-export.ts';
import type { MaybeInForm } from './reach-export.ts';
import { refuseWalled } from './refuse-walled.ts';
import { inTransaction } from './transaction.ts';

/** The form that is to be run, locked against who would drop it; null: the checkpoint as it was trained. */
async function formToRun(tx: Tx, made: CheckpointExport | null): Promise<Result<CheckpointExport | null>> {
	if (!made) return ok(null);
	if (!made.changed) return fail('conflict', 'The weights of this export are the checkpoint’s own: run the checkpoint itself through the suite.');
	const form = await checkpointExports.lock(tx, made.id);
	return form?.status === 'succeeded' ? ok(form) : fail('conflict', 'This export is not there: it waits, is being made, failed, or was dropped.');
}

/** A failed result for who is walled off from what any of these learned from that answer beside the checkpoint: the suite's own questions may be theirs. */
async function refuseBeside(tx: Tx, actor: Actor, checkpointIds: readonly (string | null)[]): Promise<Result<never> | null> {
	for (const id of new Set(checkpointIds)) {
		const walled = id === null ? null : await refuseWalled(tx, actor, id, 'have it asked beside another');
		if (walled) return walled;
	}
	return null;
}

/**
 * Has a checkpoint answer the suite in force, as it was trained or in a form of other
 * weights. One that failed goes on where it stood; `conflict` while one is under way,
 * where there is no suite or no test prompt, and for what must not or cannot answer
 * test prompts, `walled` for who is walled off from anything that it learned from, or what
 * answers beside it: the champion of now, or those that did before it failed.
 */
export async function startSuiteRun(app: Pick<App, 'db' | 'enqueue'>, actor: Actor, input: MaybeInForm): Promise<Result<{ id: string; status: 'queued' }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachInForm(tx, actor, input, 'run.start');
		if (!found.ok) return found;
		const { checkpoint } = found.value;
		const walled = await refuseWalled(tx, actor, checkpoint.id, 'ask it');
		if (walled) return walled;
		// Of two who ask at once the second finds it under way.
		await projects.serialise(tx, checkpoint.projectId);
		const run = checkpoint.runId ? await runs.get(tx, checkpoint.runId) : null;
		if (run?.sweep) return fail('conflict', 'This is a point of a sweep: the best of several looks at test questions would spoil them. Train the best point on its own.');
		if (!(await writesAnswers(tx, checkpoint))) return fail('conflict', 'A reward model writes no answers: there is nothing to check.');
		const suite = await suites.newest(tx, checkpoint.projectId);
		if (!suite) return fail('conflict', 'The project has no suite yet. Put one first.');
		const form = await formToRun(tx, found.value.made);
		if (!form.ok) return form;
		const exportId = form.value?.id ?? null;
		const [last] = await suiteRuns.ofCheckpoint(tx, checkpoint.id, exportId);
		if (last?.status === 'queued' || last?.status === 'running') return fail('conflict', 'It is being run through the suite already.');
		if (last && last.suiteVersionId === suite.id && last.results === null) {
			const kept = await refuseBeside(tx, actor, (await generationSources.list(tx, last.generationId)).map(({ checkpointId }) => checkpointId));
			if (kept) return kept;
			await generations.again(tx, last.generationId);
			await enqueueGeneration(app, tx, last.generationId);
			await record(tx, actor, { action: 'suite.again', projectId: checkpoint.projectId, subject: ['suite_run', last.id], details: { checkpoint: checkpoint.id, export: exportId, code: last.problem?.code ?? null } });
			return ok({ id: last.id, status: 'queued' });
		}
		const champion = await writingChampion(tx, checkpoint.projectId, await checkpoints.baseOf(tx, checkpoint.projectId));
		const kept = await refuseBeside(tx, actor, [champion.id]);
		if (kept) return kept;
		const round = run ? await rounds.byId(tx, run.roundId) : await rounds.newest(tx, checkpoint.projectId);
		const id = round ? await queueSuiteRun(app, tx, { checkpoint, form: form.value, roundId: round.id, by: actor }) : null;
		return id === null ? fail('conflict', 'No prompt of the project is held out for tests yet: there is nothing to ask.') : ok({ id, status: 'queued' });
	});
}

/** Stops a run through the suite; the answers that it has stay, and it can go on later. */
export async function cancelSuiteRun(app: Pick<App, 'db'>, actor: Actor, input: MaybeInForm): Promise<Result<{ id: string; status: 'cancelled' }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reachInForm(tx, actor, input, 'run.start');
		if (!found.ok) return found;
		const exportId = found.value.made?.id ?? null;
		const [last] = await suiteRuns.ofCheckpoint(tx, input.checkpointId, exportId);
		if (!last || !(await generations.cancel(tx, last.generationId))) return fail('conflict', 'It is not being run through the suite: there is nothing to stop.');
		await record(tx, actor, { action: 'suite.cancel', projectId: last.projectId, subject: ['suite_run', last.id], details: { checkpoint: input.checkpointId, export: exportId } });
		return ok({ id: last.id, status: 'cancelled' });
	});
}
