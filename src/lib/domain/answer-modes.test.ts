import { expect, it } from 'vitest';
import { answerModes } from './answer-modes.ts';

const prompts = [
	{ id: 'paired', modes: ['pair'] as const },
	{ id: 'alone', modes: ['single'] as const },
	{ id: 'both', modes: ['pair', 'single'] as const },
	{ id: 'new', modes: [] }
];

it('lets a prompt go on as it was judged; a new one follows a round that judged single answers only', () => {
	expect(answerModes(prompts, ['single'])).toEqual({ pair: ['paired', 'both'], single: ['alone', 'both', 'new'] });
	for (const round of [['pair'], ['pair', 'single'], []] as const) expect(answerModes(prompts, round)).toEqual({ pair: ['paired', 'both', 'new'], single: ['alone', 'both'] });
});
