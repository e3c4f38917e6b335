import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { EngineEnvironment } from './environment-types.ts';
import { verifyWhole, waitingCheck } from './verify.ts';

let dir: string;
let environment: EngineEnvironment;
beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), 'plumbline-verify-'));
	const python = join(dir, 'python');
	await writeFile(python, `#!/bin/sh\necho '{"ok": true, "sha256": "anew", "parameters": 1, "rank": 0, "changed": true}'\n`, { mode: 0o755 });
	environment = { dir, device: 'cpu', python, swiftCli: '', versions: {} };
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** What comes of a check that waits and answers so. */
const checked = (ask: () => Promise<string>) => verifyWhole(environment, '/m', { cacheDir: dir, waiting: { ask, stop: () => undefined, ended: Promise.resolve() } });

it('believes a check that waits', async () => {
	const facts = { sha256: 'waited', parameters: 2, rank: 0, changed: true };
	expect(await checked(async () => JSON.stringify({ ok: true, ...facts }))).toEqual({ ok: true, value: facts });
	expect(await checked(async () => JSON.stringify({ ok: false, message: 'it holds no weights' }))).toMatchObject({ ok: false, problem: { code: 'checkpoint_refused', message: 'The checkpoint does not load: it holds no weights.' } });
	expect(await checked(async () => JSON.stringify({ ok: false, message: 'ValueError: the adapter holds values that are not finite' }))).toMatchObject({ ok: false, problem: { code: 'not_a_number', hint: expect.stringContaining('lower learning rate') as string } });
});

it.each(['[library] loading kernels', '', 'null', '{"progress": 1}'])('asks anew where one that waits says what is no answer: %j', async (line) => {
	expect(await checked(async () => line)).toMatchObject({ ok: true, value: { sha256: 'anew' } });
});

it('asks anew where one that waited is gone', async () => {
	expect(await checked(() => Promise.reject(new Error('it ended with code 137')))).toMatchObject({ ok: true, value: { sha256: 'anew' } });
});

it.each(['before it is asked', 'while it is asked'])('ends one that waits where its worker goes down %s', async (when) => {
	const down = new AbortController();
	const gone = Promise.withResolvers<never>();
	let stopped = 0;
	const waiting = {
		ask: () => {
			down.abort();
			return gone.promise;
		},
		stop: () => {
			stopped += 1;
			gone.reject(new Error('it ended'));
		},
		ended: Promise.resolve()
	};
	gone.promise.catch(() => undefined);
	if (when.startsWith('before')) down.abort();
	await verifyWhole(environment, '/m', { cacheDir: dir, waiting, signal: down.signal });
	expect(stopped).toBe(1);
});

it('is ended while it still loads its libraries', async () => {
	const python = join(dir, 'loads');
	const pid = join(dir, 'pid');
	await writeFile(python, `#!/bin/sh\necho $$ > '${pid}'\nexec sleep 600\n`, { mode: 0o755 });
	const down = new AbortController();
	const started = waitingCheck({ ...environment, python }, { path: '/m' }, { cacheDir: dir, signal: down.signal });
	const running = async () => Number(await readFile(pid, 'utf8').catch(() => ''));
	await vi.waitFor(async () => expect(await running()).toBeGreaterThan(0), { timeout: 10_000 });
	down.abort();
	await expect(started).rejects.toThrow();
	const id = await running();
	await vi.waitFor(() => expect(() => process.kill(id, 0)).toThrow(), { timeout: 10_000 });
});
