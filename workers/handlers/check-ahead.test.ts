import { expect, it } from 'vitest';
import type { EngineEvent } from '../engine/engine.ts';
import { createCheckAhead } from './check-ahead.ts';

const model = { path: '/m' };
const step = (at: number, pace?: number): EngineEvent => ({ type: 'metrics', step: at, maxSteps: 100, epoch: null, values: pace === undefined ? {} : { 'train_speed(s/it)': pace } });
const service = { ask: () => Promise.resolve(''), stop: () => undefined, ended: Promise.resolve() };
const alive = new AbortController().signal;

it('starts the check once, half a minute before the end that the pace of the steps promises, and ends it with the attempt', async () => {
	let starts = 0;
	let ends = alive;
	const ahead = createCheckAhead((_, signal) => ((starts += 1), (ends = signal), Promise.resolve(service)), alive);
	ahead.sees(step(84, 2), model);
	ahead.sees({ type: 'log', line: 'x' }, model);
	ahead.sees(step(99), model);
	expect([starts, await ahead.waiting()]).toEqual([0, null]);
	ahead.sees(step(85, 2), model);
	ahead.sees(step(86, 2), model);
	expect(starts).toBe(1);
	expect(await ahead.waiting()).toBe(service);
	expect(ends.aborted).toBe(false);
	ahead.stop();
	expect(ends.aborted).toBe(true);
});

it('is made as any other where it does not start or no pace is told, and never after the attempt', async () => {
	const unpaced = createCheckAhead(() => Promise.reject(new Error('started')), alive);
	unpaced.sees(step(100), model);
	const broken = createCheckAhead(() => Promise.reject(new Error('no such program')), alive);
	broken.sees(step(99, 1), model);
	expect([await unpaced.waiting(), await broken.waiting()]).toEqual([null, null]);
	let starts = 0;
	const late = createCheckAhead(() => ((starts += 1), Promise.resolve(service)), alive);
	late.stop();
	late.sees(step(100, 1), model);
	expect(starts).toBe(0);
});

it('does not keep a worker that goes down waiting for one that still loads its libraries', async () => {
	const down = new AbortController();
	const loading = (_: unknown, signal: AbortSignal) => new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('ended'))));
	const ahead = createCheckAhead(loading, down.signal);
	ahead.sees(step(99, 1), model);
	const waiting = ahead.waiting();
	down.abort();
	expect(await waiting).toBeNull();
	const late = createCheckAhead(() => expect.fail('it is started all the same'), down.signal);
	late.sees(step(99, 1), model);
	expect(await late.waiting()).toBeNull();
});
