import { access, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MOST_GRACE_SECONDS } from '#lib/domain/intervals.ts';
import { seesImages } from '#lib/domain/memory/model-shape.ts';
import { OBJECTIVE_FACTS } from '#lib/domain/recipe/objective-facts.ts';
import { deviceRemainder, totalBatch } from '#lib/domain/training-recipe.ts';
import type { Objective } from '#lib/domain/training-recipe.ts';
import type { ProcessExit } from '../../process/exit-record.ts';
import type { EngineCommand, PreparedRun, TrainRequest, TrainedCheckpoint, TrainingEngine } from '../engine.ts';
import { problem, value } from '../problem.ts';
import type { EngineProblem, Outcome } from '../problem.ts';
import { PLACED_LATER, threadsEach, trainArgv } from './argv.ts';
import { judgeCompletion } from './completion.ts';
import { deviceEnv } from './device-env.ts';
import { engineEnv } from './engine-env.ts';
import type { EngineEnvironment } from './environment-types.ts';
import { followRun } from './follow.ts';
import { planKtoRows } from './kto-preflight.ts';
import { trackerEnv } from './tracker-env.ts';
import { lastCheckpoint } from './last-checkpoint.ts';
import { readSettings, refuseFolder } from './model-folder.ts';
import { createOutputReader } from './log-lines.ts';
import { nodeLogs } from './node-logs.ts';
import { metricsByStep, parseLogLine } from './log-parser.ts';

/** Folder of an attempt in which the engine writes checkpoints and its log. */
export const OUTPUT_FOLDER = 'output';

/** A file of this name in the system's temporary folder stops every run of the host that ends gracefully. */
const STOP_FILE = '/tmp/stop';

/** ms-swift as a training engine. */
export function createSwiftEngine(environment: EngineEnvironment): TrainingEngine {
	return {
		name: 'ms-swift',
		prepare: (request) => prepare(environment, request),
		command: (prepared) => command(environment, prepared),
		follow: followRun,
		collect
	};
}

async function prepare(environment: EngineEnvironment, request: TrainRequest): Promise<Outcome<PreparedRun>> {
	const { recipe, dir } = request;
	const refusal = (await refuseModel(request.model.path, recipe.objective)) ?? (await refuseHost()) ?? refuseTracker(environment, recipe.tracker);
	if (refusal) return refusal;
	await mkdir(dir, { recursive: true, mode: 0o700 });

	let { rows: dataset, rowCount: expectedRows } = request;
	let dataSeed = recipe.seed;
	const dropped: PreparedRun['dropped'] = [];
	let rowPlan: PreparedRun['rowPlan'] = null;
	if (recipe.objective === 'kto') {
		const target = join(dir, 'kto-rows.jsonl');
		const settings = { totalBatch: totalBatch(recipe), seed: recipe.seed };
		const plan = await planKtoRows(environment, { rows: dataset, target }, settings, { cacheDir: join(dir, 'cache'), timeoutMs: 120_000 });
		if (!plan.ok) return plan;
		dataset = target;
		dataSeed = plan.value.dataSeed;
		expectedRows -= plan.value.dropped.length;
		dropped.push(...plan.value.dropped.map((index) => ({ index, reason: 'kto_remainder' })));
		if (plan.value.dropped.length > 0 || plan.value.order !== null) rowPlan = { dropped: plan.value.dropped, order: plan.value.order };
	}
	const over = deviceRemainder(recipe, request.rowCount);
	if (over > 0) {
		// Left to itself the engine would draw these in no epoch, and say so nowhere.
		const lines = (await readFile(dataset, 'utf8')).split('\n').filter((line) => line.trim() !== '');
		const left = lines.map((_, index) => index).slice(lines.length - over);
		dataset = join(dir, 'shared-rows.jsonl');
		await writeFile(dataset, `${lines.slice(0, -over).join('\n')}\n`, { mode: 0o600 });
		expectedRows -= over;
		dropped.push(...left.map((index) => ({ index, reason: 'device_remainder' })));
		rowPlan = { dropped: left, order: null };
	}
	const resume = request.resumeFrom === undefined ? undefined : await lastCheckpoint(join(request.resumeFrom, OUTPUT_FOLDER));
	return value({
		request,
		expectedRows,
		dropped,
		rowPlan,
		outputDir: join(dir, OUTPUT_FOLDER),
		dataset,
		datasetBytes: (await stat(dataset)).size,
		dataSeed,
		...(resume ? { resumeCheckpoint: { path: resume.path, step: resume.step } } : {})
	});
}

