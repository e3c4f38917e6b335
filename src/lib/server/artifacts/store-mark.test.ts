import { randomUUID } from 'node:crypto';
import type * as Fs from 'node:fs/promises';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createStoreLook, FILES_FOLDER, MARK_FILE, StoreTaken } from './store-mark.ts';
import type { StoreRecord } from './store-mark.ts';

/** How the file system answers who asks for a link; null: it makes it. */
let refusal: string | null = null;
vi.mock('node:fs/promises', async (original) => {
	const real = await original<typeof Fs>();
	return { ...real, link: (...args: Parameters<typeof real.link>) => (refusal === null ? real.link(...args) : Promise.reject(Object.assign(new Error(refusal), { code: refusal }))) };
});

let root: string;
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'plumbline-mark-'));
});
afterEach(async () => {
	refusal = null;
	await rm(root, { recursive: true, force: true });
});

/** An installation without a file so far, and what it has written down. */
function record(names = false): StoreRecord & { kept: () => string | null; decide: NonNullable<StoreRecord['decide']> } {
	let kept: string | null = null;
	let proposal: string | null = null;
	return {
		own: async () => kept,
		namesFiles: async () => names,
		proposed: async () => proposal,
		decide: { propose: async () => (proposal ??= randomUUID()), claim: async (id) => void (kept ??= id) },
		kept: () => kept
	};
}

/** The same as a worker sees it. */
const ofWorker = ({ own, namesFiles, proposed }: StoreRecord): StoreRecord => ({ own, namesFiles, proposed });

it.each([null, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])('marks a folder once, also where a file system knows no links: %s', async (code) => {
	refusal = code;
	const own = record();
	await createStoreLook(root, own)();
	expect(JSON.parse(await readFile(join(root, MARK_FILE), 'utf8'))).toEqual({ store: own.kept() });
	expect(await readdir(root)).toEqual([MARK_FILE]);
	// Who comes later finds it marked, and changes nothing.
	for (const later of [own, ofWorker(own)]) await createStoreLook(root, later)();
	expect(JSON.parse(await readFile(join(root, MARK_FILE), 'utf8'))).toEqual({ store: own.kept() });
});

it('goes on with its own mark where it was killed before it had written it down', async () => {
	const own = record();
	await createStoreLook(root, { ...own, decide: { ...own.decide, claim: () => Promise.reject(new Error('killed')) } })().catch(() => undefined);
	await mkdir(join(root, FILES_FOLDER, 'ab'), { recursive: true });
	for (const next of [ofWorker(own), own]) await createStoreLook(root, next)();
	expect([own.kept(), await readdir(root)]).toEqual([await own.proposed(), [FILES_FOLDER, MARK_FILE]]);
});

it.each([true, false])('never takes what another database has marked, with files there: %s; until its mark is taken away', async (full) => {
	const one = record();
	await createStoreLook(root, one)();
	if (full) await mkdir(join(root, FILES_FOLDER, 'ab'), { recursive: true });
	const two = record();
	for (const look of [createStoreLook(root, two), createStoreLook(root, ofWorker(two))]) {
		const refused = await look().then(() => null, (error: unknown) => error as Error);
		expect(refused).toBeInstanceOf(StoreTaken);
		expect(refused?.message).toContain(`${root} is another database's.`);
		expect(refused?.message).toMatch(/^[^\n]*PLUMBLINE_DATA_DIR[^\n]*$/u);
		expect(refused?.message.endsWith(`delete ${join(root, MARK_FILE)}.`)).toBe(true);
	}
	expect([two.kept(), JSON.parse(await readFile(join(root, MARK_FILE), 'utf8'))]).toEqual([null, { store: one.kept() }]);
	await createStoreLook(root, one)();
	await rm(join(root, MARK_FILE));
	await createStoreLook(root, two)();
	expect(two.kept()).toBe(await two.proposed());
	await expect(createStoreLook(root, one)()).rejects.toThrow(`should say {"store":"${one.kept()}"}`);
});

it('takes a marked folder where files are named and no store is known: a dump of before marks, laid back', async () => {
	await writeFile(join(root, MARK_FILE), '{"store":"by hand"}');
	const restored = record(true);
	await createStoreLook(root, restored)();
	expect(restored.kept()).toBe('by hand');
});

it.each([null, 'ENOTSUP'])('two that mark it at the same time have one id: %s', async (code) => {
	refusal = code;
	const own = record();
	await Promise.allSettled([createStoreLook(root, own)(), createStoreLook(root, own)()]);
	await createStoreLook(root, own)();
	expect(JSON.parse(await readFile(join(root, MARK_FILE), 'utf8'))).toEqual({ store: own.kept() });
});

it('says so where a folder cannot be marked at all', async () => {
	refusal = 'EIO';
	await expect(createStoreLook(root, record())()).rejects.toThrow('EIO');
	expect(await readdir(root)).toEqual([]);
});
