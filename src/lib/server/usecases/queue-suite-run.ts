import { contentHash } from '../../domain/canonical-json.ts';
import { OBJECTIVE_FACTS } from '../../domain/recipe/objective-facts.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as champions from '../db/champions.ts';
import type { CheckpointExport } from '../db/checkpoint-exports.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Executor, Tx } from '../db/client.ts';
import * as generations from '../db/generations.ts';
import * as runs from '../db/runs.ts';
import * as suiteRuns from '../db/suite-runs.ts';
import * as suites from '../db/suites.ts';
import { enqueueGeneration } from './enqueue-generation.ts';

/** Whether a checkpoint writes answers: a reward model does not. */
export async function writesAnswers(db: Executor, { runId }: Checkpoint): Promise<boolean> {
	const run = runId === null ? null : await runs.get(db, runId);
	return run === null || OBJECTIVE_FACTS[run.recipe.objective].generates;
}

/** The promoted checkpoint that writes answers, else the base model. */
export async function writingChampion(db: Executor, projectId: string, base: Checkpoint): Promise<Checkpoint> {
	const champion = await champions.championOf(db, projectId);
	return (await writesAnswers(db, champion)) ? champion : base;
}

/**
 * Has a checkpoint answer the suite's prompts beside its parent, the champion of
 * now and the base, in a form beside itself as it was trained too, on the same
 * prompts with the same seeds and settings. What is there already by content is
 * not made again.
 * @param of.form an export that is there and whose weights are others than the checkpoint's; left out: as it was trained
 * @param of.by null: it follows a training, or the making of the form, by itself
 * @returns the run's id; null where the project has no suite or no held-out test prompt
 */
export async function queueSuiteRun(app: Pick<App, 'enqueue'>, tx: Tx, of: { checkpoint: Checkpoint; form?: Pick<CheckpointExport, 'id' | 'sha256'> | null; roundId: string; by: Actor | null }): Promise<string | null> {
	const { checkpoint, form = null, by } = of;
	const { projectId } = checkpoint;
	const suite = await suites.newest(tx, projectId);
	if (!suite) return null;
	const { prompts, samples, temperature, topP, maxTokens, seed } = suite.definition;
	const promptIds = await suiteRuns.testPrompts(tx, { projectId, suiteVersionId: suite.id, limit: prompts });
	if (promptIds.length === 0) return null;
	const base = await checkpoints.baseOf(tx, projectId);
	const champion = await writingChampion(tx, projectId, base);
	const trained = [...new Set([checkpoint.id, ...(checkpoint.parentId === null ? [] : [checkpoint.parentId]), champion.id, base.id])].map((checkpointId) => ({ checkpointId }));
	const answering = [...(form ? [{ checkpointId: checkpoint.id, exportId: form.id }] : []), ...trained];
	const generationId = await generations.insert(tx, {
		projectId,
		roundId: of.roundId,
		createdBy: by?.userId ?? null,
		suiteVersionId: suite.id,
		sampling: { temperatures: [temperature], samples, topP, maxTokens },
		seed,
		// No pair is made; the column asks for a policy.
		policy: 'champion_challenger',
		sources: answering,
		promptIds,
		total: promptIds.length * samples * answering.length
	});
	const id = await suiteRuns.insert(tx, {
		projectId,
		suiteVersionId: suite.id,
		generationId,
		checkpointId: checkpoint.id,
		exportId: form?.id ?? null,
		parentCheckpointId: checkpoint.parentId,
		championCheckpointId: champion.id,
		baseCheckpointId: base.id,
		seed: contentHash({ suite: suite.contentHash, checkpoint: (form ?? checkpoint).sha256 ?? checkpoint.id }).slice(0, 16),
		createdBy: by?.userId ?? null
	});
	const reused = await suiteRuns.reuseAnswers(tx, generationId);
	await enqueueGeneration(app, tx, generationId);
	await record(tx, by, { action: 'suite.run', projectId, subject: ['suite_run', id], details: { checkpoint: checkpoint.id, export: form?.id ?? null, version: suite.version, prompts: promptIds.length, models: answering.length, reused } });
	return id;
}
