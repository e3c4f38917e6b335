import { describe, expect, it } from 'vitest';
import { simulateGate } from './gate-simulation.ts';

const test = { questions: 150, annotators: 5, votes: 3, level: 0.05, runs: 600, seed: 'gate' };

describe('a gate looked at after every question', () => {
	it('promotes one of two equal checkpoints no more often than its level says, where an ordinary interval would be fooled', () => {
		const { promoted, naive, winRate } = simulateGate({ ...test, better: 0 });
		expect(winRate).toBeCloseTo(0.5, 2);
		expect(promoted.value).toBeLessThanOrEqual(test.level + 2 * promoted.standardError);
		expect(naive.value).toBeGreaterThan(2 * test.level);
	});

	it('promotes a checkpoint that is clearly better', () => {
		expect(simulateGate({ ...test, better: 0.6 }).promoted.value).toBeGreaterThan(0.9);
	});
});
