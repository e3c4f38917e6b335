import { mkdtemp, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashFile } from '#lib/server/artifacts/store.ts';
import { hashUnchanged } from './hash-unchanged.ts';

let dir: string;
beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), 'plumbline-hash-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const changed = async (path: string) => (await stat(path, { bigint: true })).ctimeNs;

/** Returns once the clock of the file system stands elsewhere than at the last change of a file: before Linux 6.13 it moves with the kernel's tick alone. */
async function past(path: string) {
	const scratch = join(dir, 'scratch');
	do await writeFile(scratch, '.');
	while ((await changed(scratch)) === (await changed(path)));
}

it('reads a file once until it is changed, whatever its times are set to', async () => {
	const path = join(dir, 'weights');
	let reads = 0;
	const later = { hash: (file: string) => ((reads += 1), hashFile(file)), now: () => Date.now() + 10_000 };
	await writeFile(path, 'one');
	const first = await hashUnchanged(path, later);
	expect([await hashUnchanged(path, later), await hashUnchanged(path, later), reads]).toEqual([first, first, 1]);

	// As long, in the same place, and with the same time of change as before.
	const time = new Date('2026-01-01');
	await utimes(path, time, time);
	await hashUnchanged(path, later);
	await past(path);
	await writeFile(path, 'two');
	await utimes(path, time, time);
	const second = await hashUnchanged(path, later);
	expect(second).toEqual(await hashFile(path));
	expect(second.sha256).not.toBe(first.sha256);

	// Another file under its name.
	await writeFile(join(dir, 'other'), 'six');
	await rename(join(dir, 'other'), path);
	expect(await hashUnchanged(path, later)).toEqual(await hashFile(path));
});

it('does not trust a file that was changed just now: its next change could have the same time', async () => {
	const path = join(dir, 'fresh');
	await writeFile(path, 'one');
	let reads = 0;
	const now = { hash: (file: string) => ((reads += 1), hashFile(file)), now: () => 0 };
	await hashUnchanged(path, now);
	await hashUnchanged(path, now);
	expect(reads).toBe(2);
});
