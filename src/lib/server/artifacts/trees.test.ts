import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFolder } from './folder.ts';
import { ArtifactDamaged } from './store.ts';
import type { Artifacts } from './store.ts';

let dir: string;
let store: Artifacts;
let sha256: string;

beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), 'plumbline-trees-'));
	store = await openFolder(join(dir, 'artifacts'));
	await writeFile(join(dir, 'words'), 'words');
	({ sha256 } = await store.putFile(join(dir, 'words')));
});
afterAll(() => rm(dir, { recursive: true }));

it('lays a stored folder out, files in folders too', async () => {
	await store.layOut({ files: [{ path: 'a.json', sha256 }, { path: 'in/b.json', sha256 }] }, join(dir, 'out'));
	expect(await Promise.all(['a.json', 'in/b.json'].map((path) => readFile(join(dir, 'out', path), 'utf8')))).toEqual(['words', 'words']);
});

it.each(['../evil', 'in/../../evil', '/tmp/evil', 'in//b', './b', '', 'in\\b', 'a\0b'])('writes nothing where a path is %j', async (path) => {
	const before = await readdir(dir, { recursive: true });
	await expect(store.layOut({ files: [{ path: 'first.json', sha256 }, { path, sha256 }] }, join(dir, 'refused', 'deep'))).rejects.toThrow('leads out');
	expect(await readdir(dir, { recursive: true })).toEqual(before);
});

describe('a name that is no hash', () => {
	const outside = '../../words';

	it('finds no file, whatever lies where it leads', async () => {
		expect(await store.has(outside)).toBe(false);
		expect(() => store.read(outside)).toThrow(ArtifactDamaged);
		await expect(store.verify(outside)).rejects.toThrow(ArtifactDamaged);
		await expect(store.remove(outside)).rejects.toThrow(ArtifactDamaged);
		await expect(store.layOutFile(outside, join(dir, 'copy'))).rejects.toThrow(ArtifactDamaged);
		expect(createHash('sha256').update(await readFile(join(dir, 'words'))).digest('hex')).toBe(sha256);
	});
});
