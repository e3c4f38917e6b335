import { mkdtemp, readdir, readFile, readlink, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { HiddenFile } from './hidden-file.ts';
import { removeLeftBehind, spooled } from './spool.ts';

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'plumbline-spool-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function* of(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
	yield* chunks;
}

/** What `use` makes of a spooled file. */
async function spool<T>(source: AsyncIterable<Uint8Array>, use: (file: HiddenFile) => Promise<T>): Promise<T> {
	for await (const made of spooled(source, folder, async function* (file) {
		yield await use(file);
	})) return made;
	throw new Error('nothing was made');
}

/** Contents of files of the folder that this process holds open. */
async function held(): Promise<Buffer[]> {
	const contents: Buffer[] = [];
	for (const number of await readdir('/proc/self/fd')) {
		const place = await readlink(`/proc/self/fd/${number}`).catch(() => '');
		if (place.startsWith(folder)) contents.push(await readFile(`/proc/self/fd/${number}`));
	}
	return contents;
}

it('gives any stretch of what was written, however it came', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 90 }), { maxLength: 6 }), fc.array(fc.tuple(fc.nat(300), fc.nat(600)), { maxLength: 8 }), async (chunks, stretches) => {
			const whole = Buffer.concat(chunks);
			await spool(of(...chunks), async (file) => {
				expect(file.bytes).toBe(whole.byteLength);
				for (const [start, end] of [...stretches, [0, whole.byteLength] as const]) expect(Buffer.from(await file.read(start, end))).toEqual(whole.subarray(start, Math.max(start, end)));
			});
		}),
		{ numRuns: 60 }
	);
	// More than is read at a time.
	const large = Buffer.from(Array.from({ length: 900_001 }, (_, n) => n % 251));
	await spool(of(large), async (file) => expect(Buffer.from(await file.read(3, 900_000)).equals(large.subarray(3, 900_000))).toBe(true));
});

it('has no name and says nothing to who holds the disk, and is gone when it was read', async () => {
	await spool(of(Buffer.from('Call 13987654321 '), Buffer.from('about the lease.')), async (file) => {
		expect(await readdir(folder)).toEqual([]);
		const contents = await held();
		expect(contents.map((content) => content.byteLength)).toEqual([file.bytes]);
		expect(contents[0]?.includes('1398')).toBe(false);
	});
	expect(await held()).toEqual([]);
	await expect(spool(of(Buffer.from('x')), () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
	expect(await held()).toEqual([]);
});

it('takes away what a process that died left with a name, and nothing else', async () => {
	for (const name of ['dead.part', 'new.part', 'other']) await writeFile(join(folder, name), 'x');
	for (const name of ['dead.part', 'other']) await utimes(join(folder, name), 0, 0);
	await removeLeftBehind(folder);
	expect((await readdir(folder)).sort()).toEqual(['new.part', 'other']);
	await removeLeftBehind(join(folder, 'nowhere'));
});
