import * as v from 'valibot';
import { readEncoder } from './image-encoder.ts';
import type { ImageEncoder } from './image-encoder.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(1));

/** The fields of a Hugging Face `config.json` that say how large a decoder is. Multimodal ones keep them under `text_config`. */
const ConfigSchema = v.looseObject({
	model_type: v.string(),
	hidden_size: count,
	num_hidden_layers: count,
	num_attention_heads: count,
	vocab_size: count,
	intermediate_size: v.optional(count),
	num_key_value_heads: v.optional(v.nullable(count)),
	head_dim: v.optional(v.nullable(count)),
	tie_word_embeddings: v.optional(v.boolean()),
	attention_bias: v.optional(v.boolean()),
	mlp_bias: v.optional(v.boolean()),
	num_experts: v.optional(count),
	num_local_experts: v.optional(count),
	num_experts_per_tok: v.optional(count),
	moe_intermediate_size: v.optional(count),
	shared_expert_intermediate_size: v.optional(count)
});

/** How large a decoder-only model is. */
export type ModelShape = {
	modelType: string;
	hidden: number;
	layers: number;
	heads: number;
	/** Grouped-query attention: heads that hold keys and values. */
	kvHeads: number;
	headDim: number;
	/** Width of one feed-forward block, or of one expert. */
	intermediate: number;
	vocabulary: number;
	/** The output layer is the embedding. */
	tied: boolean;
	/** Biases on q, k and v; on the output projection; on the feed-forward block. */
	bias: { qkv: boolean; output: boolean; mlp: boolean };
	/** A norm on each head's query and key (Qwen3). */
	headNorm: boolean;
	/** Mixture of experts; null where every token takes the same path. */
	experts: { count: number; perToken: number; sharedIntermediate: number } | null;
	/** What reads images; null in a model that reads text alone. */
	images: ImageEncoder | null;
	/** Whether the architecture is one whose parameters are counted exactly here. */
	exact: boolean;
};

/** Architectures counted exactly; others are taken to be built like Llama. */
const KNOWN = new Set(['llama', 'mistral', 'qwen2', 'qwen3', 'mixtral', 'qwen2_moe', 'qwen3_moe']);

/** Whether a model's `config.json` is one's that reads images beside text. */
export function seesImages(config: unknown): boolean {
	return typeof config === 'object' && config !== null && 'vision_config' in config;
}

/** Reads a model's `config.json`; null where it does not describe a decoder. */
export function readShape(config: unknown): ModelShape | null {
	const text = (config as { text_config?: unknown } | null)?.text_config;
	const parsed = v.safeParse(ConfigSchema, text ? { ...(config as object), ...text } : config);
	if (!parsed.success) return null;
	const c = parsed.output;
	const experts = c.num_experts ?? c.num_local_experts;
	const intermediate = experts ? (c.moe_intermediate_size ?? c.intermediate_size) : c.intermediate_size;
	if (intermediate === undefined) return null;
	const images = readEncoder(config, c.hidden_size);
	return {
		modelType: c.model_type,
		hidden: c.hidden_size,
		layers: c.num_hidden_layers,
		heads: c.num_attention_heads,
		kvHeads: c.num_key_value_heads ?? c.num_attention_heads,
		headDim: c.head_dim ?? Math.floor(c.hidden_size / c.num_attention_heads),
		intermediate,
		vocabulary: c.vocab_size,
		tied: c.tie_word_embeddings ?? (c.model_type === 'llama' || c.model_type.startsWith('qwen') ? false : c.model_type.startsWith('gemma')),
		bias: { qkv: c.model_type.startsWith('qwen2') || (c.attention_bias ?? false), output: c.attention_bias ?? false, mlp: c.mlp_bias ?? false },
		headNorm: c.model_type.startsWith('qwen3'),
		experts: experts ? { count: experts, perToken: c.num_experts_per_tok ?? 2, sharedIntermediate: c.shared_expert_intermediate_size ?? 0 } : null,
		images,
		exact: images === null && KNOWN.has(c.model_type)
	};
}

