import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArtifactDamaged, treeHash } from '#lib/server/artifacts/store.ts';
import type { Artifacts } from '#lib/server/artifacts/store.ts';

/** A store under test, and a hand that reaches behind it: `overwrite` puts other bytes under a name, null takes the file away. */
export type UnderTest = { store: Artifacts; overwrite: (sha256: string, bytes: Buffer | null) => Promise<void> };

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
async function* pieces(...all: (string | Uint8Array)[]) {
	yield* all;
}

/** What every kind of artifact store must do. `largeBytes`: a size that is stored another way than small files. */
export function describeArtifacts(name: string, open: (dir: string) => Promise<UnderTest>, largeBytes: number): void {
	describe(`artifact store: ${name}`, () => {
		let dir = '';
		let under: UnderTest;
		beforeAll(async () => {
			dir = await mkdtemp(join(tmpdir(), 'plumbline-store-'));
			under = await open(dir);
		});
		afterAll(() => rm(dir, { recursive: true, force: true }));
		const kept = async (bytes: Buffer) => (await under.store.putStream(pieces(bytes))).sha256;

		it('names a stream by its content, text and bytes alike, and gives it back', async () => {
			const bytes = Buffer.from('甲方 and the other party\n', 'utf8');
			const stored = await under.store.putStream(pieces('甲方 and ', bytes.subarray(11)));
			expect(stored).toEqual({ sha256: sha256(bytes), bytes: bytes.length });
			expect(await buffer(under.store.read(stored.sha256))).toEqual(bytes);
			expect(await under.store.has(stored.sha256)).toBe(true);
			expect(await under.store.has(sha256(Buffer.from('another')))).toBe(false);
		});
		it('stores what is empty, and what is large, byte for byte', async () => {
			const none = await under.store.putStream(pieces());
			expect([none.bytes, (await buffer(under.store.read(none.sha256))).length]).toEqual([0, 0]);
			const large = randomBytes(largeBytes);
			await writeFile(join(dir, 'large'), large);
			const stored = await under.store.putFile(join(dir, 'large'));
			expect(stored).toEqual({ sha256: sha256(large), bytes: large.length });
			expect(sha256(await buffer(under.store.read(stored.sha256)))).toBe(stored.sha256);
			await under.store.verify(stored.sha256);
		});
		it('reads a part', async () => {
			const name = await kept(Buffer.from('0123456789'));
			expect((await buffer(under.store.read(name, { start: 2, end: 5 }))).toString()).toBe('2345');
		});
		it('takes the same file again, by several hands at once', async () => {
			const bytes = randomBytes(50_000);
			const all = await Promise.all([1, 2, 3, 4].map(() => kept(bytes)));
			expect(new Set(all)).toEqual(new Set([sha256(bytes)]));
			await under.store.verify(sha256(bytes));
		});
		it('gives a stream that breaks off no name', async () => {
			async function* broken() {
				yield Buffer.from('half of ');
				throw new Error('the sender is gone');
			}
			await expect(under.store.putStream(broken())).rejects.toThrow('the sender is gone');
			expect(await under.store.has(sha256(Buffer.from('half of ')))).toBe(false);
		});
		it('lists what it holds, and takes a file out once or never', async () => {
			const name = await kept(Buffer.from('to be taken out'));
			const listed = async () => {
				const files = [];
				for await (const file of under.store.list()) files.push(file);
				return files;
			};
			const found = (await listed()).filter(({ sha256: one }) => one === name);
			expect(found).toEqual([{ sha256: name, bytes: 15, modifiedAt: expect.any(Number) }]);
			expect(Math.abs((found[0]?.modifiedAt ?? 0) - Date.now())).toBeLessThan(3_600_000);
			await under.store.remove(name);
			await under.store.remove(name);
			expect(await under.store.has(name)).toBe(false);
			expect((await listed()).some(({ sha256: one }) => one === name)).toBe(false);
		});
		it('keeps folders by their paths and lays them out again', async () => {
			await mkdir(join(dir, 'tree', 'inner'), { recursive: true });
			const files = { 'a.json': '{}', 'inner/b.bin': randomBytes(3000), 'inner/skip.tmp': 'x' };
			for (const [path, content] of Object.entries(files)) await writeFile(join(dir, 'tree', path), content);
			const tree = await under.store.putTree(join(dir, 'tree'), (path) => path.endsWith('.tmp'));
			expect(tree.files.map(({ path }) => path)).toEqual(['a.json', 'inner/b.bin']);
			expect(tree.sha256).toBe(treeHash(tree.files));
			await under.store.layOut(tree, join(dir, 'out'));
			expect(await readFile(join(dir, 'out', 'inner', 'b.bin'))).toEqual(files['inner/b.bin']);
		});
		it('says when a file is missing or was changed, however it is read, and heals when the file comes again', async () => {
			const bytes = Buffer.from('the right words');
			const name = await kept(bytes);
			await under.overwrite(name, Buffer.from('the wrong words'));
			await expect(under.store.verify(name)).rejects.toThrow(ArtifactDamaged);
			await expect(buffer(under.store.read(name))).rejects.toThrow(ArtifactDamaged);
			await expect(under.store.layOutFile(name, join(dir, 'laid'))).rejects.toThrow(ArtifactDamaged);
			expect(await kept(bytes)).toBe(name);
			await under.store.verify(name);
			await under.overwrite(name, null);
			expect(await under.store.has(name)).toBe(false);
			await expect(under.store.verify(name)).rejects.toThrow(ArtifactDamaged);
			await expect(buffer(under.store.read(name))).rejects.toThrow(ArtifactDamaged);
			await expect(under.store.layOut({ files: [{ path: 'x', sha256: name }] }, join(dir, 'none'))).rejects.toThrow(ArtifactDamaged);
		});
	});
}
