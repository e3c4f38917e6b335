import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openDataFolder } from './data-folder.mjs';
import { childRecord } from './leftovers.mjs';
import { keepRunning } from './processes.mjs';
import { undoAll } from './undo.mjs';

const folder = () => mkdtempSync(join(tmpdir(), 'plumbline-full-'));
/** What is written there meets a full disk. */
const full = (path: string) => symlinkSync('/dev/full', path);

test('a process that ends while the disk is full is started again, and recorded once there is room', async () => {
	const dir = folder();
	const record = childRecord(join(dir, 'children.json'));
	full(join(dir, 'children.json.new'));
	const spawned: number[] = [];
	const child = keepRunning({
		name: 'worker', node: process.execPath, args: ['-e', 'process.exit(3)'], cwd: dir, env: {}, logFile: join(dir, 'logs', 'worker.log'), graceMs: 2000, say: () => {},
		onSpawn: (pid) => {
			spawned.push(pid);
			record.add('worker', pid);
		}
	});
	for (const until = Date.now() + 15_000; spawned.length < 2 && Date.now() < until; ) await sleep(20);
	await child.stop();
	expect(spawned.length).toBeGreaterThan(1);
	rmSync(join(dir, 'children.json.new'));
	record.add('web', process.pid);
	expect((JSON.parse(readFileSync(join(dir, 'children.json'), 'utf8')) as { name: string }[]).map(({ name }) => name)).toContain('web');
});

test('stopping goes on where its note cannot be written', async () => {
	const dir = folder();
	const data = await openDataFolder(dir);
	full(join(dir, 'stopping'));
	expect(() => data.stopping()).not.toThrow();
	data.release();
});

test('what cannot be undone is told of, and the rest is undone, the last first', async () => {
	const done: string[] = [];
	const told: unknown[] = [];
	const broken = new Error('ENOSPC');
	await undoAll(
		[
			() => done.push('database'),
			async () => {
				await Promise.resolve();
				throw broken;
			},
			() => done.push('web')
		],
		(error) => told.push(error)
	);
	expect(done).toEqual(['web', 'database']);
	expect(told).toEqual([broken]);
});