/** One linear layer of a block: its name, its sides, and how many of it a block has. */
export type Linear = { name: string; inputs: number; outputs: number; bias: boolean; copies: number };

/** The linear layers of one block, in the names that adapters are put on by. Experts count `copies` times. */
export function linearsOf(shape: ModelShape): Linear[] {
	const { hidden, intermediate, experts, bias } = shape;
	const query = shape.heads * shape.headDim;
	const key = shape.kvHeads * shape.headDim;
	const linear = (name: string, inputs: number, outputs: number, hasBias: boolean, copies = 1): Linear => ({ name, inputs, outputs, bias: hasBias, copies });
	const forward = (width: number, copies: number, prefix = '') => [linear(`${prefix}gate_proj`, hidden, width, bias.mlp, copies), linear(`${prefix}up_proj`, hidden, width, bias.mlp, copies), linear(`${prefix}down_proj`, width, hidden, bias.mlp, copies)];
	return [
		linear('q_proj', hidden, query, bias.qkv),
		linear('k_proj', hidden, key, bias.qkv),
		linear('v_proj', hidden, key, bias.qkv),
		linear('o_proj', query, hidden, bias.output),
		...forward(intermediate, experts?.count ?? 1, experts ? 'experts.' : ''),
		...(experts ? [linear('router', hidden, experts.count, false)] : []),
		...(experts && experts.sharedIntermediate > 0 ? [...forward(experts.sharedIntermediate, 1, 'shared.'), linear('shared_gate', hidden, 1, false)] : [])
	];
}

/** Whether a layer is kept as a block of parameters of all experts: it gets no adapter, and no 4 bits. */
export const isOfExperts = (name: string): boolean => name.startsWith('experts.') || name === 'router';

const sizeOf = ({ inputs, outputs, bias, copies }: Linear): number => copies * (inputs * outputs + (bias ? outputs : 0));

/** Parameters by where they lie. */
export type ParameterCount = { /** With what reads images. */ total: number; /** In linear layers of the blocks: what 4-bit weights shrink. */ linear: number; /** In experts and what chooses among them: blocks of parameters and no linear layers in transformers 5, which bitsandbytes leaves as they are. */ experts: number; embeddings: number; norms: number };

/** Parameters of a model, counted from its shape; exact where `shape.exact`. */
export function countParameters(shape: ModelShape): ParameterCount {
	const { experts = [], linear = [] } = Object.groupBy(linearsOf(shape), ({ name }) => (isOfExperts(name) ? 'experts' : 'linear'));
	const inBlocks = (some: readonly Linear[]) => shape.layers * some.reduce((sum, one) => sum + sizeOf(one), 0);
	const embeddings = shape.vocabulary * shape.hidden * (shape.tied ? 1 : 2);
	const norms = shape.layers * (2 * shape.hidden + (shape.headNorm ? 2 * shape.headDim : 0)) + shape.hidden;
	const images = (shape.images?.encoder ?? 0) + (shape.images?.joint ?? 0);
	return { total: inBlocks(linear) + inBlocks(experts) + embeddings + norms + images, linear: inBlocks(linear), experts: inBlocks(experts), embeddings, norms };
}

/**
 * Parameters of an adapter: rank × (inputs + outputs) for each layer that has one (Hu et al. 2021), with DoRA one more
 * for each output. Experts are one block of parameters and no linear layers in transformers 5, so none is put on them.
 * @param modules `all-linear`, `attention`, `mlp`, or names with commas between them
 */
export function adapterParameters(shape: ModelShape, modules: string, rank: number, dora: boolean): number {
	const groups: Record<string, string[]> = { attention: ['q_proj', 'k_proj', 'v_proj', 'o_proj'], mlp: ['gate_proj', 'up_proj', 'down_proj'] };
	const named = groups[modules] ?? modules.split(',').map((name) => name.split('.').at(-1) ?? name);
	const chosen = linearsOf(shape).filter(({ name }) => !isOfExperts(name) && (modules === 'all-linear' || named.includes(name.replace('shared.', ''))));
	return shape.layers * chosen.reduce((sum, { inputs, outputs }) => sum + rank * (inputs + outputs) + (dora ? outputs : 0), 0);
}
