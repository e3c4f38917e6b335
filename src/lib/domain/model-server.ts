import type { WorkerCapabilities } from './worker-capabilities.ts';

/**
 * A server that a worker of ours starts and looks after. `waiting`: for a worker with room, or for the next try;
 * `stopping`: it takes nothing new and lets go of what is under way; `failed`: no further try would fare better.
 */
export const SERVER_STATUSES = ['waiting', 'starting', 'ready', 'stopping', 'failed', 'ended'] as const;
export type ServerStatus = (typeof SERVER_STATUSES)[number];

/** What people want of a server: that it serves, that it starts anew, that it ends for good. */
export type ServerWish = 'run' | 'restart' | 'end';

/** What answers: vLLM, or ms-swift's own server. */
export type ServingEngine = 'vllm' | 'ms-swift';

/** So many checkpoints share one server at most: each is an adapter in the memory of the same device. */
export const MOST_TOGETHER = 16;

/** Most GPUs that one server takes. */
export const MOST_SERVER_GPUS = 64;

/** Wait before the next try, in seconds, by how often it failed in a row. */
const BACK_OFF_SECONDS = [5, 15, 60];
const LONGEST_WAIT_SECONDS = 300;

/** After so many failures in a row a person must look. */
export const MOST_SERVER_FAILURES = 5;

/** A server that answered for so long, in seconds, had no failure in a row with what ends it then. */
export const STEADY_SECONDS = 600;

/** What no further try mends, on whatever host: the files, the weights and the template are what they are until somebody changes them. */
const LASTING = new Set(['artifact_damaged', 'template_changed', 'model_runs_code', 'unreadable_model', 'unsupported_model', 'unsupported_template', 'broken_model']);

/** An outage of what a server needs to start, which says nothing of the server: it is tried until that is back. */
const PASSING = new Set(['out_of_reach']);

/** What becomes of a server that did not start, or broke off. */
export type AfterFailure = { status: 'waiting'; inSeconds: number } | { status: 'failed' };

/**
 * Whether a server that failed is tried again, and after how many seconds.
 * @param failures how often it has failed in a row, this time included
 * @param code of the problem that ended it
 */
export function afterFailure(failures: number, code: string): AfterFailure {
	const inSeconds = BACK_OFF_SECONDS[failures - 1] ?? LONGEST_WAIT_SECONDS;
	return LASTING.has(code) || (failures >= MOST_SERVER_FAILURES && !PASSING.has(code)) ? { status: 'failed' } : { status: 'waiting', inSeconds };
}

/** Whether one server can serve these together: adapters share the base model they are on; a whole model is alone. */
export function canShareServer(kinds: readonly ('base' | 'adapter' | 'full')[]): boolean {
	return kinds.length === 1 || (kinds.length <= MOST_TOGETHER && !kinds.includes('full'));
}

/** What answers on a worker: vLLM where it is there, has a GPU and reads the model's own chat template; an engine's template by name only ms-swift knows. */
export function servingEngine(of: { vllm: boolean; gpus: number; namedTemplate: boolean }): ServingEngine {
	return of.vllm && of.gpus > 0 && !of.namedTemplate ? 'vllm' : 'ms-swift';
}

/** Why a server has not begun, as a code for the page and the facts its sentence needs. */
export type ServerWaits = { code: 'next_try' } | { code: 'no_worker' } | { code: 'no_engine' } | { code: 'too_few_gpus'; /** GPUs of the worker that has most. */ most: number } | { code: 'no_processors' } | { code: 'room' };

/** Whether a worker could ever run a server that takes so many GPUs: one without runs on a host without, so that it never sees one that a run has. */
export const couldServe = ({ gpus: own }: Pick<WorkerCapabilities, 'gpus'>, gpus: number): boolean => (gpus === 0 ? own.length === 0 : own.length >= gpus);

/** Why a waiting server waits, from what the workers that take work say of themselves. */
export function serverWaitsFor(living: readonly WorkerCapabilities[], of: { gpus: number; failures: number }): ServerWaits {
	if (of.failures > 0) return { code: 'next_try' };
	if (living.length === 0) return { code: 'no_worker' };
	const able = living.filter((worker) => couldServe(worker, of.gpus));
	if (able.length === 0) return of.gpus === 0 ? { code: 'no_processors' } : { code: 'too_few_gpus', most: Math.max(...living.map(({ gpus }) => gpus.length)) };
	return able.some(({ engine }) => engine.state === 'ready') ? { code: 'room' } : { code: 'no_engine' };
}
