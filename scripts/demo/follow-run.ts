import { setTimeout as sleep } from 'node:timers/promises';
import { DemoTrouble } from './api.ts';
import type { Api } from './api.ts';
import { clock } from './print.ts';

type WaitingFor = { code: string; message?: string; done?: number; total?: number; label?: string; ahead?: number };
type ProblemNote = { code: string; message: string; hint?: string };

/** What is read of a run. */
export type Run = {
	id: string;
	status: string;
	waitingFor: WaitingFor | null;
	step: number;
	maxSteps: number | null;
	attempt: number;
	snapshot: { rows: number };
	checkpoint: { id: string; name: string } | null;
	problem: ProblemNote | null;
};
type Metrics = { step: number; values: Record<string, number> };

const POLL_MS = 2000;
const SAY_EVERY_MS = 10_000;
/** Nobody is there to mend it: after this long without a worker or engine the demo gives up. */
const HOPELESS_MS = 60_000;
const ENDED = ['succeeded', 'failed', 'cancelled'];

function whyWaiting({ code, message, done, total, label, ahead }: WaitingFor): string {
	if (code === 'no_worker') return 'no worker is running; npm start starts one';
	if (code === 'no_engine') return `no worker can train: ${message ?? ''}`;
	if (code === 'engine_installing') return `installing the training engine, ${done ?? 0} of ${total ?? 0} packages${label ? ` (${label})` : ''}`;
	if (code === 'in_line') return `${ahead ?? 0} runs are before it`;
	return 'a worker is about to take it';
}

const metric = (values: Record<string, number>, name: string, digits: number): string | null => {
	const value = values[name];
	return value === undefined ? null : value.toFixed(digits);
};

/** One line of progress: step, share, and the figures of the last logged step. */
function progressLine(run: Run, metrics: readonly Metrics[], seconds: number): string {
	const last = metrics.at(-1)?.values ?? {};
	const figures = [
		['loss', metric(last, 'loss', 3)],
		['margin', metric(last, 'rewards/margins', 3)],
		['accuracy', metric(last, 'rewards/accuracies', 2)]
	].flatMap(([name, value]) => (value === null ? [] : [`${name ?? ''} ${value ?? ''}`]));
	return `  ${clock(seconds).padStart(5)}  step ${run.step}${run.maxSteps ? ` of ${run.maxSteps}` : ''}${figures.length > 0 ? `  ${figures.join('  ')}` : ''}`;
}

/** Waits until a worker has begun the run and says why it waits, whenever the reason changes. */
export async function untilBegun(api: Api, runId: string): Promise<Run> {
	let said = '';
	let hopelessSince: number | null = null;
	for (;;) {
		const run = await api.get<Run>(`/runs/${runId}`);
		if (!run.waitingFor || ENDED.includes(run.status)) return run;
		const why = whyWaiting(run.waitingFor);
		if (why !== said) console.log(`  waiting: ${why}`);
		said = why;
		const hopeless = run.waitingFor.code === 'no_worker' || run.waitingFor.code === 'no_engine';
		hopelessSince = hopeless ? (hopelessSince ?? performance.now()) : null;
		if (hopelessSince !== null && performance.now() - hopelessSince > HOPELESS_MS) throw new DemoTrouble(`The run waits in vain: ${why}.`);
		await sleep(POLL_MS);
	}
}

/**
 * Follows a run to its end with a line every ten seconds.
 * @throws DemoTrouble when it did not end with a checkpoint
 */
export async function followRun(api: Api, runId: string): Promise<Run & { checkpoint: { id: string; name: string } }> {
	const began = performance.now();
	let said = began;
	let [shown, lastStep, lastAttempt] = ['', 0, 0];
	for (;;) {
		const run = await api.get<Run>(`/runs/${runId}`);
		if (run.status === 'succeeded' && run.checkpoint) return { ...run, checkpoint: run.checkpoint };
		if (ENDED.includes(run.status)) {
			throw new DemoTrouble(`The run ${run.status}${run.problem ? `: ${run.problem.message} ${run.problem.hint ?? ''} (${run.problem.code})` : ''}. Its log: /api/v1/runs/${runId}/events`);
		}
		const now = performance.now();
		if (run.status !== shown || run.attempt !== lastAttempt) console.log(`  ${run.status}${run.attempt > 1 ? `, attempt ${run.attempt}: the one before broke off` : ''}`);
		[shown, lastAttempt] = [run.status, run.attempt];
		// A resumed attempt counts from its checkpoint, which lies before the step last seen.
		if (now - said >= SAY_EVERY_MS && run.step > 0 && run.step !== lastStep) {
			const { metrics } = await api.get<{ metrics: Metrics[] }>(`/runs/${runId}/metrics?since=${Math.max(-1, run.step - 5)}`);
			console.log(progressLine(run, metrics, (now - began) / 1000));
			said = now;
			lastStep = run.step;
		}
		await sleep(POLL_MS);
	}
}
