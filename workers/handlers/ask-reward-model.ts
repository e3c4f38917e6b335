import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verdictOfScores } from '#lib/domain/suite/judge-question.ts';
import * as checkpoints from '#lib/server/db/checkpoints.ts';
import { outOfReach } from '#lib/server/out-of-reach.ts';
import { keepSaid } from '#lib/server/usecases/judge-run.ts';
import type { GenerationAtHand } from '#lib/server/usecases/make-answers.ts';
import type { RewardAsking } from '#lib/server/usecases/reward-asking.ts';
import type { Outcome } from '../engine/problem.ts';
import { scoreRows } from '../engine/swift/score.ts';
import type { ScoredRow } from '../engine/swift/score.ts';
import { layOutModel, provideBase } from './checkpoint-files.ts';
import type { WorkerContext } from './context.ts';
import { guardedScripts } from './guarded-scripts.ts';
import { markOf } from './serve-checkpoint.ts';
import { unexpected } from './unexpected.ts';

/** The name of the judge among what the scorer is given. */
const JUDGE = 'judge';

/** Scores pairs, by their keys, in one load of the reward model. */
async function scorePairs(context: WorkerContext, at: GenerationAtHand, checkpointId: string, askings: readonly RewardAsking[], { dir, files, signal }: { dir: string; files: string; signal: AbortSignal }): Promise<Outcome<ScoredRow[]>> {
	const checkpoint = await checkpoints.get(context.app.db, checkpointId);
	if (!checkpoint) throw new Error(`reward model ${checkpointId} is not in the record`);
	const base = await provideBase(context, at.base);
	if (!base.ok) return base;
	await mkdir(files, { recursive: true });
	const { model, adapter } = await layOutModel(context, base.value, checkpoint, join(files, 'checkpoint'));
	const rows = join(files, 'pairs.jsonl');
	await writeFile(rows, askings.map(({ key, pair }) => `${JSON.stringify({ id: key, ...pair })}\n`).join(''));
	const judge = adapter ? { kind: 'adapter' as const, path: adapter } : { kind: 'full' as const, path: model.path };
	return scoreRows(context.environment, { model: base.value, checkpoints: { [JUDGE]: judge }, reward: true, rows, output: join(files, 'scores.jsonl') }, guardedScripts(context, { dir, mark: markOf(at) }, { signal }));
}

/**
 * Has a reward model score pairs that it gave no verdict on yet: the answer of the greater score is the better one. As with
 * any judge, one that fails ends nothing: each pair is noted with the reason, and the next run asks again.
 */
export async function askRewardModel(context: WorkerContext, at: GenerationAtHand, askings: readonly RewardAsking[], signal: AbortSignal): Promise<void> {
	const { app } = context;
	const { projectId, id, attempt } = at.generation;
	for (const asking of askings) if (asking.notScored) await keepSaid(app, projectId, asking, { missed: asking.notScored });
	const dir = join(context.workDir, 'generations', id, String(attempt), 'judge');
	const files = join(dir, 'files');
	for (const [checkpointId, own] of Map.groupBy(askings.filter(({ notScored }) => notScored === null), (asking) => asking.checkpointId)) {
		try {
			const scored = await scorePairs(context, at, checkpointId, own, { dir, files, signal });
			if (signal.aborted) return;
			if (!scored.ok) app.log.warn({ generationId: id, problem: scored.problem }, 'the reward model gave no scores');
			const rows = new Map(scored.ok ? scored.value.map((row) => [row.id, row.logps[JUDGE]]) : []);
			for (const asking of own) {
				const { chosen, rejected } = rows.get(asking.key) ?? {};
				await keepSaid(app, projectId, asking, chosen === undefined || rejected === undefined ? { missed: scored.ok ? 'not_asked' : scored.problem.code } : { verdict: verdictOfScores(chosen, rejected), reason: `${chosen} ${rejected}` });
			}
		} catch (error) {
			if (signal.aborted || outOfReach(error)) throw error;
			app.log.error({ err: error, generationId: id }, 'the reward model could not be asked');
			for (const asking of own) await keepSaid(app, projectId, asking, { missed: unexpected(error).code });
		} finally {
			// Test questions in clear, and a whole model: they are here for as long as they are scored.
			await rm(files, { recursive: true, force: true });
		}
	}
}
