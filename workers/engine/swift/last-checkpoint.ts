import { open, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePython } from './python-json.ts';

/** A checkpoint folder that is whole. */
export type CheckpointFolder = { path: string; step: number; maxSteps: number };

/** What holds the optimiser's state: one file (`.pt`, with FSDP2 `.bin`), or the folder of DeepSpeed. */
const OPTIMISER = /^(optimizer|global_step)/;

/** The weights: of an adapter, of a whole model, or the parts of a large one. */
const WEIGHTS = /^(adapter_model|model|model-\d+-of-\d+)\.safetensors$/;

/** The format's own limit. */
const LONGEST_HEADER = 100_000_000;

/**
 * Reads one checkpoint folder; undefined when it is torn. `trainer_state.json` is written last, so a kill in the
 * middle of a save leaves a folder without it; the headers of the weights are checked against their length all the same.
 */
export async function readCheckpoint(path: string): Promise<CheckpointFolder | undefined> {
	try {
		// Its history holds every figure that was logged, also those that are no numbers, as with fp16's first steps.
		const { global_step: step, max_steps: maxSteps } = parsePython(await readFile(join(path, 'trainer_state.json'), 'utf8')) ?? {};
		if (typeof step !== 'number' || typeof maxSteps !== 'number') return undefined;
		const names = await readdir(path);
		const weights = names.filter((name) => WEIGHTS.test(name));
		const [parts] = weights.flatMap((name) => /-of-(\d+)\./.exec(name)?.[1] ?? []);
		if (weights.length !== Number(parts ?? 1) || !names.some((name) => OPTIMISER.test(name))) return undefined;
		for (const name of names.filter((one) => one === 'adapter_config.json' || one === 'config.json' || /\.(pt|bin)$/.test(one))) {
			if ((await stat(join(path, name))).size === 0) return undefined;
		}
		if (!names.includes(weights[0]?.startsWith('adapter') ? 'adapter_config.json' : 'config.json')) return undefined;
		for (const name of weights) if (!(await isWholeSafetensors(join(path, name)))) return undefined;
		return { path, step, maxSteps };
	} catch {
		return undefined;
	}
}

/** The newest whole checkpoint of an output folder. Symbolic links such as `last-checkpoint` are not looked at. */
export async function lastCheckpoint(outputDir: string): Promise<CheckpointFolder | undefined> {
	const names = await readdir(outputDir).catch(() => []);
	const steps = names
		.map((name) => /^checkpoint-(\d+)$/.exec(name)?.[1])
		.filter((step) => step !== undefined)
		.map(Number)
		.sort((a, b) => b - a);
	for (const step of steps) {
		const checkpoint = await readCheckpoint(join(outputDir, `checkpoint-${step}`));
		if (checkpoint && checkpoint.step === step) return checkpoint;
	}
	return undefined;
}

/** Safetensors: 8 bytes header length, JSON header with offsets, data. The last offset must be the file's end. */
async function isWholeSafetensors(path: string): Promise<boolean> {
	const file = await open(path, 'r');
	try {
		const { size } = await file.stat();
		const length = Buffer.alloc(8);
		if ((await file.read(length, 0, 8, 0)).bytesRead < 8) return false;
		const headerLength = Number(length.readBigUInt64LE(0));
		if (headerLength > Math.min(size - 8, LONGEST_HEADER)) return false;
		const header = Buffer.alloc(headerLength);
		await file.read(header, 0, headerLength, 8);
		const tensors = JSON.parse(header.toString('utf8')) as Record<string, { data_offsets?: [number, number] }>;
		const end = Math.max(0, ...Object.values(tensors).map((tensor) => tensor.data_offsets?.[1] ?? 0));
		return end > 0 && size === 8 + headerLength + end;
	} finally {
		await file.close();
	}
}
