import { accuracySlices } from '../../domain/accuracy-slices.ts';
import type { AccuracySlice, DescribedPair } from '../../domain/accuracy-slices.ts';
import type { ExportFormat } from '../../domain/checkpoint-export.ts';
import { driftOf } from '../../domain/drift.ts';
import type { Drift, ScoredAnswer } from '../../domain/drift.ts';
import type { EvaluationResults, Measure, NothingToMeasure } from '../../domain/evaluation-results.ts';
import { marginCalibration, marginScale } from '../../domain/margin-calibration.ts';
import { documentsOf, holdsImage } from '../../domain/message.ts';
import type { Message } from '../../domain/message.ts';
import { preferenceAccuracy } from '../../domain/preference-accuracy.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import { singleAnswerFigures } from '../../domain/single-answer-figures.ts';
import type { ScoredSingle } from '../../domain/single-answer-figures.ts';
import { languageOf } from '../../domain/suite/answer-text.ts';
import type { TrainingRecipe } from '../../domain/training-recipe.ts';
import type { DocumentTexts } from '../../domain/training-row.ts';
import type { App } from '../app.ts';
import * as artifactTexts from '../db/artifact-texts.ts';
import type { Db, Tx } from '../db/client.ts';
import { record } from '../db/audit.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import type { CheckpointExport } from '../db/checkpoint-exports.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import * as evaluations from '../db/evaluations.ts';
import type { Evaluation, EvaluationItem } from '../db/evaluations.ts';
import * as runs from '../db/runs.ts';
import * as snapshots from '../db/snapshots.ts';
import type { HeldOutAnswer, HeldOutPair } from '../db/snapshots.ts';
import { givingWay } from '../give-way.ts';
import { inForm } from './in-form.ts';
import { isForOthers, LEFT_TO_OTHERS_SECONDS } from './left-to-others.ts';

/** What a worker needs to score a checkpoint: pairs, and answers that were judged alone. */
export type EvaluationAtHand = { evaluation: Evaluation; base: Checkpoint; parent: Checkpoint; checkpoint: Checkpoint; pairs: HeldOutPair[]; answers: HeldOutAnswer[]; documentTexts: DocumentTexts; measure: Measure; parentIsReward: boolean; /** What the checkpoint was trained by. */ recipe: TrainingRecipe | null; /** In which form it is measured; null: as it was trained. */ form: ExportFormat | null };

/** What is measured: the checkpoint as it was trained, or the files of an export of it, whose weights are others. */
async function measured(tx: Tx, { checkpointId }: Evaluation, made: CheckpointExport | null): Promise<Checkpoint | null> {
	const checkpoint = await checkpoints.get(tx, checkpointId);
	return checkpoint && inForm(checkpoint, made);
}

/**
 * Takes a queued evaluation for a worker; null when it is no longer to be had. One of an export whose weights this worker
 * cannot run is left to a living worker that can; where there is none, it is taken, so that somebody says what is missing.
 */
