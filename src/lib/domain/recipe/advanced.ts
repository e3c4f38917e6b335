import * as v from 'valibot';

/**
 * Arguments of ms-swift 4.6 that no field of the schema stands for and that change nothing but the computation; two of
 * them also how many devices share a row, which is counted (`shared-rows.ts`). A list
 * of what is let through, because the engine's parser takes any unique beginning of a name: a list of what is not
 * could be walked around by writing `output_di`.
 */
export const ADVANCED_ARGUMENTS: readonly string[] = [
	'adam_beta1', 'adam_beta2', 'adam_epsilon', 'aligner_lr', 'attn_impl', 'average_tokens_across_devices', 'ddp_broadcast_buffers',
	'ddp_bucket_cap_mb', 'ddp_find_unused_parameters', 'ddp_static_graph', 'deepspeed_autotp_size', 'discopop_tau', 'ds3_gather_for_generation',
	'freeze_llm', 'freeze_parameters', 'freeze_parameters_ratio', 'freeze_parameters_regex', 'init_strategy',
	'ld_alpha', 'lora_bias', 'lora_dtype', 'lorap_lr_ratio', 'lr_scheduler_kwargs', 'lr_scheduler_type', 'max_grad_norm',
	'neftune_noise_alpha', 'optim', 'optim_args', 'optim_target_modules', 'router_aux_loss_coef', 'sequence_parallel_size', 'target_parameters', 'tf32',
	'torch_empty_cache_steps', 'trainable_parameters', 'trainable_parameters_regex', 'use_liger_kernel', 'vit_gradient_checkpointing', 'vit_lr',
	'warmup_steps', 'zero_hpz_partition_size'
];

/** Why other arguments are refused, the first pattern that fits; what fits none is another method's or unknown to the engine. */
export const REFUSED_ARGUMENTS: readonly { pattern: RegExp; code: 'code' | 'path' | 'outside' | 'record'; message: string }[] = [
	{ pattern: /^(external_plugins|custom_|callbacks|tuner_backend|use_swift_lora|loss_scale|eval_metric|optimizer$|torch_compile|use_ray|multi_turn|gym_|model_kwargs)/, code: 'code', message: 'would load other program code into the engine' },
	{ pattern: /^(hub_|push_to_hub|use_hf|report_to|swanlab_|wandb_|trackio_|project$|eval_use_evalscope|download_mode|streaming)/, code: 'outside', message: 'would send or fetch something outside this installation' },
	{ pattern: /(_dir|_path|_file|_info)$|^(model|ref_|adapters|reward_|teacher_|resume_|dataset|val_dataset|cached_|eval_dataset|system$|template|deepspeed$|fsdp|accelerator_config|parallelism_config|generation_config|mcore_|load_args)/, code: 'path', message: 'names files or models, which the record decides' },
	{ pattern: /^(logging_|log_|save_|safe_|add_version|create_checkpoint|load_best|strict|split_dataset|data_seed|dataset_|lazy_tokenize|load_from_cache|dataloader_|train_|do_|eval_|packing|padding_|remove_unused|ignore_|auto_find|use_cpu|local_rank|run_name)/, code: 'record', message: 'would change which rows are trained, or what is recorded of it' }
];

/** A value that is one word of a command line and names no file, address or further argument. */
const Value = v.union([
	v.boolean(),
	v.pipe(v.number(), v.finite()),
	v.pipe(v.string(), v.nonEmpty(), v.maxLength(200), v.check((text) => !/^-|[/\\~\n\0]|\.\.|\.(json|ya?ml|py|txt)$/.test(text), 'a word without a path, an address or a leading dash'))
]);

/** Arguments of the engine that an engineer adds by name, recorded as given. */
export const AdvancedSchema = v.pipe(v.record(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]{0,60}$/, 'a name such as max_grad_norm, without dashes')), Value), v.check((given) => Object.keys(given).length <= 30, 'at most 30 arguments'));
export type Advanced = v.InferOutput<typeof AdvancedSchema>;

/**
 * Why an argument cannot be passed; null when it can.
 * @param owned names of arguments that fields of the schema give
 */
export function refusedArgument(name: string, owned: ReadonlyMap<string, string>): string | null {
	const field = owned.get(name);
	if (field !== undefined) return `is the setting ${field}: set that`;
	if (ADVANCED_ARGUMENTS.includes(name)) return null;
	return REFUSED_ARGUMENTS.find(({ pattern }) => pattern.test(name))?.message ?? 'is no argument of ms-swift 4.6 for these objectives, or one that another method of training needs';
}

/** Reads lines such as `max_grad_norm 0.5` or `--max_grad_norm=0.5`, as the form takes them; a line without a value switches on. */
export function parseAdvanced(text: string): Advanced {
	const given: Advanced = {};
	for (const line of text.split('\n')) {
		const [, name, value] = /^\s*(?:--)?([^\s=]+)(?:\s*=\s*|\s+)?(.*?)\s*$/.exec(line) ?? [];
		if (!name) continue;
		if (!value) given[name] = true;
		else if (value === 'true' || value === 'false') given[name] = value === 'true';
		else given[name] = Number.isFinite(Number(value)) ? Number(value) : value;
	}
	return given;
}

/** The same as lines for the form. */
export function advancedText(given: Advanced): string {
	return Object.entries(given).map(([name, value]) => `${name} ${String(value)}`).join('\n');
}
