import { expect, it } from 'vitest';
import { createConfidence, withoutLogprobs } from './confidence.ts';

const chat = (logprobs: (number | null)[], index = 0) => ({ index, delta: { content: 'x' }, logprobs: { content: logprobs.map((logprob) => ({ token: 'x', logprob })) } });
const confidenceOf = (...events: object[]): number | null => {
	const confidence = createConfidence();
	for (const event of events) confidence.take(event as Record<string, unknown>);
	return confidence.value();
};

it('is the geometric mean of the tokens’ probabilities, of the first choice, over all pieces', () => {
	const half = Math.log(0.5);
	expect(confidenceOf({ choices: [chat([half, half])] }, { choices: [chat([Math.log(0.25), 0])] })).toBeCloseTo((0.5 * 0.5 * 0.25) ** (1 / 4), 12);
	expect(confidenceOf({ choices: [chat([-9], 1), chat([half])] })).toBeCloseTo(0.5, 12);
	expect(confidenceOf({ choices: [{ text: 'x', logprobs: { token_logprobs: [half, null, half] } }] })).toBeCloseTo(0.5, 12);
});

it('is not known where no server tells, and takes no number that is no probability', () => {
	expect(confidenceOf()).toBeNull();
	expect(confidenceOf({ choices: [{ index: 0, delta: { content: 'x' }, logprobs: null }] }, { choices: [], usage: {} })).toBeNull();
	expect(confidenceOf({ choices: [chat([null, 3])] })).toBeNull();
});

it('goes to nobody who did not ask', () => {
	expect(withoutLogprobs({ id: 'i', choices: [{ ...chat([-1]), finish_reason: null }] })).toEqual({ id: 'i', choices: [{ index: 0, delta: { content: 'x' }, logprobs: null, finish_reason: null }] });
});