function command(environment: EngineEnvironment, prepared: PreparedRun): EngineCommand {
	const { request } = prepared;
	const { argv, env } = trainArgv(request.recipe, {
		python: environment.python,
		cli: environment.swiftCli,
		model: request.model.path,
		modelType: request.model.modelType,
		template: request.model.template ?? request.model.engineTemplate,
		dataset: prepared.dataset,
		datasetBytes: prepared.datasetBytes,
		outputDir: prepared.outputDir,
		parentAdapter: request.parentAdapter,
		referenceModel: request.referenceModel,
		resumeCheckpoint: prepared.resumeCheckpoint?.path,
		dataSeed: prepared.dataSeed,
		device: request.device,
		threads: request.threads,
		...(request.recipe.strategy !== 'single' && request.recipe.nodes > 1 ? { node: PLACED_LATER } : {})
	});
	const own = { ...env, ...deviceEnv(environment, threadsEach(request.recipe, request.threads)) };
	// Left to itself torchrun kills its processes half a minute after it was asked to end, in the middle of a save: how long they get is said from here.
	const patience: Record<string, string> = request.recipe.strategy === 'single' ? {} : { TORCH_ELASTIC_SHUTDOWN_TIMEOUT: String(MOST_GRACE_SECONDS) };
	// A tracker is this installation's: what repeats the run elsewhere has none.
	return { argv, env: engineEnv(join(request.dir, 'cache'), { ...own, ...patience, ...trackerEnv(environment, request) }), own, cwd: request.dir };
}

async function collect(prepared: PreparedRun, exit: ProcessExit, options: { acceptEarlyStop?: boolean } = {}): Promise<Outcome<TrainedCheckpoint>> {
	const [output = '', ...others] = await Promise.all(nodeLogs(prepared.request.dir, prepared.request.recipe).map(({ path }) => readText(path)));
	const written = (await readText(join(prepared.outputDir, 'logging.jsonl'))).split('\n');
	const steps = metricsByStep(written);
	const summary = written.map(parseLogLine).findLast((entry) => entry?.type === 'summary');
	const checkpoint = await lastCheckpoint(prepared.outputDir);
	// A crash after the last save leaves nothing to train: the checkpoint gone on from is the result.
	const resumed = prepared.resumeCheckpoint ? await lastCheckpoint(dirname(prepared.resumeCheckpoint.path)) : undefined;
	return judgeCompletion({
		exit,
		logTail: output.slice(-100_000),
		otherTails: others.map((text) => text.slice(-100_000)),
		checkpoint: checkpoint ?? (resumed && resumed.step === resumed.maxSteps ? resumed : undefined),
		rows: summary?.rows ?? rowsOf(output),
		expectedRows: prepared.expectedRows,
		metrics: [...steps.values()].reduce((all, metrics) => ({ ...all, ...metrics.values }), {}),
		acceptEarlyStop: options.acceptEarlyStop ?? false
	});
}

function rowsOf(output: string): number | null {
	const read = createOutputReader();
	const counts = output.split('\n').flatMap(read);
	return counts.find((line) => line.type === 'rows')?.count ?? null;
}

/** A parent may be a whole model with settings of its own. Of bases that read images there is no reward model: nothing here could load it. */
async function refuseModel(path: string, objective: Objective): Promise<{ ok: false; problem: EngineProblem } | null> {
	const there = await access(join(path, 'config.json')).then(() => true, () => false);
	if (!there) return problem('model_missing', 'The model’s folder has no config.json on this worker.', 'Put the whole model there, as transformers writes it.');
	const refusal = await refuseFolder(path);
	if (refusal) return refusal;
	const config = await readSettings(path, 'config.json');
	if (!config.ok) return config;
	if (OBJECTIVE_FACTS[objective].generates || !seesImages(config.value)) return null;
	return problem('base_reads_images', 'The base model reads images, and reward models are made of bases that read text only.', 'Train the reward model in a project whose base reads text.');
}

async function refuseHost(): Promise<ReturnType<typeof problem> | undefined> {
	const there = await access(STOP_FILE).then(() => true, () => false);
	if (!there) return undefined;
	return problem('stop_file', 'A file named “stop” in the temporary folder of this worker stops every training at once.', 'Delete that file.');
}

/** The line was taken by a worker whose operator named no MLflow, as one that does was announced. */
function refuseTracker({ mlflow }: EngineEnvironment, tracker: string): ReturnType<typeof problem> | undefined {
	if (tracker !== 'mlflow' || mlflow !== undefined) return undefined;
	return problem('missing_package', 'This worker writes to no MLflow.', 'Set PLUMBLINE_MLFLOW_URI and install mlflow into the engine’s environment on every worker, or take another place for the curves.');
}

async function readText(path: string): Promise<string> {
	return readFile(path, 'utf8').catch(() => '');
}
