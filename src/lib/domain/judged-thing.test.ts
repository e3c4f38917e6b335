import { expect, it } from 'vitest';
import { judgedThing } from './judged-thing.ts';

it('names what a project judges', () => {
	expect([[], ['pair'], ['single'], ['single', 'pair']].map((modes) => judgedThing(modes as ('pair' | 'single')[]))).toEqual(['pairs', 'pairs', 'answers', 'items']);
});
