import type { Objective, TrainingRecipe } from '../training-recipe.ts';
import { dropsOut } from '../recipe/tuner-fields.ts';
import { isOfExperts, linearsOf } from './model-shape.ts';
import type { ModelShape } from './model-shape.ts';

/** What of a recipe decides what a block keeps. */
type Adapting = Pick<TrainingRecipe, 'objective' | 'precision' | 'tuner' | 'loraDropout' | 'targetModules'>;

/**
 * Bytes that one token leaves in one block for the backward pass. Korthikanti et al. 2022 (arXiv 2205.05198, section
 * 4.1) count 34·h for the blocks of GPT in 16 bits, and 5·a·s more for attention scores, which fused kernels do not
 * keep. Counted the same way for today's blocks: root-mean-square norms keep their input in fp32, rotary positions keep
 * queries and keys once more, and the gated feed-forward block keeps four of its width.
 */
export function blockBytes(shape: ModelShape, recipe: Adapting): number {
	const size = recipe.precision === 'fp32' ? 4 : 2;
	const query = shape.heads * shape.headDim;
	const key = shape.kvHeads * shape.headDim;
	const norms = 2 * 4 * shape.hidden + 2 * size * shape.hidden;
	const attention = size * (shape.hidden + 2 * query + 3 * key + 2 * query);
	const forward = size * (shape.hidden + 4 * (shape.experts?.sharedIntermediate ?? shape.intermediate) + keptByExperts(shape, recipe.tuner === 'full'));
	// With dropout an adapter keeps its own input beside the mask of what was left out.
	const adapters = dropsOut(recipe) && recipe.loraDropout > 0 ? linearsOf(shape).filter(({ name }) => adapted(recipe.targetModules, name)).reduce((sum, { inputs }) => sum + inputs * (size + 1), 0) : 0;
	return norms + attention + forward + adapters;
}

/** What a token's experts keep: what they give, to weigh it, and their width three times; where they learn, what they get and their width once more. */
function keptByExperts({ experts, hidden, intermediate }: ModelShape, learn: boolean): number {
	return experts ? experts.perToken * ((learn ? 2 : 1) * hidden + (learn ? 4 : 3) * intermediate) : 0;
}

function adapted(modules: string, name: string): boolean {
	if (isOfExperts(name) || name === 'shared_gate') return false;
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
export function activationBytes(shape: ModelShape, recipe: Adapting & Pick<TrainingRecipe, 'gradientCheckpointing'>, tokens: number): number {
	const block = blockBytes(shape, recipe);
	const input = (recipe.precision === 'fp32' ? 4 : 2) * shape.hidden;
	return tokens * (recomputes(recipe) ? shape.layers * input + block : shape.layers * block);
}

/**
 * Bytes of one score over the vocabulary at the peak of a step, counted while the engine trained on CPU
 * (`test/golden/scores.py`): as computed and once more in fp32, with the gradients of both and what the loss makes of
 * them. KTO's includes the pass for its KL term. None where no words are scored.
 */
const SCORE_BYTES: Readonly<Record<Objective, number>> = { dpo: 16, kto: 16, orpo: 18, cpo: 18, simpo: 18, sft: 12, rm: 0 };

/** Objectives whose trainers score whole conversations; the others begin where an answer does (`use_logits_to_keep`). */
const SCORES_ALL: ReadonlySet<Objective> = new Set(['orpo', 'cpo', 'simpo']);

/** What of the data decides memory. */
export type Sequences = {
	/** Tokens of the longest conversation that is trained. */
	longest: number;
	/** Tokens of the longest answer. */
	answer: number;
	/** Tokens of the shortest question; 0 where that is not known. */
	shortestQuestion?: number;
};

/** Tokens of each conversation that are scored. Of rows that go through together all are, from where the first of their answers begins. */
export function scoredTokens({ objective, batchSize, maxLength }: Pick<TrainingRecipe, 'objective' | 'batchSize' | 'maxLength'>, { longest, answer, shortestQuestion = 0 }: Sequences): number {
	const length = Math.min(longest, maxLength);
	if (SCORES_ALL.has(objective)) return length;
	return Math.min(length, batchSize === 1 ? answer : Math.max(answer, longest - shortestQuestion));
}

/** Scores of so many tokens over the vocabulary, with what the loss makes of them. */
export function scoreBytes(shape: Pick<ModelShape, 'vocabulary'>, objective: Objective, tokens: number): number {
	return tokens * shape.vocabulary * SCORE_BYTES[objective];
}
