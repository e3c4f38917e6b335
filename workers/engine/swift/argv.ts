import type { Flags } from '#lib/domain/recipe/field.ts';
import { OBJECTIVE_FACTS } from '#lib/domain/recipe/objective-facts.ts';
import { engineOf, recipeFlags } from '#lib/domain/recipe/recipe-flags.ts';
import { processesOf } from '#lib/domain/training-recipe.ts';
import type { Device, TrainingRecipe } from '#lib/domain/training-recipe.ts';
import { OFFLINE_ENV } from './engine-env.ts';
import { mostWait } from './most-wait.ts';

/** Where one machine of several stands; torchrun's rendezvous. */
export type NodePlace = { rank: number | string; masterAddress: string; masterPort: number | string };

/** A place that only the machine itself knows, once a scheduler has chosen it: the watcher there fills it in. */
export const PLACED_LATER: NodePlace = { rank: '{node_rank}', masterAddress: '{master_addr}', masterPort: '{master_port}' };

/** What a training's command line is made of, beside its recipe. */
export type TrainPaths = {
	python: string;
	/** Folder of the engine's programs, `…/swift/cli`. They are started themselves, never by the `swift` wrapper: TERM to that would orphan them. */
	cli: string;
	model: string;
	modelType?: string;
	template?: string;
	dataset: string;
	/** How large that file is. */
	datasetBytes: number;
	outputDir: string;
	/** The adapter to go on with. */
	parentAdapter?: string;
	/** All weights learn: the frozen model beside them. */
	referenceModel?: string;
	resumeCheckpoint?: string;
	dataSeed: number;
	device: Device;
	threads?: number;
	/** This machine among several; the only one when left out. */
	node?: NodePlace;
};

/** The program of the engine that trains a recipe, relative to its folder. */
export function programOf(recipe: Pick<TrainingRecipe, 'objective' | 'strategy'>): string {
	const name = recipe.objective === 'sft' ? 'sft.py' : 'rlhf.py';
	return engineOf(recipe) === 'megatron' ? `_megatron/${name}` : name;
}

/** torchrun for several processes, by arguments and not by environment: what stands in argv is what ran. */
function processes(recipe: TrainingRecipe, node: NodePlace | undefined): string[] {
	if (processesOf(recipe) === 1 && recipe.strategy === 'single') return [];
	const place = node ? ['--node_rank', String(node.rank), '--master_addr', node.masterAddress, '--master_port', String(node.masterPort)] : ['--standalone'];
	return ['-m', 'torch.distributed.run', '--nproc_per_node', String(recipe.gpus), '--nnodes', String(recipe.nodes), ...place];
}

/** The command line and environment of one training. Pure: the same recipe and paths give the same command. */
export function trainArgv(recipe: TrainingRecipe, paths: TrainPaths): { argv: string[]; env: Record<string, string> } {
	const cpu = paths.device === 'cpu';
	const megatron = engineOf(recipe) === 'megatron';
	const flags: Flags = {
		rlhf_type: recipe.objective === 'sft' ? null : recipe.objective,
		model: paths.model,
		model_type: paths.modelType ?? null,
		template: paths.template ?? null,
		check_model: false, // would ask a hub
		...recipeFlags(recipe, paths.device),
		dataset: paths.dataset,
		split_dataset_ratio: 0, // splits are made once per prompt group, not by the engine
		strict: true, // else broken rows vanish in silence
		loss_scale: 'last_round', // the default of SFT and ORPO trains earlier assistant turns too
		logging_steps: 1,
		save_strategy: 'steps',
		save_total_limit: 3, // one to go on from, even when the newest was torn by a crash
		data_seed: paths.dataSeed,
		dataset_num_proc: 1, // shards would change KTO's neighbours
		dataloader_num_workers: 0,
		load_from_cache_file: false,
		ddp_timeout: processesOf(recipe) > 1 ? mostWait(paths.datasetBytes) : null,
		output_dir: paths.outputDir,
		add_version: false,
		...(megatron ? megatronOnly(recipe) : swiftOnly(recipe))
	};
	if (paths.parentAdapter !== undefined) {
		// A checkpoint to go on from brings the adapter itself.
		if (paths.resumeCheckpoint === undefined) flags['adapters'] = paths.parentAdapter;
		if ('reference' in recipe && recipe.reference === 'parent') flags['ref_adapters'] = paths.parentAdapter;
	}
	if (paths.referenceModel !== undefined && 'reference' in recipe && recipe.tuner === 'full') flags['ref_model'] = paths.referenceModel;
	if (!megatron) flags['resume_from_checkpoint'] = paths.resumeCheckpoint ?? null;
	else if (paths.resumeCheckpoint !== undefined) flags[recipe.tuner === 'full' ? 'mcore_model' : 'mcore_adapter'] = paths.resumeCheckpoint;

	const argv = [paths.python, ...processes(recipe, paths.node), `${paths.cli}/${programOf(recipe)}`];
	for (const [name, value] of Object.entries(flags)) {
		if (Array.isArray(value)) argv.push(`--${name}`, ...(value as string[]));
		else if (value !== null) argv.push(`--${name}`, String(value));
	}
	return { argv, env: { ...OFFLINE_ENV, ...(cpu ? cpuEnv(threadsEach(recipe, paths.threads)) : {}), ...(megatron ? { CUDA_DEVICE_MAX_CONNECTIONS: '1' } : {}) } };
}

/** Arguments that only the trainer of transformers has. */
function swiftOnly(recipe: TrainingRecipe): Flags {
	return {
		// A reward model reads the last position only and has no words to leave out.
		use_logits_to_keep: OBJECTIVE_FACTS[recipe.objective].generates ? true : null,
		logging_first_step: true,
		logging_nan_inf_filter: false, // the default writes the loss before in place of one that is no number, or 0
		save_only_model: false,
		callbacks: 'graceful_exit' // TERM saves a checkpoint and ends with code 0
	};
}

/** Megatron keeps weights in its own format unless told to write what others read; a reference beside an adapter is that adapter switched off. */
function megatronOnly(recipe: TrainingRecipe): Flags {
	return { save_safetensors: true, merge_lora: false, finetune: recipe.tuner === 'full' ? true : null };
}

/** Threads of each process of a training where several share the processors of a machine. */
export function threadsEach({ strategy, gpus }: Pick<TrainingRecipe, 'strategy' | 'gpus'>, threads?: number): number | undefined {
	return threads === undefined || strategy === 'single' ? threads : Math.max(1, Math.floor(threads / gpus));
}

/** Environment of CPU work: no device, few threads, and threads that sleep instead of spinning. */
export function cpuEnv(threads = 2): Record<string, string> {
	return { CUDA_VISIBLE_DEVICES: '', OMP_NUM_THREADS: String(threads), OMP_WAIT_POLICY: 'PASSIVE' };
}
