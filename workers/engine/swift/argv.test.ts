import { describe, expect, it } from 'vitest';
import { recipeDefaults } from '#lib/domain/training-recipe.ts';
import type { TrainingRecipe } from '#lib/domain/training-recipe.ts';
import { trainArgv } from './argv.ts';
import type { TrainPaths } from './argv.ts';

const paths: TrainPaths = { python: '/e/bin/python', cli: '/e/swift/cli', model: '/m', dataset: '/d.jsonl', datasetBytes: 0, outputDir: '/o', dataSeed: 5, device: 'cpu' };
const dpo = recipeDefaults('dpo', { device: 'cpu' });
const orpo = recipeDefaults('orpo', { device: 'cpu' });
const kto = recipeDefaults('kto', { device: 'cpu' });
const flags = (recipe: TrainingRecipe = dpo, more: Partial<TrainPaths> = {}) => {
	const { argv } = trainArgv(recipe, { ...paths, ...more });
	return Object.fromEntries(argv.flatMap((word, i) => (word.startsWith('--') ? [[word, argv.slice(i + 1, argv.findIndex((next, j) => j > i && next.startsWith('--')) >>> 0).join(' ')]] : [])));
};

describe('trainArgv', () => {
	it('starts the child module, never the wrapper', () => expect(trainArgv(dpo, paths).argv.slice(0, 2)).toEqual(['/e/bin/python', '/e/swift/cli/rlhf.py']));

	it.each<TrainingRecipe['advanced']>([{ external_plugins: 'parent/evil.pyc' }, { output_di: 'x' }, { optim: '../x' }, { optim: '--external_plugins' }])('passes nothing on that no recipe may have: %j', (advanced) => {
		expect(() => flags({ ...dpo, advanced })).toThrow('not passed on');
	});

	it('is always explicit where a default would surprise', () => {
		expect(flags()).toMatchObject({
			'--gradient_accumulation_steps': '1', '--strict': 'true', '--split_dataset_ratio': '0', '--add_version': 'false',
			'--report_to': 'none', '--callbacks': 'graceful_exit', '--logging_nan_inf_filter': 'false', '--check_model': 'false', '--data_seed': '5', '--seed': '42',
			'--max_steps': '100', '--learning_rate': '0.001', '--rpo_alpha': '1', '--target_modules': 'all-linear'
		});
		expect(flags()).not.toHaveProperty('--create_checkpoint_symlink');
		expect(flags()).not.toHaveProperty('--num_train_epochs');
	});

	it('computes in bf16 on CPU only as CPU', () => {
		expect(flags()).toMatchObject({ '--use_cpu': 'true', '--torch_dtype': 'float32', '--bf16': 'true' });
		expect(flags(recipeDefaults('dpo', { device: 'gpu' }), { device: 'gpu' })).toMatchObject({ '--torch_dtype': 'bfloat16', '--num_train_epochs': '1' });
		expect(flags(dpo, { device: 'gpu' })).not.toHaveProperty('--use_cpu');
		expect(trainArgv(dpo, paths).env).toMatchObject({ CUDA_VISIBLE_DEVICES: '', OMP_NUM_THREADS: '2', HF_HUB_OFFLINE: '1' });
		expect(trainArgv(dpo, { ...paths, device: 'gpu' }).env).not.toHaveProperty('CUDA_VISIBLE_DEVICES');
	});

	it('shares the threads of a machine out among its processes', () => {
		const threads = (over: object, of: number) => trainArgv({ ...dpo, ...over } as typeof dpo, { ...paths, threads: of }).env['OMP_NUM_THREADS'];
		expect([threads({}, 16), threads({ strategy: 'ddp', gpus: 4 }, 16), threads({ strategy: 'ddp', gpus: 4, nodes: 2 }, 6), threads({ strategy: 'ddp', gpus: 4 }, 2)]).toEqual(['16', '4', '1', '1']);
	});

	it('gives each objective only its own flags', () => {
		expect(flags(orpo)).toMatchObject({ '--rlhf_type': 'orpo', '--loss_scale': 'last_round' });
		expect(flags(orpo)).not.toHaveProperty('--rpo_alpha');
		expect(flags(kto)).toMatchObject({ '--desirable_weight': '1', '--undesirable_weight': '1' });
		expect(flags({ ...dpo, rpoAlpha: null })).not.toHaveProperty('--rpo_alpha');
	});

	it('starts SFT and Megatron by their own programs', () => {
		const sft = trainArgv(recipeDefaults('sft', { device: 'cpu' }), paths).argv;
		expect(sft.slice(0, 2)).toEqual(['/e/bin/python', '/e/swift/cli/sft.py']);
		expect(sft).not.toContain('--rlhf_type');
		const megatron = flags({ ...dpo, strategy: 'megatron', gpus: 8, tensorParallel: 2, gradientAccumulation: 4 }, { device: 'gpu' });
		expect(megatron).toMatchObject({ '--tensor_model_parallel_size': '2', '--micro_batch_size': '2', '--global_batch_size': '32', '--train_iters': '100', '--lr': '0.001', '--save_safetensors': 'true' });
		expect(megatron).not.toHaveProperty('--per_device_train_batch_size');
	});

	it('starts several processes with torchrun, on one machine or with a place among several', () => {
		const ddp = { ...dpo, strategy: 'ddp', gpus: 2 } as const;
		expect(trainArgv(ddp, paths).argv.slice(0, 9)).toEqual(['/e/bin/python', '-m', 'torch.distributed.run', '--nproc_per_node', '2', '--nnodes', '1', '--standalone', '/e/swift/cli/rlhf.py']);
		expect(flags({ ...ddp, nodes: 2 }, { node: { rank: 1, masterAddress: '10.0.0.1', masterPort: 29500 } })).toMatchObject({ '--node_rank': '1', '--master_addr': '10.0.0.1' });
		expect(flags({ ...dpo, strategy: 'zero3_offload', gpus: 2 })).toMatchObject({ '--deepspeed': 'zero3_offload' });
	});

	it('has processes wait an hour for one another and for what is encoded, and not for 208 days', () => {
		for (const strategy of ['ddp', 'fsdp2', 'zero3', 'megatron'] as const) expect(flags({ ...dpo, strategy, gpus: 2 }, { device: 'gpu' })).toMatchObject({ '--ddp_timeout': '3600' });
		expect(flags({ ...dpo, strategy: 'ddp', gpus: 1, nodes: 2 })).toMatchObject({ '--ddp_timeout': '3600' });
		expect(flags({ ...dpo, strategy: 'ddp', gpus: 2 }, { datasetBytes: 300e6 })).toMatchObject({ '--ddp_timeout': '18600' });
		expect(flags()).not.toHaveProperty('--ddp_timeout');
	});

	it('has FSDP2 save whole, and recompute in place of the trainer', () => {
		const fsdp2 = (gradientCheckpointing: 'auto' | 'off') => {
			const given = flags({ ...dpo, strategy: 'fsdp2', gpus: 2, gradientCheckpointing }, { device: 'gpu' });
			expect(given['--gradient_checkpointing']).toBe('false');
			return JSON.parse(given['--fsdp'] ?? '') as { fsdp_config: object };
		};
		expect(fsdp2('auto')).toMatchObject({ fsdp: 'full_shard auto_wrap', fsdp_config: { fsdp_version: 2, state_dict_type: 'FULL_STATE_DICT', activation_checkpointing: true } });
		expect(fsdp2('off').fsdp_config).toMatchObject({ activation_checkpointing: false });
	});

	it('gives each tuner its flags and no other’s', () => {
		expect(flags({ ...dpo, tuner: 'qlora' })).toMatchObject({ '--tuner_type': 'lora', '--quant_method': 'bnb', '--quant_bits': '4', '--bnb_4bit_compute_dtype': 'bfloat16' });
		expect(flags({ ...dpo, tuner: 'full' })).not.toHaveProperty('--lora_rank');
		expect(flags({ ...dpo, targetModules: 'q_proj,v_proj', rsLora: true, dora: true })).toMatchObject({ '--target_modules': 'q_proj v_proj', '--use_rslora': 'true', '--use_dora': 'true' });
		expect(flags({ ...dpo, tuner: 'full' }, { referenceModel: '/base' })).toMatchObject({ '--ref_model': '/base' });
		expect(flags(dpo, { referenceModel: '/base' })).not.toHaveProperty('--ref_model');
	});

	it('says what becomes of a row that is too long, and passes what an engineer added', () => {
		expect(flags()).toMatchObject({ '--truncation_strategy': 'delete', '--strict': 'true' });
		expect(flags({ ...dpo, tooLong: 'left', advanced: { max_grad_norm: 0.5 } })).toMatchObject({ '--truncation_strategy': 'left', '--max_grad_norm': '0.5' });
	});

	it('continues the parent, with the parent or the base as reference', () => {
		expect(flags(dpo, { parentAdapter: '/p' })).toMatchObject({ '--adapters': '/p', '--ref_adapters': '/p' });
		const toBase = flags({ ...dpo, reference: 'base' }, { parentAdapter: '/p' });
		expect(toBase).toMatchObject({ '--adapters': '/p' });
		expect(toBase).not.toHaveProperty('--ref_adapters');
		expect(flags(orpo, { parentAdapter: '/p' })).not.toHaveProperty('--ref_adapters');
	});

	it('goes on from a checkpoint with the parent as reference only', () => {
		const resumed = flags(dpo, { parentAdapter: '/p', resumeCheckpoint: '/c' });
		expect(resumed).toMatchObject({ '--resume_from_checkpoint': '/c', '--ref_adapters': '/p' });
		expect(resumed).not.toHaveProperty('--adapters');
	});
});
