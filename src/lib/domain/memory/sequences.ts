import type { TrainingRecipe } from '../training-recipe.ts';
import type { Sequences } from './activations.ts';
import type { ModelShape } from './model-shape.ts';
import { longestIn } from './token-lengths.ts';
import type { TokenLengths } from './token-lengths.ts';

/** What stands before and after an image's own tokens. */
const AROUND = 2;

/** Tokens of an image that is as large as a recipe allows; null where the model decides, or they do not follow from the area. */
function imageTokens({ images }: Pick<ModelShape, 'images'>, { maxPixels }: Pick<TrainingRecipe, 'maxPixels'>): number | null {
	return images?.pixelsPerToken == null || maxPixels === null ? null : Math.ceil(maxPixels / images.pixelsPerToken) + AROUND;
}

/**
 * What of a snapshot's rows decides memory. Rows with images have the tokens of their words and of as many images as one
 * has at most, each as large as allowed. `assumed`: some rows are taken to be as long as allowed, because nobody knows.
 */
export function sequencesOf({ lengths, withImages }: { lengths: TokenLengths; withImages: number }, shape: Pick<ModelShape, 'images'>, recipe: Pick<TrainingRecipe, 'maxLength' | 'maxPixels'>): { sequences: Sequences; assumed: boolean } {
	const text = longestIn(lengths);
	const { pictured } = lengths;
	const known = { longest: text, answer: lengths.longestAnswer, shortestQuestion: lengths.shortestQuestion ?? 0 };
	if (withImages === 0 && text > 0) return { sequences: known, assumed: false };
	if (!pictured || withImages === 0) return { sequences: { longest: Math.max(text, recipe.maxLength), answer: recipe.maxLength }, assumed: true };
	const each = imageTokens(shape, recipe);
	const longest = Math.max(text, each === null ? recipe.maxLength : pictured.longest + pictured.images * each);
	const shortestQuestion = text > 0 ? Math.min(known.shortestQuestion, pictured.shortestQuestion) : pictured.shortestQuestion;
	return { sequences: { longest, answer: Math.max(known.answer, pictured.longestAnswer), shortestQuestion }, assumed: each === null };
}
