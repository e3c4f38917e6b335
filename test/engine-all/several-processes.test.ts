import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { wasKilled } from '../../workers/engine/swift/failure.ts';
import { lastCheckpoint } from '../../workers/engine/swift/last-checkpoint.ts';
import { OUTPUT_FOLDER } from '../../workers/engine/swift/swift-engine.ts';
import { findOrphans } from '../../workers/process/groups.ts';
import { must, recipe, steps, train } from '../engine/train.ts';

const { dir } = inject('engine');
const two = recipe('dpo', { maxSteps: 12, saveSteps: 3, batchSize: 2, strategy: 'ddp', gpus: 2 });
const saved = (name: string) => lastCheckpoint(join(dir, name, OUTPUT_FOLDER));

/** Kills the second of an attempt's processes, as a kernel does that is out of memory. */
async function killSecond(name: string): Promise<void> {
	for (const { pid } of await findOrphans(`${name}-${process.pid}`)) {
		const environ = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
		if (environ.split('\0').includes('LOCAL_RANK=1')) process.kill(pid, 'SIGKILL');
	}
}

it('a training of which one process is killed was killed, and goes on from its last save', async () => {
	let killing: Promise<void> | undefined;
	const first = await train('one-killed', { recipe: two, threads: 1 }, { onEvent: (event) => void (event.type === 'checkpoint' && (killing ??= killSecond('one-killed'))) });
	await killing;
	if (first.outcome.ok) throw new Error('nothing was killed');
	expect(first.outcome.problem).toMatchObject({ code: 'killed', message: expect.stringContaining('One of the training’s processes') as string });
	expect(wasKilled(first.exit, first.outcome.problem)).toBe(true);
	expect((await saved('one-killed'))?.step).toBeGreaterThanOrEqual(3);
	const second = await train('after-the-kill', { recipe: two, threads: 1, resumeFrom: join(dir, 'one-killed') });
	expect(must(second.outcome)).toMatchObject({ step: 12, rows: 24 });
	expect(Math.min(...steps(second.events))).toBeGreaterThan(3);
});

it('a training by several processes that is paused saves at the end of its step, and goes on from there', async () => {
	let asked = false;
	const first = await train('paused', { recipe: { ...two, saveSteps: 12 }, threads: 1 }, {
		onEvent: (event, { stop }) => {
			if (asked || event.type !== 'metrics' || event.step < 2) return;
			asked = true;
			stop();
		}
	});
	expect([first.outcome.ok, first.exit.reason]).toEqual([false, 'stopped']);
	const at = (await saved('paused'))?.step ?? 0;
	expect(at).toBeGreaterThanOrEqual(2);
	expect(at).toBeLessThan(12);
	const second = await train('continued', { recipe: two, threads: 1, resumeFrom: join(dir, 'paused') });
	expect(must(second.outcome)).toMatchObject({ step: 12, rows: 24 });
	expect(Math.min(...steps(second.events))).toBe(at + 1);
});
