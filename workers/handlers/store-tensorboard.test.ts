import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { App } from '#lib/server/app.ts';
import { openFolder } from '#lib/server/artifacts/folder.ts';
import type { Artifacts } from '#lib/server/artifacts/store.ts';
import type { Progress } from '#lib/server/usecases/attempt-run.ts';
import { TENSORBOARD_FOLDER } from '../engine/swift/tracker-env.ts';
import type { Lease } from './hold-lease.ts';
import { storeTensorboard } from './store-tensorboard.ts';

const { waited, kept, told } = vi.hoisted(() => ({ waited: [] as number[], kept: [] as string[][], told: [] as string[] }));
vi.mock('node:timers/promises', () => ({ setTimeout: async (milliseconds: number) => void waited.push(milliseconds) }));
vi.mock('#lib/server/usecases/keep-tensorboard.ts', () => ({
	keepTensorboard: async (_: unknown, __: unknown, files: { path: string }[]) => {
		kept.push(files.map(({ path }) => path));
		return 'kept';
	}
}));
vi.mock('#lib/server/usecases/attempt-run.ts', () => ({
	recordProgress: async (_: unknown, __: unknown, { log }: Progress) => {
		told.push(...log);
		return true;
	}
}));

let dir: string;
let store: Artifacts;
beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), 'plumbline-curves-'));
	store = await openFolder(join(dir, 'store'));
	await mkdir(join(dir, TENSORBOARD_FOLDER), { recursive: true });
	await writeFile(join(dir, TENSORBOARD_FOLDER, 'events.1'), 'curves');
});
afterAll(() => rm(dir, { recursive: true, force: true }));
beforeEach(() => {
	for (const list of [waited, kept, told]) list.length = 0;
});

const lease: Lease = { of: { runId: 'r', attempt: 1 }, stop: new AbortController().signal, unwanted: new AbortController().signal, desired: 'run', paused: false, fenced: false, onRenewed: () => undefined, end: () => undefined };
/** Keeps what lies in a folder by a store that fails so often first. */
const keep = (folder: string, failures: number, code = 'ECONNREFUSED', shutdown = new AbortController().signal) => {
	let left = failures;
	const putTree: Artifacts['putTree'] = (...of) => (left-- > 0 ? Promise.reject(Object.assign(new Error('no'), { code })) : store.putTree(...of));
	return storeTensorboard({ app: { artifacts: { ...store, putTree }, log: { warn: () => undefined } } as unknown as App, shutdown }, lease, folder);
};

it('waits for a store that is away for a moment', async () => {
	await keep(dir, 3);
	expect([kept, waited.length, told]).toEqual([[['events.1']], 3, []]);
});

it('says in the run’s log that they were not stored, where that lasts or is no outage, or the worker goes down', async () => {
	await keep(dir, Infinity);
	expect(waited.reduce((sum, ms) => sum + ms, 0)).toBe(115_000);
	await keep(dir, 1, 'EACCES');
	await keep(dir, 1, 'ECONNREFUSED', AbortSignal.abort());
	expect([kept, told]).toEqual([[], Array.from({ length: 3 }, () => 'The TensorBoard files of this attempt could not be stored (no); they lie in its folder.')]);
});

it('has nothing to say where the engine wrote none', async () => {
	await keep(join(dir, 'elsewhere'), 0);
	expect([kept, told]).toEqual([[], []]);
});
