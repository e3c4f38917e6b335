import type { RowPlan } from '#lib/domain/repeat-run.ts';
import type { Device, TrainingRecipe } from '#lib/domain/training-recipe.ts';
import type { ProcessExit } from '../process/exit-record.ts';
import type { Outcome } from './problem.ts';

/** A model folder on this machine and how the engine reads it. */
export type ModelSource = {
	path: string;
	/** The engine's name of the architecture. */
	modelType?: string;
	/** The engine's chat template that it shall be read by, where its folder names one in place of its own. */
	template?: string;
	/** The engine's chat template that writes what the folder's own does: what the engine is told, and no fact of the model. */
	engineTemplate?: string;
};

/** One attempt at a run, in paths of this machine. */
export type TrainRequest = {
	/** Unique to the attempt: `<run id>.<number>`. */
	attempt: string;
	/** The attempt's own folder. */
	dir: string;
	recipe: TrainingRecipe;
	model: ModelSource;
	/** JSONL in the engine's row format, without dev and test rows. */
	rows: string;
	rowCount: number;
	device: Device;
	/** The adapter to go on with; none when `model` itself is what the run starts from. */
	parentAdapter?: string;
	/** All weights learn: the frozen model that holds them back, where it is not `model`. */
	referenceModel?: string;
	/** An earlier attempt's folder, to go on from its newest whole checkpoint. */
	resumeFrom?: string;
	/** Threads for CPU training. */
	threads?: number;
};

/** A request whose data are checked and laid out, ready to start. */
export type PreparedRun = {
	request: TrainRequest;
	/** Rows that the engine must report having read. */
	expectedRows: number;
	/** Row indices of the request left out here, with the reason for the manifest's counts. */
	dropped: { index: number; reason: string }[];
	/** How what the engine reads differs from the request's rows; null: not at all. */
	rowPlan: RowPlan | null;
	outputDir: string;
	dataset: string;
	datasetBytes: number;
	dataSeed: number;
	resumeCheckpoint?: { path: string; step: number };
};

/** What to start; no secret stands in `argv`. `own`: what of `env` the engine asks for, whatever the host. */
export type EngineCommand = { argv: string[]; env: Record<string, string>; own: Record<string, string>; cwd: string };

/** What a run tells while it goes on. */
export type EngineEvent =
	| { type: 'phase'; phase: 'loading' | 'training' | 'finished' }
	| { type: 'metrics'; step: number; maxSteps: number; epoch: number | null; values: Record<string, number> }
	| { type: 'checkpoint'; step: number; path: string }
	| { type: 'rows'; count: number }
	| { type: 'log'; line: string };

/** What a finished run leaves. */
export type TrainedCheckpoint = {
	path: string;
	step: number;
	maxSteps: number;
	/** Rows the engine said it trained on. */
	rows: number;
	/** True when the run was asked to stop and kept what it had. */
	stoppedEarly: boolean;
	/** The last value of each metric. */
	metrics: Record<string, number>;
};

/** A program that trains. Everything a worker needs to know of ms-swift is behind this. */
export type TrainingEngine = {
	readonly name: string;
	/** Checks and lays out data; finds where to go on. */
	prepare(request: TrainRequest): Promise<Outcome<PreparedRun>>;
	/** The command of a prepared run. */
	command(run: PreparedRun): EngineCommand;
	/** Events until `ended` is aborted and everything written is read. */
	follow(run: PreparedRun, options: { ended: AbortSignal; pollMs?: number }): AsyncIterable<EngineEvent>;
	/** The checkpoint, or why there is none. Exit code 0 is not believed. */
	collect(run: PreparedRun, exit: ProcessExit, options?: { acceptEarlyStop?: boolean }): Promise<Outcome<TrainedCheckpoint>>;
};
