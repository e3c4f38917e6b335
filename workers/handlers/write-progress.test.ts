import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { App } from '#lib/server/app.ts';
import type { Progress } from '#lib/server/usecases/attempt-run.ts';
import type { EngineEvent } from '../engine/engine.ts';
import { watchGpus } from './gpu-watch.ts';
import { HealthWatch } from './health-watch.ts';
import { StepClock } from './step-clock.ts';
import { writeProgress } from './write-progress.ts';

/** What was to be written, at each try. */
const tried: Progress[] = [];
let away = false;
vi.mock('#lib/server/usecases/attempt-run.ts', () => ({
	recordProgress: async (_app: unknown, _of: unknown, progress: Progress) => {
		tried.push(structuredClone(progress));
		if (away) throw new Error('the database is away');
	}
}));
beforeEach(() => {
	tried.length = 0;
	away = false;
	vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => vi.useRealTimers());

/** An engine that tells what it is given, and a clock that goes where it is put. */
function training() {
	let now = 0;
	let waiting = Promise.withResolvers<EngineEvent | null>();
	async function* events(): AsyncGenerator<EngineEvent> {
		for (let event = await waiting.promise; event; event = await waiting.promise) {
			waiting = Promise.withResolvers();
			yield event;
		}
	}
	const clock = new StepClock(() => now);
	const app = { db: {}, log: { warn: () => undefined } } as unknown as App;
	const written = writeProgress(app, { runId: 'run', attempt: 1 }, events(), { health: new HealthWatch({ maxSteps: 100, beta: 0.1 }, '/no/such/folder', [], clock), gpus: watchGpus([]) });
	return {
		silence: () => clock.silence(),
		/** The engine tells something, and the batch is tried to be written. */
		tell: async (seconds: number, event?: EngineEvent) => {
			now += seconds * 1000;
			if (event) waiting.resolve(event);
			// Taken up before the timer rings.
			await new Promise((resolve) => setImmediate(resolve));
			const before = tried.length;
			vi.advanceTimersByTime(1000);
			await expect.poll(() => tried.length).toBe(before + 1);
		},
		end: () => {
			waiting.resolve(null);
			return written;
		}
	};
}
const step = (number: number): EngineEvent => ({ type: 'metrics', step: number, maxSteps: 100, epoch: null, values: { loss: 0.5, learning_rate: 1e-5 } });

it('what is written once more while the database is away is neither a further step nor a further save', async () => {
	const { silence, tell, end } = training();
	await tell(0, { type: 'phase', phase: 'training' });
	away = true;
	await tell(600, step(1));
	for (let again = 0; again < 6; again++) await tell(1);
	expect(silence()).toEqual({ step: 1, seconds: 6, stepSeconds: 600 });
	await tell(0, { type: 'checkpoint', step: 1, path: '/checkpoint-1' });
	for (let again = 0; again < 6; again++) await tell(1);
	expect(silence()).toEqual({ step: 1, seconds: 6, stepSeconds: null });
	await tell(594, step(2));
	await tell(1);
	expect(silence()).toEqual({ step: 2, seconds: 1, stepSeconds: 600 });
	away = false;
	await tell(0);
	expect(tried.at(-1)).toMatchObject({ status: 'running', maxSteps: 100, metrics: [{ step: 1 }, { step: 2 }], events: [{ kind: 'saved', data: { step: 1 } }] });
	const all = tried.length;
	await end();
	expect(tried).toHaveLength(all);
});
