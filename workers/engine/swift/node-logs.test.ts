import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FAILURE_BEGINS } from '#lib/domain/log-failure.ts';
import { recipeDefaults } from '#lib/domain/training-recipe.ts';
import type { EngineEvent, PreparedRun } from '../engine.ts';
import { createSwiftEngine } from './swift-engine.ts';

let home: string;
beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'plumbline-nodes-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const engine = createSwiftEngine({ dir: '', device: 'gpu', python: 'python', swiftCli: '', versions: {} });
const exit = { code: 1, signal: null, reason: 'exited' as const, at: '' };
const LOST = '[rank0]: torch.distributed.DistBackendError: NCCL error in: ProcessGroupNCCL.cpp:3690, remote process exited or there was a network error\n';
const PRINTED = "[INFO:swift] [INPUT] a client's question\n";

/** A training over so many machines of which each said this. */
async function said(name: string, nodes: number, logs: readonly string[]): Promise<PreparedRun> {
	const dir = join(home, name);
	await mkdir(join(dir, 'output'), { recursive: true });
	for (const [node, text] of logs.entries()) await writeFile(join(dir, node === 0 ? 'engine.log' : `engine.${node}.log`), text);
	const recipe = { ...recipeDefaults('dpo', { device: 'gpu' }), strategy: 'ddp' as const, gpus: 1, nodes };
	const request = { attempt: name, dir, recipe, model: { path: '' }, rows: '', rowCount: 1, device: 'gpu' as const };
	return { request, expectedRows: 1, dropped: [], rowPlan: null, outputDir: join(dir, 'output'), dataset: '', datasetBytes: 0, dataSeed: 1 };
}

const why = async (run: PreparedRun) => {
	const outcome = await engine.collect(run, exit);
	return outcome.ok ? 'done' : outcome.problem.code;
};

it('explains a failure by the machine that knows why, whichever it is', async () => {
	const memory = 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB\n';
	expect(await why(await said('second', 2, [LOST, memory]))).toBe('out_of_memory');
	expect(await why(await said('third', 3, [LOST, LOST.replace('rank0', 'rank1'), 'OSError: [Errno 28] No space left on device\n']))).toBe('disk_full');
	expect(await why(await said('first', 2, [memory, LOST]))).toBe('out_of_memory');
	expect(await why(await said('waited', 2, ['Watchdog caught collective operation timeout: WorkNCCL\n', memory]))).toBe('out_of_memory');
	expect(await why(await said('nobody', 2, [LOST, LOST]))).toBe('engine_failed');
	// What another attempt left there is none of its machines'.
	expect(await why(await said('alone', 1, [LOST, memory]))).toBe('engine_failed');
});

it('has the lines of all machines in the log, those of others with their machine before them and without people’s texts', async () => {
	const run = await said('told', 3, [`${PRINTED}[INFO:swift] first\n`, `${PRINTED}[INFO:swift] The logging file will be saved in: /o\nTraceback (most recent call last):\n`, 'third, without an end']);
	const events: EngineEvent[] = [];
	for await (const event of engine.follow(run, { ended: AbortSignal.abort() })) events.push(event);
	expect(events).toEqual([
		{ type: 'phase', phase: 'loading' },
		{ type: 'log', line: '[INFO:swift] first' },
		{ type: 'log', line: '[node 1] [INFO:swift] The logging file will be saved in: /o' },
		{ type: 'log', line: '[node 1] Traceback (most recent call last):' },
		{ type: 'log', line: '[node 2] third, without an end' }
	]);
	const begins = new RegExp(FAILURE_BEGINS[0]);
	expect(['[node 1] Traceback (most recent call last):', '[node 12] [rank3]: Traceback (most recent call last):', '[rank0]: Traceback (most recent call last):', 'Traceback (most recent call last):', 'a Traceback (most recent call last):'].map((line) => begins.test(line))).toEqual([true, true, true, true, false]);
});
