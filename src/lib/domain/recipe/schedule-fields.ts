import { choiceField, integer, number, numberField, optionalField } from './field.ts';
import type { DefaultsFor, Flags, Objective } from './field.ts';

/**
 * On CPU the rates that were measured to change what a 135M model writes (docs of the engine tests); on GPU those of
 * the papers for an adapter. KTO has no fine-tuning term to hold the text together; all weights move at a tenth.
 */
function proposedRate({ objective, device, tuner }: DefaultsFor): number {
	const cpu: Record<Objective, number> = { dpo: 1e-3, kto: 2e-4, orpo: 1e-3, cpo: 1e-3, simpo: 5e-4, sft: 1e-3, rm: 1e-3 };
	const gpu: Record<Objective, number> = { dpo: 5e-5, kto: 2e-5, orpo: 5e-5, cpo: 5e-5, simpo: 2e-5, sft: 1e-4, rm: 5e-5 };
	const rate = (device === 'cpu' ? cpu : gpu)[objective];
	return tuner === 'full' ? rate / 10 : rate;
}

/** How long, on how many rows at a time, how fast, and how it is kept. */
export const SCHEDULE_FIELDS = {
	maxSteps: optionalField(integer(1, 1_000_000), {
		label: { en: 'Steps', zh: '步数' },
		help: { en: 'Number of updates before the run ends.', zh: '训练结束前的更新次数。' },
		unit: 'steps', part: 'main', propose: ({ device }) => (device === 'cpu' ? 100 : null), flag: 'max_steps', megatron: 'train_iters', sweep: 'even'
	}),
	epochs: optionalField(number(0.01, 1000), {
		label: { en: 'Epochs', zh: '轮数' },
		help: { en: 'How often every row is seen, instead of a number of steps.', zh: '每行数据被看到的次数，可代替步数。' },
		unit: 'epochs', part: 'main', propose: ({ device }) => (device === 'cpu' ? null : 1), flag: 'num_train_epochs', sweep: 'even'
	}),
	learningRate: numberField(number(1e-8, 1), {
		label: { en: 'Learning rate', zh: '学习率' },
		help: { en: 'Size of each update; too high breaks the language, too low changes nothing.', zh: '每次更新的幅度；太高会破坏语言能力，太低则没有变化。' },
		part: 'main', propose: proposedRate, flag: 'learning_rate', megatron: 'lr', sweep: 'log'
	}),
	batchSize: numberField(integer(1, 1024), {
		label: { en: 'Batch size', zh: '批大小' },
		help: { en: 'Rows computed at once on each device; more needs more memory.', zh: '每个设备一次计算的行数，越多占用内存越大。' },
		// KTO needs neighbours in its batch for the KL estimate.
		unit: 'rows', part: 'main', propose: ({ objective, device }) => (objective === 'kto' || device === 'gpu' ? 4 : 2), flag: 'per_device_train_batch_size', megatron: 'micro_batch_size', sweep: 'log'
	}),
	gradientAccumulation: numberField(integer(1, 1024), {
		label: { en: 'Gradient accumulation', zh: '梯度累积' },
		help: { en: 'Batches gathered before one update, for a larger batch in the same memory.', zh: '每次更新前累积的批数，在相同内存下得到更大的批量。' },
		unit: 'batches', part: 'main', propose: ({ device }) => (device === 'cpu' ? 1 : 4),
		flag: (value, { engine, settings }): Flags =>
			engine === 'megatron'
				? { global_batch_size: (value * Number(settings['batchSize']) * Number(settings['gpus']) * Number(settings['nodes'])) / (Number(settings['tensorParallel']) * Number(settings['pipelineParallel'])) }
				: { gradient_accumulation_steps: value },
		sweep: 'log'
	}),
	warmupRatio: numberField(number(0, 1), {
		label: { en: 'Warm-up share', zh: '预热比例' },
		help: { en: 'Share of the run during which the learning rate rises from zero.', zh: '学习率从零上升阶段所占的比例。' },
		unit: 'share', part: 'more', propose: () => 0.05, flag: 'warmup_ratio', megatron: 'lr_warmup_fraction', sweep: 'even'
	}),
	weightDecay: numberField(number(0, 1), {
		label: { en: 'Weight decay', zh: '权重衰减' },
		help: { en: 'How strongly the learned weights are pulled back towards zero.', zh: '把学到的权重拉回零的强度。' },
		part: 'more', propose: () => 0.1, flag: 'weight_decay', sweep: 'even'
	}),
	maxLength: numberField(integer(16, 1_000_000), {
		label: { en: 'Maximum length, in tokens', zh: '最大长度（词元）' },
		help: { en: 'Longest conversation with its answer, in tokens of the model.', zh: '对话加回答的最大长度，以模型的词元计。' },
		unit: 'tokens', part: 'more', propose: ({ device }) => (device === 'cpu' ? 512 : 2048), flag: 'max_length'
	}),
	tooLong: choiceField(
		{ refuse: { en: 'refuse to train', zh: '拒绝训练' }, left: { en: 'cut its beginning', zh: '截去开头' }, right: { en: 'cut its end', zh: '截去结尾' } },
		{
			label: { en: 'A row that is too long', zh: '过长的行' },
			help: { en: 'What becomes of a row over the maximum: nothing is ever left out in silence. A cut answer teaches to break off.', zh: '超过最大长度的行如何处理：绝不会悄悄排除。截断的回答会教模型半途而止。' },
			// With `--strict true` “delete” is an error and not a loss.
			part: 'more', propose: () => 'refuse', flag: (value) => ({ truncation_strategy: value === 'refuse' ? 'delete' : value })
		}
	),
	saveSteps: numberField(integer(1, 1_000_000), {
		label: { en: 'Steps between saves', zh: '保存间隔（步）' },
		help: { en: 'Steps between saves; a crash loses at most this many.', zh: '两次保存之间的步数；崩溃时最多损失这么多步。' },
		unit: 'steps', part: 'more', propose: ({ device }) => (device === 'cpu' ? 25 : 100), flag: 'save_steps'
	}),
	seed: numberField(integer(0, 2 ** 31 - 1), {
		label: { en: 'Seed', zh: '随机种子' },
		help: { en: 'Start of all random numbers: the same seed repeats the run.', zh: '所有随机数的起点：相同的种子可重现训练。' },
		part: 'more', propose: () => 42, flag: 'seed'
	})
} as const;
