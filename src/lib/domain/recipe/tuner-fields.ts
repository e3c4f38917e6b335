import * as v from 'valibot';
import { choiceField, integer, number, numberField, switchField } from './field.ts';
import type { Field, Flags, FlagsFor, Settings } from './field.ts';

const adapts = ({ tuner }: Settings): boolean => tuner !== 'full';

/** The trainers of all other objectives switch dropout off and cannot be told otherwise (trl 0.29, `disable_dropout`). */
export const dropsOut = ({ objective, tuner }: Settings): boolean => objective === 'sft' && tuner !== 'full';

/** Which linear layers get an adapter when none is named. Training the last ones only moves the loss, hardly the text. */
const LAYERS = {
	'all-linear': { en: 'all layers', zh: '全部层' },
	attention: { en: 'attention layers', zh: '注意力层' },
	mlp: { en: 'feed-forward layers', zh: '前馈层' },
	'q_proj,v_proj': { en: 'q_proj and v_proj', zh: 'q_proj 和 v_proj' }
} as const;

const REGEX: Readonly<Record<string, string>> = {
	attention: String.raw`.*\.layers\.[0-9]+\.self_attn\.(q|k|v|o)_proj`,
	mlp: String.raw`.*\.layers\.[0-9]+\.mlp\.(gate|up|down)_proj`
};

/** `all-linear`, `attention`, `mlp`, or names of layers with commas between them. */
const ModulesSchema = v.pipe(v.string(), v.maxLength(300), v.regex(/^(all-linear|attention|mlp|[A-Za-z_][\w.]*(,[A-Za-z_][\w.]*)*)$/, 'all-linear, attention, mlp, or names of layers with commas between them, such as q_proj,v_proj'));

const targetModules: Field<string, typeof ModulesSchema> = {
	schema: ModulesSchema,
	kind: 'modules',
	optional: false,
	choices: LAYERS,
	label: { en: 'Layers that learn', zh: '参与学习的层' },
	help: { en: 'Which layers learn; all of them is what changes the text.', zh: '哪些层参与学习；训练全部层才能真正改变文本。' },
	part: 'more',
	propose: () => 'all-linear',
	when: adapts,
	flag: (modules): Flags => (REGEX[modules] ? { target_regex: REGEX[modules] } : { target_modules: modules.split(',') })
};

/** 4-bit weights as QLoRA has them (Dettmers et al. 2023): NF4, double quantisation, computed in bf16. */
function tunerFlags(tuner: string, { engine, settings }: FlagsFor): Flags {
	if (tuner !== 'qlora' || engine === 'megatron') return { tuner_type: tuner };
	const dtype = { bf16: 'bfloat16', fp16: 'float16', fp32: 'float32' }[String(settings['precision'])] ?? 'bfloat16';
	return {
		tuner_type: 'lora',
		quant_method: 'bnb',
		quant_bits: 4,
		bnb_4bit_compute_dtype: dtype,
		// Weights that are spread over devices must be packed in the type that the rest is spread in (peft, “FSDP-QLoRA”).
		bnb_4bit_quant_storage: ['fsdp2', 'zero3', 'zero3_offload'].includes(String(settings['strategy'])) ? dtype : null,
		bnb_4bit_quant_type: 'nf4',
		bnb_4bit_use_double_quant: true
	};
}

/** What learns, and what becomes of the parent's adapter. */
export const TUNER_FIELDS = {
	tuner: choiceField(
		{ lora: { en: 'LoRA, an adapter', zh: 'LoRA 适配器' }, qlora: { en: 'QLoRA, an adapter on 4-bit weights', zh: 'QLoRA，4 位权重上的适配器' }, full: { en: 'full, all weights', zh: '全参数' } },
		{
			label: { en: 'What learns', zh: '训练方式' },
			help: { en: 'A small adapter beside frozen weights, the same on weights kept in 4 bits (a quarter of the memory), or all weights.', zh: '冻结权重旁的小适配器；或在 4 位权重上的适配器（内存约四分之一）；或全部权重。' },
			part: 'main',
			propose: () => 'lora',
			flag: tunerFlags
		}
	),
	loraRank: numberField(integer(1, 512), {
		label: { en: 'Adapter rank', zh: '适配器秩' },
		help: { en: 'Capacity of the adapter; more can learn more and overfit more.', zh: '适配器的容量；越大学得越多，也越容易过拟合。' },
		part: 'more', propose: () => 16, when: adapts, flag: 'lora_rank', sweep: 'log'
	}),
	loraAlpha: numberField(integer(1, 1024), {
		label: { en: 'Adapter strength (alpha)', zh: '适配器强度（alpha）' },
		help: { en: 'Strength of the adapter, usually twice its rank.', zh: '适配器的强度，通常为秩的两倍。' },
		part: 'more', propose: () => 32, when: adapts, flag: 'lora_alpha', sweep: 'log'
	}),
	loraDropout: numberField(number(0, 0.9), {
		label: { en: 'Adapter dropout', zh: '适配器丢弃率' },
		help: { en: 'Share of the adapter’s inputs left out at random while training, against overfitting. The engine has it for SFT alone.', zh: '训练时随机丢弃的适配器输入比例，用于减少过拟合。引擎只在 SFT 中支持。' },
		unit: 'share', part: 'more', propose: () => 0.05, when: dropsOut, flag: 'lora_dropout', sweep: 'even'
	}),
	targetModules,
	rsLora: switchField({
		label: { en: 'Rank-stabilised (rsLoRA)', zh: '秩稳定（rsLoRA）' },
		help: { en: 'Scales the adapter by the root of its rank, so that a high rank does not learn more slowly.', zh: '按秩的平方根缩放适配器，使高秩也能正常学习。' },
		part: 'more', propose: () => false, when: adapts, flag: 'use_rslora'
	}),
	dora: switchField({
		label: { en: 'Weight-decomposed (DoRA)', zh: '权重分解（DoRA）' },
		help: { en: 'Learns size and direction apart: closer to full training, slower by about a quarter or more.', zh: '分别学习大小和方向：更接近全参数训练，速度慢四分之一以上。' },
		part: 'more', propose: () => false, when: adapts, flag: 'use_dora', megatron: null
	}),
	onParent: choiceField(
		{ continue: { en: 'go on with it', zh: '继续训练它' }, merge: { en: 'merge it into the weights first', zh: '先合并进权重' } },
		{
			label: { en: 'The parent’s adapter', zh: '父检查点的适配器' },
			help: { en: 'Going on keeps its rank and layers. Merging lets both be chosen anew; the result is then a whole model, as large as the base.', zh: '继续训练会保留其秩和层。先合并则可以重新选择；结果是与基座同样大小的完整模型。' },
			part: 'more', propose: () => 'continue',
			// A question of files, which only the worker has.
			flag: () => ({})
		}
	)
} as const;

/** Fields that say what an adapter is: one that is gone on with keeps them. */
export const ADAPTER_FIELDS = ['loraRank', 'loraAlpha', 'loraDropout', 'targetModules', 'rsLora', 'dora'] as const;