export async function beginEvaluation(app: Pick<App, 'db' | 'enqueue'>, input: { evaluationId: string; workerId: string }): Promise<EvaluationAtHand | null> {
	return app.db.transaction(async (tx) => {
		const asked = await evaluations.get(tx, input.evaluationId);
		if (asked?.status !== 'queued') return null;
		const made = asked.exportId === null ? null : await checkpointExports.get(tx, asked.exportId);
		if (made && (await isForOthers(tx, made.plan.format, input.workerId))) {
			await app.enqueue(tx, 'evaluate', { evaluationId: asked.id }, { startAfterSeconds: LEFT_TO_OTHERS_SECONDS });
			return null;
		}
		const evaluation = await evaluations.begin(tx, asked.id, input.workerId);
		if (!evaluation) return null;
		const checkpoint = await measured(tx, evaluation, made);
		const parent = await checkpoints.get(tx, evaluation.parentCheckpointId);
		if (!checkpoint || !parent) throw new Error(`evaluation ${evaluation.id} lost its checkpoints`);
		const pairs = await snapshots.heldOutPairs(tx, evaluation.snapshotId, evaluation.split);
		const answers = await snapshots.heldOutAnswers(tx, evaluation.snapshotId, evaluation.split);
		const texts = [...pairs.map(({ messages, chosen, rejected }) => [messages, chosen, rejected]), ...answers.map(({ messages, answer }) => [messages, answer])];
		const documents = documentsOf(texts.flat(2) as Message[]);
		const documentTexts = await artifactTexts.bodies(tx, evaluation.projectId, documents);
		const recipeOf = async ({ runId }: Checkpoint) => (runId === null ? null : ((await runs.get(tx, runId))?.recipe ?? null));
		const [recipe, parentRecipe] = [await recipeOf(checkpoint), await recipeOf(parent)];
		const measure: Measure = recipe?.objective === 'rm' ? 'reward' : 'log_ratio';
		return { evaluation, checkpoint, parent, measure, parentIsReward: parentRecipe?.objective === 'rm', recipe, form: made?.plan.format ?? null, base: await checkpoints.baseOf(tx, evaluation.projectId), pairs, answers, documentTexts };
	});
}

/** Says how far it is; false when another attempt has taken its place. */
export async function evaluationAlive(app: { db: Db }, at: EvaluationAtHand, progress: { done: number; total: number | null }): Promise<boolean> {
	return evaluations.heartbeat(app.db, at.evaluation.id, at.evaluation.attempt, progress);
}

/** The language of a prompt: as stated, else as its last question's letters tell. */
function promptLanguage({ language, messages }: HeldOutPair): string | null {
	if (language !== null) return language.split('-')[0] ?? null;
	const { content } = messages.findLast(({ role }) => role === 'user') ?? {};
	return typeof content === 'string' ? languageOf(content) : null;
}

/** Figures of pairs. It rests in between: this worker has leases to renew and guards to feed. */
async function pairFigures(at: EvaluationAtHand, items: readonly EvaluationItem[]): Promise<Pick<EvaluationResults, 'checkpoint' | 'parent' | 'slices' | 'calibration'>> {
	const pairs = new Map(at.pairs.map((pair) => [pair.comparisonId, pair]));
	const sides = (chosen: number, rejected: number | null) => ({ chosen, rejected: rejected ?? NaN });
	const scored = items.flatMap((item): DescribedPair[] => {
		const pair = pairs.get(item.comparisonId);
		if (!pair) return [];
		const logps = { base: sides(item.baseChosen, item.baseRejected), parent: sides(item.parentChosen, item.parentRejected), checkpoint: sides(item.checkpointChosen, item.checkpointRejected) };
		return [{ group: pair.group, logps, lengths: sides(item.tokensChosen, item.tokensRejected), tags: pair.tags, language: promptLanguage(pair), chosen: pair.verdict, criteria: pair.criteria }];
	});
	const { seed } = at.evaluation;
	const parentIsBase = at.parent.kind === 'base';
	const asParent = scored.map((pair) => ({ ...pair, logps: { base: pair.logps.base, checkpoint: pair.logps.parent ?? pair.logps.base } }));
	const giveWay = givingWay();
	const slices: AccuracySlice[] = [];
	for (const slice of accuracySlices(scored, { seed, parentIsBase })) {
		slices.push(slice);
		await giveWay();
	}
	return {
		checkpoint: preferenceAccuracy(scored, { seed }),
		parent: preferenceAccuracy(asParent, { seed, subject: parentIsBase ? 'base' : 'checkpoint' }),
		slices,
		calibration: marginCalibration(scored, { seed, scale: at.recipe ? marginScale(at.recipe) : null })
	};
}

