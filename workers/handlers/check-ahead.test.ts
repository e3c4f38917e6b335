import { expect, it } from 'vitest';
import type { EngineEvent } from '../engine/engine.ts';
import { createCheckAhead } from './check-ahead.ts';

const model = { path: '/m' };
const step = (at: number, pace?: number): EngineEvent => ({ type: 'metrics', step: at, maxSteps: 100, epoch: null, values: pace === undefined ? {} : { 'train_speed(s/it)': pace } });
const service = (stopped: () => void) => ({ ask: () => Promise.resolve(''), stop: stopped, ended: Promise.resolve() });

it('starts the check once, half a minute before the end that the pace of the steps promises, and ends it with the attempt', async () => {
	let [starts, stops] = [0, 0];
	const ahead = createCheckAhead(() => ((starts += 1), Promise.resolve(service(() => (stops += 1)))));
	ahead.sees(step(84, 2), model);
	ahead.sees({ type: 'log', line: 'x' }, model);
	ahead.sees(step(99), model);
	expect([starts, await ahead.waiting()]).toEqual([0, null]);
	ahead.sees(step(85, 2), model);
	ahead.sees(step(86, 2), model);
	expect(starts).toBe(1);
	expect(await ahead.waiting()).not.toBeNull();
	ahead.stop();
	await ahead.waiting();
	expect(stops).toBe(1);
});

it('is made as any other where it does not start or no pace is told, and never after the attempt', async () => {
	const unpaced = createCheckAhead(() => Promise.reject(new Error('started')));
	unpaced.sees(step(100), model);
	const broken = createCheckAhead(() => Promise.reject(new Error('no such program')));
	broken.sees(step(99, 1), model);
	expect([await unpaced.waiting(), await broken.waiting()]).toEqual([null, null]);
	let starts = 0;
	const late = createCheckAhead(() => ((starts += 1), Promise.resolve(service(() => undefined))));
	late.stop();
	late.sees(step(100, 1), model);
	expect(starts).toBe(0);
});
