import { run } from '../process/run.ts';

/** One NVIDIA GPU of this machine: the number by which nvidia-smi counts it, and the name that no other GPU bears. */
export type Gpu = { index: number; uuid: string; name: string; memoryBytes: number };

const FIELDS = 'index,uuid,name,memory.total';

/**
 * GPUs that `nvidia-smi` lists and that this process was given; none where it is missing or fails.
 * @param given `CUDA_VISIBLE_DEVICES` of this process, by which its operator or a scheduler says which are its own; all when left out
 */
export async function inspectGpus(given: string | undefined = process.env['CUDA_VISIBLE_DEVICES']): Promise<Gpu[]> {
	const result = await run(['nvidia-smi', `--query-gpu=${FIELDS}`, '--format=csv,noheader,nounits'], { timeoutMs: 10_000 });
	return result.code === 0 ? givenOf(parseGpus(result.stdout), given) : [];
}

/** Reads lines such as `0, GPU-5e4a…, NVIDIA H100 80GB HBM3, 81559` (MiB). */
export function parseGpus(text: string): Gpu[] {
	return text.split('\n').flatMap((line) => {
		const [, index, uuid, name, memory] = /^\s*(\d+),\s*([^,\s]+),\s*(.+),\s*(\d+)\s*$/.exec(line) ?? [];
		return index === undefined || uuid === undefined || name === undefined ? [] : [{ index: Number(index), uuid, name: name.trim(), memoryBytes: Number(memory) * 1024 * 1024 }];
	});
}

/**
 * Those of the GPUs that are named, by number or by (the beginning of) their own name. As CUDA reads it: nothing after a
 * name that no GPU bears counts, so that an empty text and `-1` mean none.
 */
export function givenOf(gpus: readonly Gpu[], named: string | undefined): Gpu[] {
	if (named === undefined) return [...gpus];
	const found = new Set<Gpu>();
	for (const name of named.split(',').map((one) => one.trim())) {
		const gpu = gpus.find(({ index, uuid }) => (/^\d+$/.test(name) ? index === Number(name) : name.startsWith('GPU-') && uuid.startsWith(name)));
		if (!gpu) break;
		found.add(gpu);
	}
	return [...found];
}
