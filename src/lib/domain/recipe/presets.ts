import type { Objective, Settings, Words } from './field.ts';

/** A named starting point: what it sets, and why so. */
export type Preset = { key: string; name: Words; why: Words; objectives: readonly Objective[]; settings: Settings };

const PAIRS: readonly Objective[] = ['dpo', 'orpo', 'cpo', 'simpo'];

/** Starting points with their reasons; the first that fits an objective and a device is a good first run. */
export const PRESETS: readonly Preset[] = [
	{
		key: 'cpu_demo',
		name: { en: 'CPU demo', zh: 'CPU 演示' },
		why: { en: 'A small model on two cores in minutes: all layers, a high rate and a fine-tuning term, measured to change what it writes. It shows the loop, not competence.', zh: '小模型在两个核心上几分钟完成：训练全部层、较高学习率并带微调项，实测能改变输出。展示流程，而非能力。' },
		objectives: PAIRS,
		settings: { tuner: 'lora', loraRank: 16, loraAlpha: 32, targetModules: 'all-linear', precision: 'bf16', strategy: 'single', maxSteps: 100, epochs: null, batchSize: 2, gradientAccumulation: 1, maxLength: 512, saveSteps: 25 }
	},
	{
		key: 'pairs_200_on_24gb',
		name: { en: '200 pairs on one 24 GB GPU', zh: '200 对，单张 24 GB GPU' },
		why: { en: 'Few pairs overfit fast: three passes, rank 16, a low rate. Weights in 4 bits leave room for a 7B model with 2,048 tokens, one pair at a time, eight for each update.', zh: '数据少易过拟合：三轮、秩 16、低学习率。4 位权重为 7B 模型和 2,048 词元留出空间；每次一对，每八对更新一次。' },
		objectives: PAIRS,
		settings: { tuner: 'qlora', loraRank: 16, loraAlpha: 32, targetModules: 'all-linear', precision: 'bf16', gradientCheckpointing: 'on', strategy: 'single', maxSteps: null, epochs: 3, batchSize: 1, gradientAccumulation: 8, learningRate: 2e-5, maxLength: 2048, saveSteps: 25 }
	},
	{
		key: 'r64_qv',
		name: { en: 'LoRA r 64 on q_proj and v_proj', zh: 'LoRA r 64，q_proj 与 v_proj' },
		why: { en: 'The layers of the first LoRA paper at a high rank: enough capacity for style and judgement with few touched weights. rsLoRA keeps rank 64 learning at the usual rate.', zh: 'LoRA 原论文所用的层配合高秩：以少量改动的权重获得足够的风格与判断能力。rsLoRA 使秩 64 仍能按常用学习率学习。' },
		objectives: ['dpo', 'kto', 'orpo', 'cpo', 'simpo', 'sft', 'rm'],
		settings: { tuner: 'lora', loraRank: 64, loraAlpha: 64, targetModules: 'q_proj,v_proj', rsLora: true, dora: false }
	},
	{
		key: 'risk_on_lora',
		name: { en: 'Risk preference on top of a LoRA', zh: '在已有 LoRA 上训练风险偏好' },
		why: { en: 'Goes on with the parent’s adapter, held to the parent: the new preference is learned and what it knew is kept. Robust, because people disagree most about risk; a tenth of the labels may be wrong.', zh: '继续训练父检查点的适配器并以它为参考：学到新的偏好，保留已有能力。使用 robust，因为人们对风险分歧最大，允许一成标签有误。' },
		objectives: ['dpo'],
		settings: { tuner: 'lora', onParent: 'continue', reference: 'parent', beta: 0.3, lossType: 'robust', labelSmoothing: 0.1, rpoAlpha: 0.5, maxSteps: null, epochs: 2 }
	},
	{
		key: 'thumbs',
		name: { en: 'Unpaired thumbs from production', zh: '来自线上的单个点赞与点踩' },
		why: { en: 'Thumbs are noisy and uneven: KTO needs no pairs, a large batch steadies its estimate of the drift, the weights proposed from the counts balance good against bad.', zh: '点赞点踩噪声大且不均衡：KTO 不需要成对数据，较大批量使漂移估计更稳，按数量建议的权重平衡好与坏。' },
		objectives: ['kto'],
		settings: { tuner: 'lora', loraRank: 16, loraAlpha: 32, beta: 0.1, batchSize: 8, gradientAccumulation: 2, maxSteps: null, epochs: 1 }
	}
];

/** Presets that an objective has, those for the hardware at hand first. */
export function presetsFor(objective: Objective): Preset[] {
	return PRESETS.filter(({ objectives }) => objectives.includes(objective));
}
