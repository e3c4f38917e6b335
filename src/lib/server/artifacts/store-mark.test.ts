import type * as Fs from 'node:fs/promises';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createStoreLook, MARK_FILE } from './store-mark.ts';
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

/** An installation without a file so far. */
function record(): StoreRecord & { kept: () => string | null } {
	let kept: string | null = null;
	return { own: async () => kept, namesFiles: async () => false, claim: async (id) => void (kept ??= id), kept: () => kept };
}

it.each([null, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])('marks a folder once, also where a file system knows no links: %s', async (code) => {
	refusal = code;
	const own = record();
	await createStoreLook(root, own)();
	expect(JSON.parse(await readFile(join(root, MARK_FILE), 'utf8'))).toEqual({ store: own.kept() });
	expect(await readdir(root)).toEqual([MARK_FILE]);
	// Who comes later finds it marked, and changes nothing.
	const later = record();
	await createStoreLook(root, later)();
	expect(later.kept()).toBe(own.kept());
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
