import * as v from 'valibot';
import { expect, it } from 'vitest';
import { asksOf, costAtMost, costOf, GenerationPlan, perPrompt, planProblems } from './generation-plan.ts';

const [a, b, c] = ['0199a000-0000-7000-8000-00000000000a', '0199a000-0000-7000-8000-00000000000b', '0199a000-0000-7000-8000-00000000000c'] as [string, string, string];
const plan = (of: Record<string, unknown>) => v.parse(GenerationPlan, { sources: [{ endpointId: a }, { checkpointId: b }], ...of });

it('asks each sample at each temperature once, with a seed of its own', () => {
	expect(asksOf({ temperatures: [0.2, 1], samples: 2 }, 7)).toEqual([
		{ sample: 0, temperature: 0.2, seed: 7 },
		{ sample: 1, temperature: 0.2, seed: 8 },
		{ sample: 2, temperature: 1, seed: 9 },
		{ sample: 3, temperature: 1, seed: 10 }
	]);
	expect(asksOf({ temperatures: [1], samples: 2 }, 2 ** 31 - 1).map(({ seed }) => seed)).toEqual([2 ** 31 - 1, 0]);
});

it.each([
	['every_pair', 28],
	['champion_challenger', 4],
	['spread', 3],
	['random_pairs', 3],
	['each_answer', 8]
] as const)('counts what %s makes of 2 models × 2 samples × 2 temperatures', (policy, comparisons) => {
	expect(perPrompt(plan({ policy, samples: 2, temperatures: [0.2, 1], pairsPerPrompt: 3 }))).toEqual({ answers: 8, comparisons });
});

it('names what cannot work', () => {
	const fields = (of: Record<string, unknown>) => planProblems(plan(of)).map(({ field }) => field);
	expect(fields({})).toEqual([]);
	expect(fields({ sources: [{ endpointId: a }, { endpointId: a }] })).toEqual(['sources']);
	expect(fields({ sources: [{ endpointId: a }] })).toEqual(['samples']);
	expect(fields({ sources: [{ endpointId: a }], policy: 'champion_challenger', samples: 4 })).toEqual(['sources']);
	expect(fields({ temperatures: [0, 1], samples: 2 })).toEqual(['samples']);
	expect(fields({ temperatures: [1, 1] })).toEqual(['temperatures']);
	expect(fields({ sources: [{ endpointId: a }], policy: 'each_answer' })).toEqual([]);
	expect(v.safeParse(GenerationPlan, { sources: [{ endpointId: a, checkpointId: c }] }).success).toBe(false);
});

it('tells the cost at the most, and what was used', () => {
	expect(costAtMost({ promptBytes: 3500, prompts: 10, answersPerPrompt: 2, maxTokens: 100, priceIn: 1, priceOut: 10 })).toBeCloseTo((2000 * 1 + 2000 * 10) / 1e6, 12);
	expect(costOf({ promptTokens: 1_000_000, completionTokens: 500_000, priceIn: 0.5, priceOut: 2 })).toBe(1.5);
	expect(costOf({ promptTokens: 1, completionTokens: 1, priceIn: null, priceOut: 2 })).toBeNull();
});
