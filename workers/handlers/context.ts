import type { App } from '#lib/server/app.ts';
import type { EngineEnvironment } from '../engine/swift/environment-types.ts';
import type { Launcher } from '../launchers/launcher.ts';

/** What every handler is given. */
export type WorkerContext = {
	app: App;
	workerId: string;
	hostKey: string;
	/** Folder of this host for attempts and laid-out checkpoints. */
	workDir: string;
	environment: EngineEnvironment;
	launcher: Launcher;
	/** Threads that an engine may use on this host. */
	threads: number;
	/** Aborted when the worker goes down: what runs is given back. */
	shutdown: AbortSignal;
};
