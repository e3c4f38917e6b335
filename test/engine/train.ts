import { inject } from 'vitest';
import { join } from 'node:path';
import { OBJECTIVE_FACTS } from '#lib/domain/recipe/objective-facts.ts';
import { recipeDefaults } from '#lib/domain/training-recipe.ts';
import type { Objective, TrainingRecipe } from '#lib/domain/training-recipe.ts';
import type { EngineEvent, PreparedRun, TrainRequest, TrainedCheckpoint } from '../../workers/engine/engine.ts';
import type { Outcome } from '../../workers/engine/problem.ts';
import { createSwiftEngine } from '../../workers/engine/swift/swift-engine.ts';
import type { EngineEnvironment } from '../../workers/engine/swift/environment-types.ts';
import { createLocalLauncher } from '../../workers/launchers/local.ts';
import type { ProcessExit } from '../../workers/process/exit-record.ts';
import { answerRows, pairRows, pairs, singleRows, writeRows } from './rows.ts';

/** What a whole attempt gave. */
export type Attempt = { prepared: PreparedRun; events: EngineEvent[]; exit: ProcessExit; outcome: Outcome<TrainedCheckpoint> };

/** A recipe for tests: small, quick, otherwise the CPU default. */
export function recipe<O extends Objective>(objective: O, more: Partial<Extract<TrainingRecipe, { objective: O }>> = {}): TrainingRecipe {
	return { ...recipeDefaults(objective, { device: 'cpu' }), loraRank: 4, loraAlpha: 8, batchSize: 4, maxSteps: 6, saveSteps: 3, maxLength: 256, ...more } as TrainingRecipe;
}

/** Rows in the unit of an objective. */
const ROWS = { pairs: pairRows, labels: singleRows, answers: answerRows };

/** Walks one attempt as a worker does; `onEvent` may interfere. */
export async function train(
	name: string,
	request: Partial<TrainRequest> & { recipe: TrainingRecipe },
	options: { onEvent?: (event: EngineEvent, handle: { pid: number; stop: () => void }) => void; acceptEarlyStop?: boolean; rows?: unknown[]; /** Another engine than the tests' own. */ environment?: EngineEnvironment } = {}
): Promise<Attempt> {
	const { model, dir, ...own } = inject('engine');
	const environment = options.environment ?? own.environment;
	const attempt = `${name}-${process.pid}`;
	const folder = join(dir, name);
	const list = options.rows ?? ROWS[OBJECTIVE_FACTS[request.recipe.objective].reads](pairs(24));
	const rows = await writeRows(join(dir, `${name}.jsonl`), list);
	const engine = createSwiftEngine(environment);
	const launcher = createLocalLauncher();

	const prepared = await engine.prepare({ attempt, dir: folder, model, rows, rowCount: list.length, device: 'cpu', threads: 2, ...request });
	if (!prepared.ok) throw new Error(prepared.problem.message);
	const job = await launcher.submit({ attempt, command: engine.command(prepared.value), dir: folder, graceSeconds: 30, selfTerminateSeconds: 60 });
	if (!job.ok) throw new Error(job.problem.message);
	const renewing = setInterval(() => launcher.renew(job.value), 5000);
	const ended = new AbortController();
	const exiting = launcher.collect(job.value).finally(() => ended.abort());
	const events: EngineEvent[] = [];
	const handle = { pid: Number(job.value.id), stop: () => void launcher.cancel(job.value) };
	for await (const event of engine.follow(prepared.value, { ended: ended.signal, pollMs: 50 })) {
		events.push(event);
		options.onEvent?.(event, handle);
	}
	clearInterval(renewing);
	const exit = await exiting;
	return { prepared: prepared.value, events, exit, outcome: await engine.collect(prepared.value, exit, { acceptEarlyStop: options.acceptEarlyStop }) };
}

/** The value of an outcome that must be one. */
export function must<T>(outcome: Outcome<T>): T {
	if (!outcome.ok) throw new Error(`${outcome.problem.code}: ${outcome.problem.message}`);
	return outcome.value;
}

/** Steps of the metrics events. */
export function steps(events: readonly EngineEvent[]): number[] {
	return events.flatMap((event) => (event.type === 'metrics' ? [event.step] : []));
}
