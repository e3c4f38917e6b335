/** State of a worker's training engine, as the pages show it. */
export type EngineState =
	| { state: 'unknown' }
	| { state: 'unavailable'; message: string }
	| { state: 'installing'; done: number; total: number; label: string }
	| { state: 'failed'; message: string }
	| { state: 'ready'; versions: Record<string, string> };

/** What a worker announces about itself. */
export type WorkerCapabilities = {
	cpus: number;
	memoryBytes: number;
	gpus: { name: string; memoryBytes: number }[];
	engine: EngineState;
};
