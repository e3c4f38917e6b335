import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(1));

/** The fields of a `vision_config` that say how large an image encoder is, as Qwen-VL's and as CLIP's and SigLIP's name them. */
const VisionSchema = v.looseObject({
	embed_dim: v.optional(count),
	hidden_size: v.optional(count),
	depth: v.optional(count),
	num_hidden_layers: v.optional(count),
	intermediate_size: v.optional(count),
	mlp_ratio: v.optional(v.number()),
	hidden_act: v.optional(v.string()),
	in_channels: v.optional(count),
	patch_size: v.optional(count),
	temporal_patch_size: v.optional(count),
	spatial_merge_size: v.optional(count),
	out_hidden_size: v.optional(count),
	deepstack_visual_indexes: v.optional(v.array(v.number()))
});

/** What reads images beside a decoder. */
export type ImageEncoder = {
	/** Parameters of the encoder, and of the layers that join it to the decoder. */
	encoder: number;
	joint: number;
	/** Inputs and outputs of all its linear layers, which decide how large an adapter on them is. */
	sides: number;
	/** Pixels that cost one token; null where an image's tokens do not follow from its area. */
	pixelsPerToken: number | null;
};

/** Reads what reads images from a model's `config.json`; null where there is none, or its size is not said. Biases, norms and positions are left out: under 1 %. */
export function readEncoder(config: unknown, hidden: number): ImageEncoder | null {
	const parsed = v.safeParse(VisionSchema, (config as { vision_config?: unknown } | null)?.vision_config);
	if (!parsed.success) return null;
	const c = parsed.output;
	const [width, layers] = [c.embed_dim ?? c.hidden_size, c.depth ?? c.num_hidden_layers];
	if (width === undefined || layers === undefined) return null;
	const inner = c.intermediate_size ?? Math.round(width * (c.mlp_ratio ?? 4));
	// Only Qwen2.5-VL's blocks are gated, and it alone is activated by SiLU.
	const forward = c.hidden_act === 'silu' ? 3 : 2;
	const patch = (c.in_channels ?? 3) * (c.temporal_patch_size ?? 1) * (c.patch_size ?? 14) ** 2 * width;
	const merged = (c.spatial_merge_size ?? 1) ** 2 * width;
	// Where patches are merged the layer that joins them is as wide as they are together; else LLaVA's two layers.
	const out = c.out_hidden_size ?? hidden;
	const joint = c.spatial_merge_size === undefined ? width * hidden + hidden * hidden : (merged * merged + merged * out) * (1 + (c.deepstack_visual_indexes?.length ?? 0));
	return {
		encoder: layers * (4 * width * width + forward * width * inner) + patch,
		joint,
		sides: layers * (6 * width + forward * (width + inner)),
		pixelsPerToken: c.spatial_merge_size === undefined || c.patch_size === undefined ? null : (c.patch_size * c.spatial_merge_size) ** 2
	};
}
