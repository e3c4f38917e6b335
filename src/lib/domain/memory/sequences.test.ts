import { expect, it } from 'vitest';
import { sequencesOf } from './sequences.ts';

const recipe = { maxLength: 4096, maxPixels: 1_003_520 };
const shape = { images: { encoder: 1, joint: 1, sides: 1, pixelsPerToken: 784 } };
const lengths = { rows: { '80': 1 }, tokens: 160, longestAnswer: 30, shortestQuestion: 50 };
const pictured = { longest: 200, longestAnswer: 120, shortestQuestion: 40, images: 2 };

it('are those of the rows where none holds images', () => expect(sequencesOf({ lengths, withImages: 0 }, shape, recipe)).toEqual({ sequences: { longest: 80, answer: 30, shortestQuestion: 50 }, assumed: false }));

it('are as long as allowed where nothing was counted', () => {
	const allowed = { sequences: { longest: 4096, answer: 4096 }, assumed: true };
	expect(sequencesOf({ lengths: { rows: {}, tokens: 0, longestAnswer: 0 }, withImages: 0 }, shape, recipe)).toEqual(allowed);
	// An earlier version passed rows with images over.
	expect(sequencesOf({ lengths, withImages: 199 }, shape, recipe)).toEqual(allowed);
});

it('have the tokens of as many of the largest images as a row may hold', () => {
	const of = (withPixels: number | null, given = lengths) => sequencesOf({ lengths: { ...given, pictured }, withImages: 199 }, shape, { ...recipe, maxPixels: withPixels });
	expect(of(1_003_520)).toEqual({ sequences: { longest: 200 + 2 * 1282, answer: 120, shortestQuestion: 40 }, assumed: false });
	expect(of(1_003_520, { rows: {} as never, tokens: 0, longestAnswer: 0, shortestQuestion: 0 }).sequences.shortestQuestion).toBe(40);
	// The model's own limit is not known here, nor what an image costs one that does not merge patches.
	expect(of(null)).toMatchObject({ sequences: { longest: 4096, answer: 120 }, assumed: true });
	expect(sequencesOf({ lengths: { ...lengths, pictured }, withImages: 1 }, { images: { ...shape.images, pixelsPerToken: null } }, recipe)).toMatchObject({ sequences: { longest: 4096 }, assumed: true });
});
