import { join } from 'node:path';
import { RUN_INTERVALS } from '#lib/domain/intervals.ts';
import type { ScriptOptions } from '../engine/swift/python-script.ts';
import { guardedRunner } from '../process/guarded.ts';
import type { StartOptions } from '../process/supervise.ts';
import type { WorkerContext } from './context.ts';

type Context = Pick<WorkerContext, 'environment' | 'hostKey' | 'workDir' | 'threads'>;

/** A piece of work whose programs are guarded: its folder, and the mark by which they are found again, `id.attempt` with its kind before it. */
export type MarkedWork = { dir: string; mark: string };

/** How programs of a piece of work are guarded: what outlives its worker is found by its mark. */
export const guardOf = ({ environment, hostKey }: Context, { dir, mark }: MarkedWork): Omit<StartOptions, 'argv' | 'env'> => ({
	cwd: environment.dir,
	dir: join(dir, 'log'),
	graceSeconds: 3,
	selfTerminateSeconds: RUN_INTERVALS.selfTerminateSeconds,
	marker: `${hostKey}:${mark}`
});

/** How the engine's scripts are run for a piece of work: each under a guard, so that none keeps a device when its worker is gone. */
export function guardedScripts(context: Context, work: MarkedWork, options: { signal: AbortSignal; timeoutMs?: number }): ScriptOptions {
	return { cacheDir: join(context.workDir, 'cache'), threads: context.threads, ...options, run: guardedRunner(guardOf(context, work)) };
}
