import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KEY_BYTES } from './cipher.ts';
import { uploadDisk } from './disk.ts';

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'plumbline-uploads-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function* of(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
	yield* chunks;
}

it('gives back what arrived, wherever it broke off and however it was cut', async () => {
	const disk = uploadDisk(folder, { leaves: 0 });
	let n = 0;
	await fc.assert(
		fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(200), { maxLength: 6 }), async (bytes, cuts) => {
			const id = `file-${++n}`;
			const key = randomBytes(KEY_BYTES);
			await disk.begin(id);
			let at = 0;
			for (const cut of [...cuts.filter((each) => each < bytes.length).sort((x, y) => x - y), bytes.length]) {
				at = await disk.write(id, key, at, of(bytes.subarray(at, cut)));
				expect(await disk.arrived(id)).toBe(cut);
			}
			expect(await buffer(disk.read(id, key))).toEqual(Buffer.from(bytes));
		}),
		{ numRuns: 50 }
	);
});

it('keeps what came before a line broke, and goes on from there', async () => {
	const disk = uploadDisk(folder, { leaves: 0 });
	const key = randomBytes(KEY_BYTES);
	await disk.begin('broken');
	const source = (async function* () {
		yield Buffer.from('What had arrived');
		throw new Error('the line broke');
	})();
	await expect(disk.write('broken', key, 0, source)).rejects.toThrow('the line broke');
	const arrived = await disk.arrived('broken');
	expect(arrived).toBe(16);
	await disk.write('broken', key, arrived ?? 0, of(Buffer.from(', and what came then.')));
	expect((await buffer(disk.read('broken', key))).toString()).toBe('What had arrived, and what came then.');
});

it('lets nobody read it who holds the disk alone', async () => {
	const disk = uploadDisk(folder, { leaves: 0 });
	await disk.begin('hidden');
	await disk.write('hidden', randomBytes(KEY_BYTES), 0, of(Buffer.from('Call 13987654321 about the lease.')));
	expect((await readFile(join(folder, 'hidden'))).includes('13987654321')).toBe(false);
	expect((await stat(join(folder, 'hidden'))).mode & 0o077).toBe(0);
});

it('knows nothing of what does not lie here, and takes away what was left behind', async () => {
	const disk = uploadDisk(folder, { leaves: 0 });
	expect(await disk.arrived('nowhere')).toBeNull();
	for (const name of ['left', 'kept', 'begun']) await writeFile(join(folder, name), 'x');
	for (const name of ['left', 'kept']) await utimes(join(folder, name), 0, 0);
	await disk.removeLeft(new Set(['kept']));
	expect(await Promise.all(['left', 'kept', 'begun'].map(disk.arrived))).toEqual([null, 1, 1]);
	await disk.begin('new');
	await disk.remove('new');
	await disk.remove('new');
	expect(await disk.arrived('new')).toBeNull();
	expect(await disk.room()).toBeGreaterThan(0);
});

it('fills no disk to its last byte', async () => {
	const disk = uploadDisk(folder, { leaves: Number.MAX_SAFE_INTEGER });
	await disk.begin('more');
	await expect(disk.write('more', randomBytes(KEY_BYTES), 0, of(Buffer.from('x')))).rejects.toMatchObject({ code: 'ENOSPC' });
	expect(await disk.arrived('more')).toBe(0);
});
