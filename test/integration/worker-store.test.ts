import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineState } from '#lib/domain/worker-capabilities.ts';
import { startWorker, until } from '../support/worker.ts';
import { createWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

let home: string;
let world: World;
beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'plumbline-worker-store-'));
	world = await createWorld();
});
afterAll(async () => {
	await world?.close();
	await rm(home, { recursive: true, force: true });
});

/** Loaded before a process: it may put no file into the store while a file says so. Tests may run as root, whom the system denies nothing. */
const denying = (file: string) => `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { rename } = fs.promises;
fs.promises.rename = async (path, dest) => {
	if (fs.existsSync(${JSON.stringify(file)})) throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES', path, dest });
	return rename(path, dest);
};
syncBuiltinESMExports();
`;

it('a worker that the store denies says so, and goes to work by itself once it is let in', async () => {
	const [denies, preload] = [join(home, 'denies'), join(home, 'denying.mjs')];
	await writeFile(denies, '');
	await writeFile(preload, denying(denies));
	const worker = startWorker(world, { NODE_OPTIONS: `--import ${preload}`, PLUMBLINE_PYTHON: '/nonexistent', PLUMBLINE_LOG_LEVEL: 'info' });
	const engine = async () => (await world.query<{ engine: EngineState }>(`select capabilities->'engine' as engine from workers`))[0]?.engine;
	try {
		await until('it says that it is denied', async () => (await engine())?.state === 'failed', 30, worker.output);
		expect(await engine()).toEqual({ state: 'failed', message: expect.stringMatching(/^This worker takes no runs: the user \S+ may not write and read /) as string });
		await rm(denies);
		// It looked for its engine: there is no Python for that.
		await until('it goes on', async () => (await engine())?.state === 'unavailable', 30, worker.output);
	} finally {
		expect(await worker.stop()).toBe(0);
	}
}, 90_000);
