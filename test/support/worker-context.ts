import type { WorkerContext } from '../../workers/handlers/context.ts';
import { createDevicePool } from '../../workers/launchers/devices.ts';
import type { World } from './world.ts';

/** What handlers are given on a host without GPUs, whose engine cannot be started. */
export function workerContext(world: World, workerId: string, more: Partial<WorkerContext> = {}): WorkerContext {
	const environment = more.environment ?? { dir: '', device: 'cpu', python: '', swiftCli: '', versions: {} };
	return {
		app: world.app,
		workerId,
		hostKey: 'h',
		workDir: world.dataDir,
		environment,
		placedEnvironment: environment,
		launchers: new Map(),
		labels: [],
		devices: createDevicePool([]),
		claim: (task) => task(),
		outside: new Set(),
		threads: 1,
		shutdown: new AbortController().signal,
		...more
	};
}
