import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFolder, pathIn } from '#lib/server/artifacts/folder.ts';
import { ArtifactDamaged } from '#lib/server/artifacts/store.ts';
import type { Artifacts } from '#lib/server/artifacts/store.ts';
import { jpeg, png, sha256 } from '../../test/support/artifact-files.ts';
import { withImages } from './row-images.ts';

let dir = '';
let store: Artifacts;
beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), 'plumbline-images-'));
	store = await openFolder(join(dir, 'store'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function* one(bytes: Uint8Array) {
	yield bytes;
}
const put = async (bytes: Uint8Array) => (await store.putStream(one(bytes))).sha256;
async function lay(rows: object[]): Promise<{ path: string; rows: Record<string, unknown>[]; before: string; at: string }> {
	const at = await mkdtemp(join(dir, 'run-'));
	const before = join(at, 'train.jsonl');
	await writeFile(before, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
	const path = await withImages(store, before, at);
	return { path, before, at, rows: (await readFile(path, 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('withImages', () => {
	it('puts checked files in the place of hashes, for either side of a pair, in order', async () => {
		const [first, second] = [png(4, 4), jpeg(8, 8)];
		const [a, b] = [await put(first), await put(second)];
		const text = { role: 'user', content: 'a line break\u2028 and “artifact:' + a + '” as words' };
		const laid = await lay([{ messages: [text], label: true }, { messages: [], images: [`artifact:${a}`, `artifact:${b}`], rejected_images: [`artifact:${b}`] }]);
		const [pathA, pathB] = [join(laid.at, 'images', `${a}.png`), join(laid.at, 'images', `${b}.jpeg`)];
		expect(laid.rows).toEqual([{ messages: [text], label: true }, { messages: [], images: [pathA, pathB], rejected_images: [pathB] }]);
		expect([sha256(await readFile(pathA)), sha256(await readFile(pathB))]).toEqual([a, b]);
	});
	it('leaves rows without images as they are', async () => {
		const laid = await lay([{ messages: [{ role: 'user', content: '"images" of things' }], label: false }]);
		expect(laid.path).toBe(laid.before);
	});
	it('stops at an image that is missing, changed, no image, or no artifact', async () => {
		await expect(lay([{ images: [`artifact:${'0'.repeat(64)}`] }])).rejects.toThrow(ArtifactDamaged);
		const changed = await put(png(5, 5));
		await writeFile(pathIn(join(dir, 'store'), changed), png(6, 6));
		await expect(lay([{ images: [`artifact:${changed}`] }])).rejects.toThrow(ArtifactDamaged);
		const words = await put(Buffer.from('words'));
		await expect(lay([{ images: [`artifact:${words}`] }])).rejects.toThrow(ArtifactDamaged);
		await expect(lay([{ images: ['/etc/passwd'] }])).rejects.toThrow('no artifact');
	});
});
