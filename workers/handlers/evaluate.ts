import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_INTERVALS } from '#lib/domain/intervals.ts';
import { holdsImage } from '#lib/domain/message.ts';
import type { Message } from '#lib/domain/message.ts';
import { renderMessages } from '#lib/domain/training-row.ts';
import { outOfReach } from '#lib/server/out-of-reach.ts';
import { beginEvaluation, endWithNothing, evaluationAlive, failEvaluation, finishEvaluation, giveBackEvaluation } from '#lib/server/usecases/evaluate-checkpoint.ts';
import type { EvaluationAtHand } from '#lib/server/usecases/evaluate-checkpoint.ts';
import { putOffWork } from '#lib/server/usecases/put-off-work.ts';
import type { Outcome } from '../engine/problem.ts';
import type { EngineEnvironment } from '../engine/swift/environment-types.ts';
import { scoreRows } from '../engine/swift/score.ts';
import type { ScoredCheckpoint, ScoredRow } from '../engine/swift/score.ts';
import { clearEarlier, clearOwn } from './attempt-folders.ts';
import { layOutModel, provideBase } from './checkpoint-files.ts';
import type { WorkerContext } from './context.ts';
import { formEnvironment } from './form-environment.ts';
import { guardedScripts } from './guarded-scripts.ts';
import { isPassing } from './out-of-reach.ts';
import { unexpected } from './unexpected.ts';
import { whenReached } from './when-reached.ts';

type Turns = readonly unknown[];
/** What is scored: a pair, or an answer that was judged alone. */
type Item = { comparisonId: string; messages: Turns; chosen: Turns; rejected?: Turns };

const itemsOf = (at: EvaluationAtHand): Item[] => [...at.pairs, ...at.answers.map(({ comparisonId, messages, answer }): Item => ({ comparisonId, messages, chosen: answer }))];

/** The scorer reads text: what cannot be understood without its images is not scored. */
const seen = ({ messages, chosen, rejected = [] }: Item): boolean => [messages, chosen, rejected].some((turns) => holdsImage(turns as Message[]));

async function score(context: WorkerContext, at: EvaluationAtHand, environment: EngineEnvironment, dir: string, signal: AbortSignal, tell: (done: number, total: number) => void): Promise<Outcome<ScoredRow[]>> {
	const base = await provideBase(context, at.base);
	if (!base.ok) return base;
	const rows = join(dir, 'pairs.jsonl');
	await mkdir(dir, { recursive: true });
	// The text the trainer would see: template marks neutralised, documents by their text, as in training rows.
	const rendered = (messages: Turns) => renderMessages(messages as Message[], at.documentTexts).messages;
	const lines = itemsOf(at)
		.filter((item) => !seen(item))
		.map((item) => JSON.stringify({ id: item.comparisonId, messages: rendered(item.messages), chosen: rendered(item.chosen), ...(item.rejected ? { rejected: rendered(item.rejected) } : {}) }));
	await writeFile(rows, `${lines.join('\n')}\n`);
	const laidOut = async (name: 'checkpoint' | 'parent'): Promise<Record<string, ScoredCheckpoint>> => {
		// A parent that writes text has no score to set beside a reward model's.
		if (at[name].kind === 'base' || (at.measure === 'reward' && name === 'parent' && !at.parentIsReward)) return {};
		const { model, adapter } = await layOutModel(context, base.value, at[name], join(dir, name));
		return { [name]: adapter ? { kind: 'adapter', path: adapter } : { kind: 'full', path: model.path } };
	};
	const reward = at.measure === 'reward';
	const checkpoints = { ...(await laidOut('checkpoint')), ...(await laidOut('parent')) };
	// The scorer counts anew for every model; a bar that jumps back looks like a fault.
	const models = [...(reward ? [] : ['base']), ...Object.keys(checkpoints)];
	const onProgress = (done: number, total: number, model: string) => {
		const earlier = models.indexOf(model);
		if (earlier >= 0) tell(earlier * total + done, models.length * total);
	};
	return scoreRows(
		environment,
		{ model: base.value, checkpoints, reward, rows, output: join(dir, 'scores.jsonl') },
		{ ...guardedScripts(context, { dir, mark: `evaluation.${at.evaluation.id}.${at.evaluation.attempt}` }, { signal }), onProgress }
	);
}

