import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { treeHash } from '#lib/server/artifacts/store.ts';
import { readBaseFiles } from './base-files.ts';

let dir: string;
let plain: string;
let snapshot: string;
beforeEach(async () => {
	dir = await mkdtemp(join(tmpdir(), 'base-files-'));
	plain = join(dir, 'plain');
	snapshot = join(dir, 'models--Qwen--Qwen3-0.6B', 'snapshots', 'a1b2');
	for (const folder of [plain, join(snapshot, 'more'), join(dir, 'models--Qwen--Qwen3-0.6B', 'blobs'), join(plain, 'more')]) await mkdir(folder, { recursive: true });
	for (const [name, text] of [['config.json', '{}'], ['more/vocab.json', '{"a": 1}']] as const) {
		await writeFile(join(plain, name), text);
		const blob = `blobs/${name.replace('/', '-')}`;
		await writeFile(join(dir, 'models--Qwen--Qwen3-0.6B', blob), text);
		await symlink(`../../${name.includes('/') ? '../' : ''}${blob}`, join(snapshot, name));
	}
});
afterEach(() => rm(dir, { recursive: true }));

const hashOf = async (folder: string) => {
	const files = await readBaseFiles(folder);
	if (!files.ok) throw new Error(files.problem.message);
	return treeHash(files.value);
};

it('a snapshot of Hugging Face’s cache is the model that its links lead to', async () => {
	expect((await readBaseFiles(snapshot)).ok).toBe(true);
	expect(await hashOf(snapshot)).toBe(await hashOf(plain));
});

it('links beside files are not looked at, as ever: the hash of a model that was recorded stays', async () => {
	const before = await hashOf(plain);
	await symlink('config.json', join(plain, 'linked.json'));
	expect(await hashOf(plain)).toBe(before);
});

it('a link out of the folder is not followed, and one to nothing is named', async () => {
	const other = join(dir, 'other');
	await mkdir(other);
	await symlink('../plain/config.json', join(other, 'config.json'));
	expect(await readBaseFiles(other)).toMatchObject({ ok: false, problem: { code: 'model_missing', message: 'config.json in the base model’s folder is a link that leads out of it.' } });
	await rm(join(dir, 'models--Qwen--Qwen3-0.6B', 'blobs', 'config.json'));
	expect(await readBaseFiles(snapshot)).toMatchObject({ ok: false, problem: { message: 'config.json in the base model’s folder leads to no file.' } });
});

it('no folder, or an empty one, has no files', async () => {
	await mkdir(join(dir, 'empty'));
	expect([await readBaseFiles(join(dir, 'none')), await readBaseFiles(join(dir, 'empty')), await readBaseFiles(join(plain, 'config.json'))]).toEqual(Array(3).fill({ ok: true, value: [] }));
});

it('what the worker may not read is named, and what else goes wrong is not taken for that', async () => {
	// As the system refuses it: the superuser, as whom tests may run, is refused nothing.
	const refusing = (code: string) => readBaseFiles(plain, (path) => Promise.reject(Object.assign(new Error(code), { code, path })));
	await expect(refusing('EIO')).rejects.toThrow('EIO');
	expect(await refusing('EACCES')).toMatchObject({ ok: false, problem: { code: 'model_missing', message: 'This worker may not read config.json of the base model (EACCES).' } });
});
