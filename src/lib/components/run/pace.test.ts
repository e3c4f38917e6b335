import { describe, expect, test } from 'vitest';
import { pace } from './pace.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 23, 9, 0, seconds)).toISOString();
const training = (attempt: number, seconds: number) => ({ attempt, kind: 'phase', data: { phase: 'training' }, createdAt: at(seconds) });

describe('the pace of a run', () => {
	test('counts from the moment the engine trains, not from the start', () => {
		expect(pace({ step: 10, maxSteps: 100, attempt: 1, resumedFrom: 0, events: [training(1, 30)], now: Date.parse(at(50)) })).toEqual({ secondsPerStep: 2, secondsLeft: 180 });
	});
	test('a resumed attempt counts its own steps only', () => {
		expect(pace({ step: 60, maxSteps: 100, attempt: 2, resumedFrom: 50, events: [training(1, 0), training(2, 40)], now: Date.parse(at(50)) })).toEqual({ secondsPerStep: 1, secondsLeft: 40 });
	});
	test('says nothing before there is anything to say', () => {
		const early = { maxSteps: 100, attempt: 2, resumedFrom: 0, now: Date.parse(at(50)) };
		expect(pace({ ...early, step: 2, events: [training(2, 0)] })).toBeNull();
		expect(pace({ ...early, step: 20, events: [training(1, 0)] })).toBeNull();
		expect(pace({ ...early, step: 20, events: [training(2, 55)] })).toBeNull();
	});
});