function singleFigures(at: EvaluationAtHand, items: readonly EvaluationItem[]): NonNullable<EvaluationResults['single']> | null {
	const answers = new Map(at.answers.map((answer) => [answer.comparisonId, answer]));
	const scored = items.flatMap((item): ScoredSingle[] => {
		const answer = answers.get(item.comparisonId);
		if (!answer) return [];
		return [{ group: answer.group, good: answer.good, logps: { base: item.baseChosen, parent: item.parentChosen, checkpoint: item.checkpointChosen }, tokens: item.tokensChosen }];
	});
	if (scored.length === 0) return null;
	const { seed } = at.evaluation;
	const asParent = scored.map((item) => ({ ...item, logps: { base: item.logps.base, checkpoint: item.logps.parent ?? item.logps.base } }));
	return { checkpoint: singleAnswerFigures(scored, { seed }), parent: singleAnswerFigures(asParent, { seed, subject: at.parent.kind === 'base' ? 'base' : 'checkpoint' }) };
}

/** How far the checkpoint has moved on every held-out answer: those judged alone, and both of a pair. */
function drift(at: EvaluationAtHand, items: readonly EvaluationItem[]): Drift | null {
	const groups = new Map([...at.pairs, ...at.answers].map(({ comparisonId, group }) => [comparisonId, group]));
	const answers = items.flatMap((item): ScoredAnswer[] => {
		const group = groups.get(item.comparisonId);
		if (group === undefined) return [];
		const chosen = { group, tokens: item.tokensChosen, base: item.baseChosen, parent: item.parentChosen, checkpoint: item.checkpointChosen };
		const { tokensRejected, baseRejected, parentRejected, checkpointRejected } = item;
		if (tokensRejected === null || baseRejected === null || parentRejected === null || checkpointRejected === null) return [chosen];
		return [chosen, { group, tokens: tokensRejected, base: baseRejected, parent: parentRejected, checkpoint: checkpointRejected }];
	});
	return at.measure === 'reward' ? null : driftOf(answers, { seed: at.evaluation.seed });
}

/** How many held-out pairs and answers have no score because of their images. */
function withImages(at: EvaluationAtHand, items: readonly EvaluationItem[]): number {
	const scored = new Set(items.map(({ comparisonId }) => comparisonId));
	const held = [...at.pairs.map(({ comparisonId, messages, chosen, rejected }) => ({ comparisonId, turns: [messages, chosen, rejected] })), ...at.answers.map(({ comparisonId, messages, answer }) => ({ comparisonId, turns: [messages, answer] }))];
	return held.filter(({ comparisonId, turns }) => !scored.has(comparisonId) && turns.some((one) => holdsImage(one as Message[]))).length;
}

/** Computes the figures from scored pairs and answers, and keeps the numbers behind each (semantics 19, 20). */
export async function finishEvaluation(app: { db: Db }, at: EvaluationAtHand, items: EvaluationItem[]): Promise<boolean> {
	const single = singleFigures(at, items);
	const results: EvaluationResults = { split: at.evaluation.split, measure: at.measure, ...(await pairFigures(at, items)), single, withImages: withImages(at, items), drift: drift(at, items) };
	return app.db.transaction(async (tx) => {
		const held = await evaluations.succeed(tx, at.evaluation.id, at.evaluation.attempt, { results, items });
		if (held) await record(tx, null, { action: 'evaluation.finish', projectId: at.evaluation.projectId, subject: ['evaluation', at.evaluation.id], details: { checkpoint: at.checkpoint.id, export: at.evaluation.exportId, pairs: results.checkpoint.pairs, answers: single ? single.checkpoint.good + single.checkpoint.bad : 0 } });
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

/** Ends an evaluation for which nothing was held out that could be scored: nothing failed, and another try would find no more. */
export async function endWithNothing(app: { db: Db }, at: EvaluationAtHand, problem: RunProblem & { code: NothingToMeasure }): Promise<void> {
	await app.db.transaction(async (tx) => {
		const held = await evaluations.endWithNothing(tx, at.evaluation.id, at.evaluation.attempt, problem);
		if (held) await record(tx, null, { action: 'evaluation.nothing', projectId: at.evaluation.projectId, subject: ['evaluation', at.evaluation.id], details: { code: problem.code } });
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