/**
 * Scores a checkpoint and its parent on the snapshot's held-out pairs and answers: of test questions, or for a point of a
 * sweep of dev questions.
 * @param awqPython one of an environment made for AWQ, by which such an export is read
 */
export async function evaluate(context: WorkerContext, job: { evaluationId: string }, awqPython?: string): Promise<void> {
	// Going down: the row stays in line, and the sweep sends a job for it.
	if (context.shutdown.aborted) return;
	const at = await beginEvaluation(context.app, { evaluationId: job.evaluationId, workerId: context.workerId });
	if (!at) return;
	const { app } = context;
	const lost = new AbortController();
	let progress = { done: 0, total: null as number | null };
	const timer = setInterval(() => {
		evaluationAlive(app, at, progress).then(
			(held) => held || lost.abort(),
			(error: unknown) => app.log.warn({ err: error }, 'evaluation heartbeat')
		);
	}, RUN_INTERVALS.heartbeatSeconds * 1000);
	// Test questions in clear, and whole models: they are here for as long as they are scored.
	const folder = join(context.workDir, 'evaluations', at.evaluation.id);
	try {
		await clearEarlier(folder, at.evaluation.attempt);
		const held = itemsOf(at);
		if (held.length === 0) return await endWithNothing(app, at, { code: 'no_held_out', message: `The snapshot holds no decisive judgment on a ${at.evaluation.split} prompt.`, hint: `Judge more; about a ${at.evaluation.split === 'test' ? 'fifth' : 'twentieth'} of the prompts are kept for that.` });
		if (held.every(seen)) return await endWithNothing(app, at, { code: 'images_only', message: `Everything judged on ${at.evaluation.split} prompts holds images, and the scorer reads text only.`, hint: 'Let people judge the checkpoint’s answers.' });
		const by = await formEnvironment(context.environment, at.form, awqPython);
		if (!by.ok) return await failEvaluation(app, at, by.problem);
		const scored = await score(context, at, by.value, join(folder, String(at.evaluation.attempt)), AbortSignal.any([lost.signal, context.shutdown]), (done, total) => (progress = { done, total }));
		if (lost.signal.aborted) return;
		if (!scored.ok && context.shutdown.aborted) return await giveBackEvaluation(app, at);
		if (!scored.ok && isPassing(scored.problem)) return await putOffWork(app, 'evaluation', at.evaluation, scored.problem);
		if (!scored.ok) return await failEvaluation(app, at, scored.problem);
		const items = scored.value.map(({ id, logps, tokens }) => {
			const of = (name: string) => logps[name] ?? logps['base'];
			const alone = tokens.rejected === undefined;
			const rejected = (name: string) => (alone ? null : (of(name)?.rejected ?? NaN));
			return {
				comparisonId: id,
				baseChosen: of('base')?.chosen ?? NaN,
				baseRejected: rejected('base'),
				parentChosen: of('parent')?.chosen ?? NaN,
				parentRejected: rejected('parent'),
				checkpointChosen: of('checkpoint')?.chosen ?? NaN,
				checkpointRejected: rejected('checkpoint'),
				tokensChosen: tokens.chosen,
				tokensRejected: tokens.rejected ?? null
			};
		});
		await finishEvaluation(app, at, items);
	} catch (error) {
		if (context.shutdown.aborted) return await giveBackEvaluation(app, at);
		if (outOfReach(error)) {
			app.log.warn({ err: error, evaluationId: at.evaluation.id }, 'out of reach: the evaluation goes back in line');
			return await whenReached(context, () => putOffWork(app, 'evaluation', at.evaluation));
		}
		app.log.error({ err: error, evaluationId: at.evaluation.id }, 'evaluation failed');
		await failEvaluation(app, at, unexpected(error));
	} finally {
		clearInterval(timer);
		await clearOwn(folder, at.evaluation.attempt).catch((error: unknown) => app.log.warn({ err: error, evaluationId: at.evaluation.id }, 'evaluation folder'));
	}
}
