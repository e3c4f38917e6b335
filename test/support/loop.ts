import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredTree } from '#lib/server/artifacts/store.ts';
import * as workers from '#lib/server/db/workers.ts';
import type { DatasetObjective } from '#lib/domain/preference-dataset.ts';
import * as evaluations from '#lib/server/db/evaluations.ts';
import * as generations from '#lib/server/db/generations.ts';
import { beginAttempt, recordProgress } from '#lib/server/usecases/attempt-run.ts';
import { beginEvaluation, failEvaluation, finishEvaluation } from '#lib/server/usecases/evaluate-checkpoint.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { beginGeneration, failGeneration, storeAnswer, unansweredBy } from '#lib/server/usecases/make-answers.ts';
import type { GenerationAtHand, SourceAtHand } from '#lib/server/usecases/make-answers.ts';
import { openRound } from '#lib/server/usecases/open-round.ts';
import { registerCheckpoint } from '#lib/server/usecases/register-checkpoint.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { valueOf } from './world.ts';
import type { World } from './world.ts';

/** A worker that exists only in the record, for runs whose engine plays no part. */
export function paperWorker(world: World, name = 'h'): Promise<string> {
	return workers.insert(world.app.db, { hostname: name, pid: 1, hostKey: name, capabilities: { cpus: 1, memoryBytes: 1, gpus: [], engine: { state: 'ready', versions: {} } } });
}

/** A snapshot of the preferences that a project's import brought. */
export async function importedSnapshot(world: World, slug: string, objective: DatasetObjective = 'dpo'): Promise<string> {
	return valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective, rule: { includeImports: true } })).id;
}

/** A queued run on such a snapshot. */
export async function queuedRun(world: World, slug: string, recipe: Record<string, unknown> = { maxSteps: 10, saveSteps: 2 }): Promise<string> {
	return valueOf(await startRun(world.app, world.admin, { slug, snapshotId: await importedSnapshot(world, slug), recipe })).id;
}

/** What an attempt reports at its end. Its files play no part here. */
export const trained = (runId: string, attempt: number, step = 10) => ({ runId, attempt, kind: 'adapter' as const, chatTemplateSha256: null, step, exitCode: 0, sha256: runId.replaceAll('-', '').repeat(2), files: [], bytes: 0, metrics: {} });

/** Files of an adapter in the store; they are no weights that a model could load. */
export async function storedAdapter(world: World, name: string): Promise<StoredTree> {
	const folder = join(world.dataDir, 'trained', name);
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'adapter_model.safetensors'), `weights of ${name}`);
	await writeFile(join(folder, 'adapter_config.json'), '{}');
	return world.app.artifacts.putTree(folder);
}

/** A checkpoint as a worker registers it, with its run. */
export async function trainedCheckpoint(world: World, slug: string, workerId: string): Promise<{ runId: string; checkpointId: string; snapshotId: string }> {
	const runId = await queuedRun(world, slug);
	const at = await beginAttempt(world.app, { runId, workerId });
	if (!at) throw new Error('the run was not to be had');
	await recordProgress(world.app, { runId, attempt: at.attempt }, { metrics: [{ step: 1, epoch: 0.1, values: { loss: 0.7 } }], log: ['a line'], events: [], status: 'running' });
	const checkpointId = await registerCheckpoint(world.app, trained(runId, at.attempt));
	if (!checkpointId) throw new Error('the checkpoint was refused');
	return { runId, checkpointId, snapshotId: at.run.snapshotId };
}

/** The command line of a training as an attempt keeps it, with folders that nobody has. */
const ARGV = ['/engine/bin/python', '/engine/lib/swift/cli/rlhf.py', '--rlhf_type', 'dpo', '--model', '/models/tiny', '--dataset', '/data/train.jsonl', '--seed', '42', '--output_dir', '/data/output'];

/** A run whose attempt says how it was started, and its checkpoint of stored weights, with what else lies beside them; `queued`: a run that waits already. */
export async function storedCheckpoint(world: World, slug: string, workerId: string, beside: Readonly<Record<string, string>> = {}, kind: 'adapter' | 'full' = 'adapter', queued?: string): Promise<{ runId: string; checkpointId: string; snapshotId: string; path: string; sha256: string }> {
	const runId = queued ?? (await queuedRun(world, slug));
	const at = await beginAttempt(world.app, { runId, workerId });
	if (!at) throw new Error('the run was not to be had');
	await recordProgress(world.app, { runId, attempt: at.attempt }, { metrics: [], log: [], events: [], status: 'running', facts: { argv: ARGV, env: { OMP_NUM_THREADS: '2' }, engineVersions: { python: '3.11.9', 'ms-swift': '4.6.0' } } });
	const folder = join(world.dataDir, 'trained', runId);
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'adapter_model.safetensors'), `weights of ${runId}`);
	for (const [name, words] of Object.entries(beside)) await writeFile(join(folder, name), words);
	const tree = await world.app.artifacts.putTree(folder);
	const checkpointId = await registerCheckpoint(world.app, { ...trained(runId, at.attempt), ...tree, kind });
	const file = tree.files.find(({ path }) => path === 'adapter_model.safetensors');
	if (!checkpointId || !file) throw new Error('the checkpoint was refused');
	return { runId, checkpointId, snapshotId: at.run.snapshotId, path: file.path, sha256: file.sha256 };
}

