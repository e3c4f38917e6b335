import { documentsOf } from '../../domain/message.ts';
import type { Message } from '../../domain/message.ts';
import { preferenceAccuracy } from '../../domain/preference-accuracy.ts';
import type { ScoredPair } from '../../domain/preference-accuracy.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { DocumentTexts } from '../../domain/training-row.ts';
import type { App } from '../app.ts';
import * as artifactTexts from '../db/artifact-texts.ts';
import type { Db } from '../db/client.ts';
import { record } from '../db/audit.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import * as evaluations from '../db/evaluations.ts';
import type { Evaluation, EvaluationItem } from '../db/evaluations.ts';
import * as snapshots from '../db/snapshots.ts';
import type { HeldOutPair } from '../db/snapshots.ts';

/** What a worker needs to score a checkpoint. */
export type EvaluationAtHand = { evaluation: Evaluation; base: Checkpoint; parent: Checkpoint; checkpoint: Checkpoint; pairs: HeldOutPair[]; documentTexts: DocumentTexts };

/** Takes a queued evaluation for a worker; null when it is no longer to be had. */
export async function beginEvaluation(app: { db: Db }, input: { evaluationId: string; workerId: string }): Promise<EvaluationAtHand | null> {
	return app.db.transaction(async (tx) => {
		const evaluation = await evaluations.begin(tx, input.evaluationId, input.workerId);
		if (!evaluation) return null;
		const checkpoint = await checkpoints.get(tx, evaluation.checkpointId);
		const parent = await checkpoints.get(tx, evaluation.parentCheckpointId);
		if (!checkpoint || !parent) throw new Error(`evaluation ${evaluation.id} lost its checkpoints`);
		const pairs = await snapshots.heldOutPairs(tx, evaluation.snapshotId, 'test');
		const documents = documentsOf(pairs.flatMap(({ messages, chosen, rejected }) => [messages, chosen, rejected].flat() as Message[]));
		const documentTexts = await artifactTexts.bodies(tx, evaluation.projectId, documents);
		return { evaluation, checkpoint, parent, base: await checkpoints.baseOf(tx, evaluation.projectId), pairs, documentTexts };
	});
}

/** Says how far it is; false when another attempt has taken its place. */
export async function evaluationAlive(app: { db: Db }, at: EvaluationAtHand, progress: { done: number; total: number | null }): Promise<boolean> {
	return evaluations.heartbeat(app.db, at.evaluation.id, at.evaluation.attempt, progress);
}

/** Computes the figures from scored test pairs and keeps the numbers behind each (semantics 19, 20). */
export async function finishEvaluation(app: { db: Db }, at: EvaluationAtHand, items: EvaluationItem[]): Promise<boolean> {
	const groups = new Map(at.pairs.map((pair) => [pair.comparisonId, pair.group]));
	const scored: ScoredPair[] = items.map((item) => ({
		group: groups.get(item.comparisonId) ?? item.comparisonId,
		logps: {
			base: { chosen: item.baseChosen, rejected: item.baseRejected },
			parent: { chosen: item.parentChosen, rejected: item.parentRejected },
			checkpoint: { chosen: item.checkpointChosen, rejected: item.checkpointRejected }
		},
		lengths: { chosen: item.tokensChosen, rejected: item.tokensRejected }
	}));
	const results = {
		split: 'test',
		checkpoint: preferenceAccuracy(scored, { seed: at.evaluation.seed }),
		parent: preferenceAccuracy(
			scored.map((pair) => ({ ...pair, logps: { base: pair.logps.base, checkpoint: pair.logps.parent ?? pair.logps.base } })),
			{ seed: at.evaluation.seed, subject: at.parent.kind === 'base' ? 'base' : 'checkpoint' }
		)
	};
	return app.db.transaction(async (tx) => {
		const held = await evaluations.succeed(tx, at.evaluation.id, at.evaluation.attempt, { results, items });
		if (held) await record(tx, null, { action: 'evaluation.finish', projectId: at.evaluation.projectId, subject: ['evaluation', at.evaluation.id], details: { checkpoint: at.checkpoint.id, pairs: items.length } });
		return held;
	});
}

/** Ends an evaluation that could not be done. */
export async function failEvaluation(app: { db: Db }, at: EvaluationAtHand, problem: RunProblem): Promise<void> {
	await app.db.transaction(async (tx) => {
		const held = await evaluations.fail(tx, at.evaluation.id, at.evaluation.attempt, problem);
		if (held) await record(tx, null, { action: 'evaluation.fail', projectId: at.evaluation.projectId, subject: ['evaluation', at.evaluation.id], details: { code: problem.code } });
	});
}

/** Puts an evaluation back in line because its worker goes down: no fault of its own, so it is not counted against it. */
export async function giveBackEvaluation(app: Pick<App, 'db' | 'enqueue'>, at: EvaluationAtHand): Promise<void> {
	const { id, attempt, projectId } = at.evaluation;
	await app.db.transaction(async (tx) => {
		if (!(await evaluations.giveBack(tx, id, attempt))) return;
		await app.enqueue(tx, 'evaluate', { evaluationId: id });
		await record(tx, null, { action: 'evaluation.give_back', projectId, subject: ['evaluation', id], details: { attempt } });
	});
}
