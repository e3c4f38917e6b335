import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lastCheckpoint } from './last-checkpoint.ts';

let dir: string;
beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'checkpoint-'))));
afterEach(() => rm(dir, { recursive: true }));

function safetensors(bytes: number): Buffer {
	const header = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' }, a: { dtype: 'F32', shape: [bytes / 4], data_offsets: [0, bytes] } }));
	const length = Buffer.alloc(8);
	length.writeBigUInt64LE(BigInt(header.length));
	return Buffer.concat([length, header, Buffer.alloc(bytes)]);
}

async function save(step: number, more: Record<string, string | Buffer | null> = {}): Promise<void> {
	const files: Record<string, string | Buffer | null> = {
		'adapter_model.safetensors': safetensors(16), 'adapter_config.json': '{}', 'optimizer.pt': 'x', 'scheduler.pt': 'x',
		'trainer_state.json': JSON.stringify({ global_step: step, max_steps: 40 }), ...more
	};
	const folder = join(dir, `checkpoint-${step}`);
	await mkdir(folder);
	for (const [name, content] of Object.entries(files)) if (content !== null) await writeFile(join(folder, name), content);
}

it('is none where nothing was saved', async () => {
	expect(await lastCheckpoint(join(dir, 'missing'))).toBeUndefined();
	expect(await lastCheckpoint(dir)).toBeUndefined();
});

it('is the newest by number, not by name', async () => {
	await save(8);
	await save(12);
	await symlink('checkpoint-8', join(dir, 'last-checkpoint'));
	expect(await lastCheckpoint(dir)).toEqual({ path: join(dir, 'checkpoint-12'), step: 12, maxSteps: 40 });
});

it('is whole though its history holds what is no number: fp16 begins with such gradients', async () => {
	await save(12, { 'trainer_state.json': '{"global_step": 12, "max_steps": 40, "log_history": [{"loss": 0.7, "grad_norm": NaN}, {"grad_norm": Infinity}]}' });
	expect(await lastCheckpoint(dir)).toMatchObject({ step: 12, maxSteps: 40 });
});

it('is whole as FSDP2 leaves it: its own files to go on from beside what others read', async () => {
	await save(12, { 'optimizer.pt': null, 'optimizer.bin': 'x', 'pytorch_model_fsdp.bin': 'x' });
	expect((await lastCheckpoint(dir))?.step).toBe(12);
});

it.each<[string, Record<string, string | Buffer | null>]>([
	['no state', { 'trainer_state.json': null }],
	['a torn state', { 'trainer_state.json': '{"global_step": 12, "max_' }],
	['no optimizer', { 'optimizer.pt': null }],
	['an empty optimizer', { 'optimizer.pt': '' }],
	['an empty optimizer of FSDP2', { 'optimizer.pt': null, 'optimizer.bin': '' }],
	['FSDP2’s model alone', { 'optimizer.pt': null, 'pytorch_model_fsdp.bin': 'x' }],
	['a torn adapter', { 'adapter_model.safetensors': safetensors(16).subarray(0, 60) }],
	['an adapter that lacks its end', { 'adapter_model.safetensors': safetensors(16).subarray(0, -1) }],
	['another step’s state', { 'trainer_state.json': '{"global_step": 8, "max_steps": 40}' }]
])('passes over a folder with %s', async (_, more) => {
	await save(8);
	await save(12, more);
	expect((await lastCheckpoint(dir))?.step).toBe(8);
});
