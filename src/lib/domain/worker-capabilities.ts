import type { LauncherName } from './launcher.ts';
import type { Device } from './recipe/field.ts';

/** State of a worker's training engine, as the pages show it. */
export type EngineState =
	| { state: 'unknown' }
	| { state: 'unavailable'; message: string }
	| { state: 'installing'; done: number; total: number; label: string }
	| { state: 'failed'; message: string }
	| { state: 'ready'; versions: Record<string, string> };

/** State of a worker's detector of names; a worker of an older release says nothing of it. */
export type NamesDetectorState = { state: 'unknown' } | { state: 'failed'; message: string } | { state: 'ready'; presidio: boolean };

/** What a worker announces about itself. */
export type WorkerCapabilities = {
	cpus: number;
	memoryBytes: number;
	gpus: { name: string; memoryBytes: number; /** By which no two workers take the same one. Left out by a worker of an earlier version. */ uuid?: string }[];
	/** Where it can place runs. Left out by a worker of an earlier version: on its own host. */
	launchers?: LauncherName[];
	/** What its engine is made for: its own host’s, or those of an outside scheduler. Left out by a worker of an earlier version. */
	device?: Device;
	/** What its operator calls its host by, such as `npu` (PLUMBLINE_WORKER_LABELS). Left out by a worker of an earlier version, which had none. */
	labels?: string[];
	engine: EngineState;
	names?: NamesDetectorState;
	/** Whether it has a converter to GGUF. Left out by a worker of an earlier version, which made none. */
	gguf?: boolean;
	/** Folders that it sees and that files may be brought in from, by their names in PLUMBLINE_IMPORT_ROOTS. Left out by a worker of an earlier version. */
	importRoots?: string[];
};
