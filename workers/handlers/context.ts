import type { LauncherName } from '#lib/domain/launcher.ts';
import type { App } from '#lib/server/app.ts';
import type { EngineEnvironment } from '../engine/swift/environment-types.ts';
import type { DevicePool } from '../launchers/devices.ts';
import type { Launcher } from '../launchers/launcher.ts';

/** What every handler is given. */
export type WorkerContext = {
	app: App;
	workerId: string;
	hostKey: string;
	/** Folder of this host for attempts and laid-out checkpoints. */
	workDir: string;
	/** The engine as it runs on this host. */
	environment: EngineEnvironment;
	/** The engine as it was made: as it runs on the hosts of an outside scheduler, whatever this one has. */
	placedEnvironment: EngineEnvironment;
	/** Where runs can be placed from here. */
	launchers: ReadonlyMap<LauncherName, Launcher>;
	/** What its operator calls its host: runs that ask for anything else are others'. */
	labels: readonly string[];
	/** The host's GPUs. */
	devices: DevicePool;
	/** Looks for work and takes its devices, one at a time: what is seen free is not taken by somebody else in between. */
	claim: <T>(task: () => Promise<T>) => Promise<T>;
	/** Runs in outside schedulers that this worker follows: they take nothing of its host. */
	outside: Set<Promise<void>>;
	/** Threads that an engine may use on this host. */
	threads: number;
	/** Aborted when the worker goes down: what runs is given back. */
	shutdown: AbortSignal;
};

/** The engine as a host with so many GPUs runs it: one that was made for GPUs runs on processors where there are none. */
export function onHost(environment: EngineEnvironment, gpus: number): EngineEnvironment {
	return environment.device === 'gpu' && gpus === 0 ? { ...environment, device: 'cpu' } : environment;
}

/** The same context, whose engine sees these GPUs and no others. */
export function withDevices(context: WorkerContext, ids: readonly number[]): WorkerContext {
	return { ...context, environment: { ...context.environment, devices: ids } };
}

/** The same context, which sees no GPU of this host: what it has none of its own of is somebody else's. */
export function withoutDevices(context: WorkerContext): WorkerContext {
	return { ...context, environment: onHost(context.environment, 0) };
}

/** Whether servers have all GPUs of this host: whatever waited for one would wait for no end. */
export const allLent = ({ devices }: Pick<WorkerContext, 'devices'>): boolean => devices.total > 0 && devices.lent() === devices.total;

/** Does a piece of work on one device that it has for itself; waits until there is one. Where servers have all the row stays in line, and the sweep sends another job for it. */
export async function onOneDevice(context: WorkerContext, work: (own: WorkerContext) => Promise<void>): Promise<void> {
	if (allLent(context)) return;
	const held = await context.devices.take(1);
	try {
		await work(withDevices(context, held.ids));
	} finally {
		held.release();
	}
}
