import type { StepMetrics } from '#lib/server/db/run-record.ts';
import { gpuMetrics, gpuUse } from '../engine/gpu-use.ts';
import type { GpuUse } from '../engine/gpu-use.ts';
import { every } from '../process/every.ts';

const SAMPLE_MS = 2000;

/** Samples the GPUs that a run has on this host while it trains, and gives what was seen since the last time it was asked. */
export type GpuWatch = { since: () => Record<string, number>; stop: () => Promise<void> };

/** A watch over these GPUs. Without any it does nothing. */
export function watchGpus(ids: readonly number[]): GpuWatch {
	let samples: GpuUse[] = [];
	const sampling = ids.length === 0 ? null : every(SAMPLE_MS, async () => void samples.push(...(await gpuUse(ids))))(() => undefined);
	return {
		since: () => {
			const metrics = gpuMetrics(samples);
			samples = [];
			return metrics;
		},
		stop: async () => sampling?.stop()
	};
}

/** Puts what GPUs did into the newest step of a batch; a batch without a step waits for one. */
export function withGpus(metrics: readonly StepMetrics[], watch: GpuWatch): StepMetrics[] {
	const last = metrics.at(-1);
	return last === undefined ? [...metrics] : [...metrics.slice(0, -1), { ...last, values: { ...last.values, ...watch.since() } }];
}
