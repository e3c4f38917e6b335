import { run } from '../process/run.ts';

/** What one GPU does at a moment: memory in use and in all in GiB, and the share of the last moment in which it computed, 0 to 1 (null where the driver does not say, as under MIG). */
export type GpuUse = { index: number; usedGiB: number; totalGiB: number; use: number | null };

const FIELDS = 'index,memory.used,memory.total,utilization.gpu';

/** Reads GPUs by `nvidia-smi`; none where it is missing or fails. `ids`: those of a run, all when left out. */
export async function gpuUse(ids?: readonly number[]): Promise<GpuUse[]> {
	const which = ids && ids.length > 0 ? ['-i', ids.join(',')] : [];
	const result = await run(['nvidia-smi', ...which, `--query-gpu=${FIELDS}`, '--format=csv,noheader,nounits'], { timeoutMs: 10_000 });
	return result.code === 0 ? parseGpuUse(result.stdout) : [];
}

/** Reads lines such as `0, 20480, 81559, 97` (MiB and percent; `[N/A]` and `[Not Supported]` are no number). */
export function parseGpuUse(text: string): GpuUse[] {
	return text.split('\n').flatMap((line) => {
		const [, index, used, total, use] = /^\s*(\d+),\s*(\d+),\s*(\d+),\s*(\d+|\[[^\]]+\])\s*$/.exec(line) ?? [];
		if (index === undefined || use === undefined) return [];
		return [{ index: Number(index), usedGiB: Number(used) / 1024, totalGiB: Number(total) / 1024, use: /^\d/.test(use) ? Number(use) / 100 : null }];
	});
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Metrics of samples that were taken since the last step, beside the engine's own: `gpu/memory` (GiB, the most that any
 * GPU of the run held) and `gpu/use` (0 to 1, the mean over its GPUs); with several GPUs `gpu/0/memory`, `gpu/0/use` too.
 */
export function gpuMetrics(samples: readonly GpuUse[]): Record<string, number> {
	const byGpu = Map.groupBy(samples, ({ index }) => index);
	const metrics: Record<string, number> = {};
	const put = (name: string, of: readonly GpuUse[]) => {
		const uses = of.flatMap(({ use }) => (use === null ? [] : [use]));
		metrics[`${name}/memory`] = rounded(Math.max(...of.map(({ usedGiB }) => usedGiB)));
		if (uses.length > 0) metrics[`${name}/use`] = rounded(mean(uses));
	};
	if (samples.length > 0) put('gpu', samples);
	if (byGpu.size > 1) for (const [index, of] of byGpu) put(`gpu/${index}`, of);
	return metrics;
}
