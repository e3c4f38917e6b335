import { answerModes } from '../../domain/answer-modes.ts';
import { OBJECTIVE_FACTS } from '../../domain/recipe/objective-facts.ts';
import { contentHash } from '../../domain/canonical-json.ts';
import type { App } from '../app.ts';
import { record } from '../db/audit.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { CheckpointFile } from '../db/checkpoints.ts';
import * as evaluations from '../db/evaluations.ts';
import * as generations from '../db/generations.ts';
import type { Tx } from '../db/client.ts';
import * as rounds from '../db/rounds.ts';
import type { Round } from '../db/rounds.ts';
import * as runRecord from '../db/run-record.ts';
import * as runs from '../db/runs.ts';
import { queueSuiteRun } from './queue-suite-run.ts';
import { areStored } from './store-citing.ts';
import type { Run } from '../db/runs.ts';
import { DISCARDED, endLocked } from './attempt-run.ts';
import { recordRunEnd } from './record-run-end.ts';
import { endNext, releaseNext } from './settle-stage.ts';

/** How answers for people to judge are sampled unless a round says otherwise. Short: they are read side by side. */
export const DEFAULT_SAMPLING = { temperatures: [0.7], samples: 1, topP: 0.95, maxTokens: 160 } as const;

/** A trained artifact whose files are stored, hashed and known to load. */
export type Trained = { runId: string; attempt: number; kind: 'adapter' | 'full'; chatTemplateSha256: string | null; step: number; exitCode: number | null; sha256: string; files: CheckpointFile[]; bytes: number; metrics: Record<string, number> };

/**
 * Ends a run with its checkpoint. Only the attempt that still holds the run may
 * (fencing number); what follows, evaluation, the next round's answers and the suite, is
 * queued in the same transaction. A run that was asked to stop ends cancelled,
 * its checkpoint kept or, where that was asked for, not; nothing follows by itself.
 * One that was paused when it had nothing left to train is done. A point of a
 * sweep is scored on dev questions, and answers nothing.
 * @returns the checkpoint's id; null when the attempt was fenced off, or its checkpoint was not wanted; `not_stored` when
 * a clean-up took a file away that nothing cited yet: it is to be stored again
 */
export async function registerCheckpoint(app: Pick<App, 'db' | 'enqueue' | 'artifacts'>, trained: Trained): Promise<string | 'not_stored' | null> {
	return app.db.transaction(async (tx) => {
		if (!(await areStored(app, tx, trained.files))) return 'not_stored';
		const run = await runs.lock(tx, trained.runId);
		if (!run || run.attempt !== trained.attempt || (run.status !== 'running' && run.status !== 'stopping' && run.status !== 'preparing')) return null;
		if (run.desiredState === 'cancel_discard') {
			await endLocked(tx, run, { exitCode: trained.exitCode, problem: DISCARDED });
			return null;
		}
		// Two that end together are counted one after the other: a name is given once.
		const round = await rounds.lock(tx, run.roundId);
		if (!round) throw new Error(`run ${run.id} lost its round`);
		const number = (await checkpoints.list(tx, run.projectId)).filter((checkpoint) => checkpoint.kind !== 'base').length + 1;
		const id = await checkpoints.insertTrained(tx, {
			projectId: run.projectId,
			name: `r${round.number}-${run.objective}-${number}`,
			parentId: run.parentCheckpointId,
			runId: run.id,
			attempt: trained.attempt,
			kind: trained.kind,
			chatTemplateSha256: trained.chatTemplateSha256,
			step: trained.step,
			sha256: trained.sha256,
			files: trained.files,
			bytes: trained.bytes
		});
		// Not by its status: a run that was paused is `stopping` too, also when it is to go on again.
		const stopped = run.desiredState === 'cancel_keep';
		await runs.endAttempt(tx, run.id, trained.attempt, { exitCode: trained.exitCode, problem: null });
		// A run resumed only to collect what was kept goes preparing → cancelled; one that trained to its end was running.
		await runs.setStatus(tx, run.id, stopped ? 'cancelled' : 'succeeded');
		await runRecord.addEvent(tx, run.id, trained.attempt, stopped ? 'cancelled' : 'succeeded', { checkpoint: id, step: trained.step });
		await runRecord.notify(tx, run.id);
		if (stopped) {
			await recordRunEnd(tx, run, 'cancelled', { checkpoint: id });
			await endNext(tx, run, 'cancelled');
		} else {
			const next = await runs.after(tx, run.id);
			if (next) await releaseNext(app, tx, run, id);
			const ofSweep = run.sweep !== null;
			// The stage before another run is a way station: it is measured beside what comes of it, and nobody waits for its answers.
			const lastStage = !ofSweep && !next;
			if (lastStage) await rounds.advance(tx, run.roundId, 'evaluating');
			// A point of a sweep is looked at on dev questions alone: the best of several looks at test questions would spoil them (semantics 10).
			const evaluationId = await evaluations.insert(tx, { projectId: run.projectId, checkpointId: id, parentCheckpointId: run.parentCheckpointId, snapshotId: run.snapshotId, split: ofSweep ? 'dev' : 'test', seed: contentHash({ evaluation: trained.sha256 }).slice(0, 16) });
			await app.enqueue(tx, 'evaluate', { evaluationId });
			if (lastStage) {
				await answerWith(app, tx, run, id, round);
				await checkBySuite(app, tx, run, id);
			}
		}
		await record(tx, null, { action: 'checkpoint.register', projectId: run.projectId, subject: ['checkpoint', id], details: { run: run.id, sha256: trained.sha256, step: trained.step } });
		return id;
	});
}

/** Queues the new checkpoint's answers, which the next round is made of. */
async function answerWith(app: Pick<App, 'enqueue'>, tx: Tx, run: Run, checkpointId: string, round: Round): Promise<void> {
	const toAnswer = answerModes(await generations.promptsToAnswer(tx, { projectId: run.projectId, roundNumber: round.number }), await generations.modesOfRound(tx, round.id));
	// A reward model answers nothing.
	if (OBJECTIVE_FACTS[run.recipe.objective].generates && toAnswer.pair.length + toAnswer.single.length > 0) {
		const generationId = await generations.insert(tx, {
			projectId: run.projectId,
			roundId: run.roundId,
			checkpointId,
			parentCheckpointId: run.parentCheckpointId,
			sampling: { ...DEFAULT_SAMPLING, temperatures: [...DEFAULT_SAMPLING.temperatures] },
			seed: run.recipe.seed,
			policy: 'champion_challenger',
			sources: [{ checkpointId: run.parentCheckpointId }, { checkpointId }],
			promptIds: toAnswer.pair,
			singlePromptIds: toAnswer.single,
			total: toAnswer.pair.length + new Set([...toAnswer.pair, ...toAnswer.single]).size
		});
		await app.enqueue(tx, 'generate', { generationId });
	}
}

/** Queues the new checkpoint's run through the project's suite, after the answers that people wait for. */
async function checkBySuite(app: Pick<App, 'enqueue'>, tx: Tx, run: Run, checkpointId: string): Promise<void> {
	const checkpoint = OBJECTIVE_FACTS[run.recipe.objective].generates ? await checkpoints.get(tx, checkpointId) : null;
	if (checkpoint) await queueSuiteRun(app, tx, { checkpoint, roundId: run.roundId, by: null });
}
