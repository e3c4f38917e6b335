import type { Device, TrainingRecipe } from '#lib/domain/training-recipe.ts';
import { OFFLINE_ENV } from './engine-env.ts';

/** What a training's command line is made of, beside its recipe. */
export type TrainPaths = {
	python: string;
	/** The child module itself, `…/swift/cli/rlhf.py`: TERM to the `swift` wrapper would orphan it. */
	module: string;
	model: string;
	modelType?: string;
	template?: string;
	dataset: string;
	outputDir: string;
	parentAdapter?: string;
	resumeCheckpoint?: string;
	dataSeed: number;
	device: Device;
	threads?: number;
};

const TARGETS: Record<TrainingRecipe['targetModules'], string[]> = {
	'all-linear': ['--target_modules', 'all-linear'],
	attention: ['--target_regex', String.raw`.*\.layers\.[0-9]+\.self_attn\.(q|k|v|o)_proj`],
	mlp: ['--target_regex', String.raw`.*\.layers\.[0-9]+\.mlp\.(gate|up|down)_proj`]
};

/** The command line and environment of one training. Pure: the same recipe and paths give the same command. */
export function trainArgv(recipe: TrainingRecipe, paths: TrainPaths): { argv: string[]; env: Record<string, string> } {
	const cpu = paths.device === 'cpu';
	const flags: Record<string, string | number | boolean | null | undefined> = {
		rlhf_type: recipe.objective,
		model: paths.model,
		model_type: paths.modelType,
		template: paths.template,
		check_model: false, // would ask a hub
		tuner_type: 'lora',
		lora_rank: recipe.loraRank,
		lora_alpha: recipe.loraAlpha,
		dataset: paths.dataset,
		split_dataset_ratio: 0, // splits are made once per prompt group, not by the engine
		strict: true, // else broken rows vanish in silence
		max_length: recipe.maxLength,
		per_device_train_batch_size: recipe.batchSize,
		gradient_accumulation_steps: recipe.gradientAccumulation, // automatic (total 16) when left out
		max_steps: recipe.maxSteps,
		num_train_epochs: recipe.maxSteps === null ? recipe.epochs : null,
		learning_rate: recipe.learningRate,
		warmup_ratio: recipe.warmupRatio,
		beta: recipe.beta,
		torch_dtype: cpu ? 'float32' : 'bfloat16',
		fp16: false,
		bf16: true,
		use_cpu: cpu ? true : null, // bf16 on CPU is refused without it
		use_logits_to_keep: true,
		gradient_checkpointing: !cpu,
		logging_steps: 1,
		logging_first_step: true,
		report_to: 'none',
		save_strategy: 'steps',
		save_steps: recipe.saveSteps,
		save_total_limit: 3, // one to go on from, even when the newest was torn by a crash
		save_only_model: false,
		seed: recipe.seed,
		data_seed: paths.dataSeed,
		dataset_num_proc: 1, // shards would change KTO's neighbours
		dataloader_num_workers: 0,
		load_from_cache_file: false,
		output_dir: paths.outputDir,
		add_version: false,
		callbacks: 'graceful_exit' // TERM saves a checkpoint and ends with code 0
	};
	if (recipe.objective === 'dpo') flags.rpo_alpha = recipe.rpoAlpha;
	if (recipe.objective === 'kto') {
		flags.desirable_weight = recipe.desirableWeight;
		flags.undesirable_weight = recipe.undesirableWeight;
	}
	// Its default trains earlier assistant turns too.
	if (recipe.objective === 'orpo') flags.loss_scale = 'last_round';
	if (paths.parentAdapter !== undefined) {
		// A checkpoint to go on from brings the adapter itself.
		if (paths.resumeCheckpoint === undefined) flags.adapters = paths.parentAdapter;
		if (recipe.objective !== 'orpo' && recipe.reference === 'parent') flags.ref_adapters = paths.parentAdapter;
	}
	flags.resume_from_checkpoint = paths.resumeCheckpoint;

	const argv = [paths.python, paths.module];
	for (const [name, value] of Object.entries(flags)) {
		if (value !== null && value !== undefined) argv.push(`--${name}`, String(value));
	}
	argv.push(...TARGETS[recipe.targetModules]);
	return { argv, env: { ...OFFLINE_ENV, ...(cpu ? cpuEnv(paths.threads) : {}) } };
}

/** Environment of CPU work: no device, few threads, and threads that sleep instead of spinning. */
export function cpuEnv(threads = 2): Record<string, string> {
	return { CUDA_VISIBLE_DEVICES: '', OMP_NUM_THREADS: String(threads), OMP_WAIT_POLICY: 'PASSIVE' };
}
