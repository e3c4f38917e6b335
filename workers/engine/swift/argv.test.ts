import { describe, expect, it } from 'vitest';
import { recipeDefaults } from '#lib/domain/training-recipe.ts';
import { trainArgv } from './argv.ts';
import type { TrainPaths } from './argv.ts';

const paths: TrainPaths = { python: '/e/bin/python', module: '/e/swift/cli/rlhf.py', model: '/m', dataset: '/d.jsonl', outputDir: '/o', dataSeed: 5, device: 'cpu' };
const dpo = recipeDefaults('dpo', { device: 'cpu' });
const orpo = recipeDefaults('orpo', { device: 'cpu' });
const kto = recipeDefaults('kto', { device: 'cpu' });
const flags = (recipe = dpo, more: Partial<TrainPaths> = {}) => {
	const { argv } = trainArgv(recipe, { ...paths, ...more });
	const pairs: Record<string, string | undefined> = {};
	for (let i = 2; i < argv.length; i += 2) pairs[String(argv[i])] = argv[i + 1];
	return pairs;
};

describe('trainArgv', () => {
	it('starts the child module, never the wrapper', () => expect(trainArgv(dpo, paths).argv.slice(0, 2)).toEqual(['/e/bin/python', '/e/swift/cli/rlhf.py']));

	it('is always explicit where a default would surprise', () => {
		expect(flags()).toMatchObject({
			'--gradient_accumulation_steps': '1', '--strict': 'true', '--split_dataset_ratio': '0', '--add_version': 'false',
			'--report_to': 'none', '--callbacks': 'graceful_exit', '--check_model': 'false', '--data_seed': '5', '--seed': '42',
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

	it('gives each objective only its own flags', () => {
		expect(flags(orpo)).toMatchObject({ '--rlhf_type': 'orpo', '--loss_scale': 'last_round' });
		expect(flags(orpo)).not.toHaveProperty('--rpo_alpha');
		expect(flags(kto)).toMatchObject({ '--desirable_weight': '1', '--undesirable_weight': '1' });
		expect(flags({ ...dpo, rpoAlpha: null } as typeof dpo)).not.toHaveProperty('--rpo_alpha');
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
