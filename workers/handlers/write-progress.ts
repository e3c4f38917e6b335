import { figuresAfter } from '#lib/domain/step-figures.ts';
import type { App } from '#lib/server/app.ts';
import { recordProgress } from '#lib/server/usecases/attempt-run.ts';
import type { Progress } from '#lib/server/usecases/attempt-run.ts';
import type { EngineEvent } from '../engine/engine.ts';
import { withGpus } from './gpu-watch.ts';
import type { GpuWatch } from './gpu-watch.ts';
import type { HealthWatch, Sign } from './health-watch.ts';

/** One write a second however fast the engine talks: every write wakes the open pages. */
const BATCH_MS = 1000;
/** Log lines held back while the database is away; more would fill the memory. */
const MAX_HELD_LINES = 20_000;

type Batch = Pick<Progress, 'metrics' | 'log' | 'events'> & { status?: 'running'; maxSteps?: number };

/** Every step once: the database refuses one that comes twice at a time. */
function withStep(steps: Batch['metrics'], { step, epoch, values }: Batch['metrics'][number]): Batch['metrics'] {
	return [...steps.filter((one) => one.step !== step), { step, epoch, values: figuresAfter(steps.find((one) => one.step === step)?.values, values) }];
}

function add(batch: Batch, event: EngineEvent): void {
	if (event.type === 'metrics') {
		batch.metrics = withStep(batch.metrics, event);
		batch.status = 'running';
		batch.maxSteps = event.maxSteps;
	} else if (event.type === 'log') {
		if (batch.log.length < MAX_HELD_LINES) batch.log.push(event.line);
	} else if (event.type === 'phase') {
		batch.events.push({ kind: 'phase', data: { phase: event.phase } });
		if (event.phase === 'training') batch.status = 'running';
	} else if (event.type === 'checkpoint') {
		batch.events.push({ kind: 'saved', data: { step: event.step } });
	} else {
		batch.events.push({ kind: 'rows', data: { count: event.count } });
	}
}

/** What could not be written, and what was told since. */
function together(held: Batch, since: Batch): Batch {
	return { ...held, ...since, metrics: since.metrics.reduce(withStep, held.metrics), log: [...held.log, ...since.log].slice(0, MAX_HELD_LINES), events: [...held.events, ...since.events] };
}

/** What a batch says beside its steps. */
function signsIn(events: Batch['events']): Sign[] {
	return events.flatMap(({ kind, data }): Sign[] => (kind === 'saved' ? ['saving'] : kind === 'phase' && data?.['phase'] === 'training' ? ['training'] : []));
}

/** Writes an engine's events, and what its figures give to say, in batches until it has ended; a batch that the database could not take is tried again. */
export async function writeProgress(app: Pick<App, 'db' | 'log'>, of: { runId: string; attempt: number }, events: AsyncIterable<EngineEvent>, { health, gpus }: { health: HealthWatch; gpus: GpuWatch }): Promise<void> {
	const empty = (): Batch => ({ metrics: [], log: [], events: [] });
	let batch = empty();
	let held = empty();
	let writing = Promise.resolve();
	const flush = async () => {
		const taken = batch;
		batch = empty();
		taken.metrics = withGpus(taken.metrics, gpus);
		// Of what is written once more nothing happened once more: a step told again would be the quickest of all.
		taken.events.push(...(await health.after(taken.metrics, signsIn(taken.events))).map((finding) => ({ kind: 'health', data: finding })));
		held = together(held, taken);
		if (held.metrics.length + held.log.length + held.events.length === 0) return;
		try {
			await recordProgress(app, of, held);
			held = empty();
		} catch (error) {
			app.log.warn({ err: error, ...of }, 'progress not written');
		}
	};
	const timer = setInterval(() => (writing = writing.then(flush)), BATCH_MS);
	try {
		for await (const event of events) add(batch, event);
	} finally {
		clearInterval(timer);
		await writing.then(flush);
	}
}
