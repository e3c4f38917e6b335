import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_INTERVALS } from '#lib/domain/intervals.ts';
import type { Message } from '#lib/domain/message.ts';
import { renderMessages } from '#lib/domain/training-row.ts';
import { beginEvaluation, evaluationAlive, failEvaluation, finishEvaluation, giveBackEvaluation } from '#lib/server/usecases/evaluate-checkpoint.ts';
import type { EvaluationAtHand } from '#lib/server/usecases/evaluate-checkpoint.ts';
import type { HeldOutPair } from '#lib/server/db/snapshots.ts';
import type { Outcome } from '../engine/problem.ts';
import { scoreRows } from '../engine/swift/score.ts';
import type { ScoredRow } from '../engine/swift/score.ts';
import { layOutAdapter, provideBase } from './checkpoint-files.ts';
import { imagesOf } from './chat.ts';
import type { WorkerContext } from './context.ts';

/** The scorer reads text: a pair that cannot be understood without its images is not scored. */
const seen = (pair: HeldOutPair): boolean => [pair.messages, pair.chosen, pair.rejected].some((messages) => imagesOf(messages as Message[]).length > 0);

async function score(context: WorkerContext, at: EvaluationAtHand, dir: string, signal: AbortSignal, tell: (done: number, total: number) => void): Promise<Outcome<ScoredRow[]>> {
	const base = await provideBase(context, at.base);
	if (!base.ok) return base;
	const rows = join(dir, 'pairs.jsonl');
	await mkdir(dir, { recursive: true });
	// The text the trainer would see: template marks neutralised, documents by their text, as in training rows.
	const rendered = (messages: readonly unknown[]) => renderMessages(messages as Message[], at.documentTexts).messages;
	const lines = at.pairs.filter((pair) => !seen(pair)).map((pair) => JSON.stringify({ id: pair.comparisonId, messages: rendered(pair.messages), chosen: rendered(pair.chosen), rejected: rendered(pair.rejected) }));
	await writeFile(rows, `${lines.join('\n')}\n`);
	const checkpoint = await layOutAdapter(context, at.checkpoint, join(dir, 'checkpoint'));
	const parent = await layOutAdapter(context, at.parent, join(dir, 'parent'));
	const adapters = { ...(checkpoint ? { checkpoint } : {}), ...(parent ? { parent } : {}) };
	// The scorer counts anew for every model; a bar that jumps back looks like a fault.
	const models = ['base', ...Object.keys(adapters)];
	const onProgress = (done: number, total: number, model: string) => {
		const earlier = models.indexOf(model);
		if (earlier >= 0) tell(earlier * total + done, models.length * total);
	};
	return scoreRows(
		context.environment,
		{ model: base.value, adapters, rows, output: join(dir, 'scores.jsonl') },
		{ cacheDir: join(context.workDir, 'cache'), threads: context.threads, signal, onProgress }
	);
}

/** Scores a checkpoint and its parent on the snapshot's held-out test pairs. */
export async function evaluate(context: WorkerContext, job: { evaluationId: string }): Promise<void> {
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
	try {
		if (at.pairs.length === 0) return await failEvaluation(app, at, { code: 'no_test_pairs', message: 'The snapshot holds no decisive comparison on a test prompt.', hint: 'Judge more comparisons; about a fifth of the prompts are kept for testing.' });
		if (at.pairs.every(seen)) return await failEvaluation(app, at, { code: 'no_test_pairs', message: 'All decisive comparisons on test prompts hold images, and the scorer reads text only.', hint: 'Compare the checkpoint’s answers by people.' });
		const dir = join(context.workDir, 'evaluations', at.evaluation.id, String(at.evaluation.attempt));
		const scored = await score(context, at, dir, AbortSignal.any([lost.signal, context.shutdown]), (done, total) => (progress = { done, total }));
		if (lost.signal.aborted) return;
		if (!scored.ok && context.shutdown.aborted) return await giveBackEvaluation(app, at);
		if (!scored.ok) return await failEvaluation(app, at, scored.problem);
		const items = scored.value.map(({ id, logps, tokens }) => {
			const of = (name: string) => logps[name] ?? logps['base'];
			return {
				comparisonId: id,
				baseChosen: of('base')?.chosen ?? NaN,
				baseRejected: of('base')?.rejected ?? NaN,
				parentChosen: of('parent')?.chosen ?? NaN,
				parentRejected: of('parent')?.rejected ?? NaN,
				checkpointChosen: of('checkpoint')?.chosen ?? NaN,
				checkpointRejected: of('checkpoint')?.rejected ?? NaN,
				tokensChosen: tokens.chosen,
				tokensRejected: tokens.rejected ?? 0
			};
		});
		await finishEvaluation(app, at, items);
	} catch (error) {
		if (context.shutdown.aborted) return await giveBackEvaluation(app, at);
		app.log.error({ err: error, evaluationId: at.evaluation.id }, 'evaluation failed');
		await failEvaluation(app, at, { code: 'worker_failed', message: 'The worker met an error it did not expect.', hint: 'Look at the worker’s log.' });
	} finally {
		clearInterval(timer);
	}
}