/** Lets the evaluation and the generation that follow a checkpoint fail. */
export async function failWhatFollows(world: World, checkpointId: string, workerId: string): Promise<{ evaluationId: string; generationId: string }> {
	const evaluationId = (await evaluations.newestOf(world.app.db, checkpointId))?.id ?? '';
	const generationId = (await generations.ofCheckpoint(world.app.db, checkpointId))[0]?.id ?? '';
	const evaluation = await beginEvaluation(world.app, { evaluationId, workerId });
	const generation = await beginGeneration(world.app, { generationId, workerId });
	if (!evaluation || !generation) throw new Error('what follows a checkpoint was not to be had');
	const problem = { code: 'out_of_memory', message: 'Scoring failed. The training ran out of memory.', hint: 'Take a smaller batch with more accumulation, or a shorter maximum length.' };
	await failEvaluation(world.app, evaluation, problem);
	await failGeneration(world.app, generation, problem);
	return { evaluationId, generationId };
}

/** A worker on paper takes the run, trains, measures and answers, so that the next round opens. Its figures are made up; what it trained is stored if it is given. */
export async function playOnPaper(world: World, runId: string, workerId: string, made?: StoredTree): Promise<string> {
	const { app } = world;
	const at = await beginAttempt(app, { runId, workerId });
	if (!at) throw new Error('the run was not to be had');
	await recordProgress(app, { runId, attempt: at.attempt }, { metrics: [{ step: 1, epoch: 0.1, values: { loss: 0.7 } }], log: [], events: [], status: 'running' });
	const checkpointId = await registerCheckpoint(app, { ...trained(runId, at.attempt), ...made });
	if (!checkpointId) throw new Error('the checkpoint was refused');
	const evaluation = await beginEvaluation(app, { evaluationId: (await evaluations.newestOf(app.db, checkpointId))?.id ?? '', workerId });
	const generation = await beginGeneration(app, { generationId: (await generations.ofCheckpoint(app.db, checkpointId))[0]?.id ?? '', workerId });
	if (!evaluation || !generation) throw new Error('what follows a checkpoint was not to be had');
	const score = { baseChosen: -9, baseRejected: -9, parentChosen: -9, parentRejected: -9, checkpointChosen: -8, checkpointRejected: -10, tokensChosen: 9, tokensRejected: 9 };
	await finishEvaluation(app, evaluation, evaluation.pairs.map(({ comparisonId }) => ({ comparisonId, ...score })));
	for (const source of generation.sources) {
		for (const { promptId, sample } of await unansweredBy(app, generation, source)) await storeAnswer(app, generation, source, { promptId, sample, text: `${source.name} answers ${promptId}`, sampling: { temperature: 0.7 }, seed: 1, reproducible: false }, null);
	}
	await openRound(app, generation);
	return checkpointId;
}

/** The source of a generation that a checkpoint is. */
export function sourceOf(at: GenerationAtHand, checkpointId: string | null): SourceAtHand {
	const source = at.sources.find((one) => one.checkpointId === checkpointId);
	if (!source) throw new Error('this checkpoint is not asked');
	return source;
}

/** A worker on paper trains a point of a sweep and scores it on what it is given, so many of the pairs the right way round. */
export async function playPoint(world: World, { runId, workerId, right }: { runId: string; workerId: string; right: number }): Promise<string> {
	const at = await beginAttempt(world.app, { runId, workerId });
	if (!at) throw new Error('the run was not to be had');
	await recordProgress(world.app, { runId, attempt: at.attempt }, { metrics: [], log: [], events: [], status: 'running' });
	const checkpointId = (await registerCheckpoint(world.app, trained(runId, at.attempt))) ?? '';
	const evaluation = await beginEvaluation(world.app, { evaluationId: (await evaluations.newestOf(world.app.db, checkpointId, 'dev'))?.id ?? '', workerId });
	if (!evaluation) throw new Error('the scoring was not to be had');
	const splits = await world.query<{ split: string }>(`select distinct g.split from comparisons c join prompts p on p.id = c.prompt_id join prompt_groups g on g.id = p.group_id where c.id in (${evaluation.pairs.map(({ comparisonId }) => `'${comparisonId}'`).join()})`);
	if (splits.some(({ split }) => split !== 'dev')) throw new Error('a point was scored on what decides');
	const even = { baseChosen: -9, baseRejected: -9, parentChosen: -9, parentRejected: -9, checkpointRejected: -9, tokensChosen: 9, tokensRejected: 9 };
	await finishEvaluation(world.app, evaluation, evaluation.pairs.map(({ comparisonId }, index) => ({ comparisonId, ...even, checkpointChosen: index < right ? -8 : -10 })));
	return checkpointId;
}
