import { run } from '../process/run.ts';

/** One NVIDIA GPU of this machine. */
export type Gpu = { name: string; memoryBytes: number };

/** GPUs that `nvidia-smi` lists; none where it is missing or fails. */
export async function inspectGpus(): Promise<Gpu[]> {
	const result = await run(['nvidia-smi', '--query-gpu=name,memory.total', '--format=csv,noheader,nounits'], { timeoutMs: 10_000 });
	return result.code === 0 ? parseGpus(result.stdout) : [];
}

/** Reads lines such as `NVIDIA H100 80GB HBM3, 81559` (MiB). */
export function parseGpus(text: string): Gpu[] {
	const gpus: Gpu[] = [];
	for (const line of text.split('\n')) {
		const found = /^(.+),\s*(\d+)\s*$/.exec(line);
		if (found?.[1]) gpus.push({ name: found[1].trim(), memoryBytes: Number(found[2]) * 1024 * 1024 });
	}
	return gpus;
}
