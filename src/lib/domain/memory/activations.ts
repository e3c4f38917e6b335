import type { TrainingRecipe } from '../training-recipe.ts';
import { linearsOf } from './model-shape.ts';
import type { ModelShape } from './model-shape.ts';

/**
 * Bytes that one token leaves in one block for the backward pass. Korthikanti et al. 2022 (arXiv 2205.05198, section
 * 4.1) count 34·h for the blocks of GPT in 16 bits, and 5·a·s more for attention scores, which fused kernels do not
 * keep. Counted the same way for today's blocks: root-mean-square norms keep their input in fp32, rotary positions keep
 * queries and keys once more, and the gated feed-forward block keeps four of its width.
 */
export function blockBytes(shape: ModelShape, recipe: Pick<TrainingRecipe, 'precision' | 'tuner' | 'loraDropout' | 'targetModules'>): number {
	const size = recipe.precision === 'fp32' ? 4 : 2;
	const query = shape.heads * shape.headDim;
	const key = shape.kvHeads * shape.headDim;
	const width = shape.experts ? shape.experts.perToken * shape.intermediate + shape.experts.sharedIntermediate : shape.intermediate;
	const norms = 2 * 4 * shape.hidden + 2 * size * shape.hidden;
	const attention = size * (shape.hidden + 2 * query + 3 * key + 2 * query);
	const forward = size * (shape.hidden + 4 * width);
	// With dropout an adapter keeps its own input beside the mask of what was left out.
	const adapters = recipe.tuner !== 'full' && recipe.loraDropout > 0 ? linearsOf(shape).filter(({ name }) => adapted(recipe.targetModules, name)).reduce((sum, { inputs }) => sum + inputs * (size + 1), 0) : 0;
	return norms + attention + forward + adapters;
}

function adapted(modules: string, name: string): boolean {
	if (name.startsWith('experts.') || name === 'router' || name === 'shared_gate') return false;
	const attention = ['q_proj', 'k_proj', 'v_proj', 'o_proj'].includes(name);
	if (modules === 'all-linear') return true;
	if (modules === 'attention') return attention;
	if (modules === 'mlp') return !attention;
	return modules.split(',').some((one) => one.endsWith(name));
}

/** Whether intermediate results are computed twice instead of kept; “auto” is so on GPUs, which alone are planned for. */
export function recomputes(recipe: Pick<TrainingRecipe, 'gradientCheckpointing'>): boolean {
	return recipe.gradientCheckpointing !== 'off';
}

/**
 * Activations of all tokens that go through at once: every block's own, or, recomputed, each block's input and one
 * block's own (Chen et al. 2016; Korthikanti et al. 2022, section 5).
 * @param tokens of all rows of a batch on one device, padding counted
 */
export function activationBytes(shape: ModelShape, recipe: Pick<TrainingRecipe, 'precision' | 'tuner' | 'loraDropout' | 'targetModules' | 'gradientCheckpointing'>, tokens: number): number {
	const block = blockBytes(shape, recipe);
	const input = (recipe.precision === 'fp32' ? 4 : 2) * shape.hidden;
	return tokens * (recomputes(recipe) ? shape.layers * input + block : shape.layers * block);
}

/**
 * Scores over the vocabulary with what the loss makes of them: as computed, in fp32, their log-softmax, and its gradient
 * in fp32. A fine-tuning term on the preferred half holds its own.
 */
export function logitBytes(shape: ModelShape, recipe: TrainingRecipe, tokens: number): number {
	const size = recipe.precision === 'fp32' ? 4 : 2;
	const term = 'rpoAlpha' in recipe && recipe.rpoAlpha !== null ? 4 : 0;
	return tokens * shape.vocabulary * (size + 12 + term);
}
