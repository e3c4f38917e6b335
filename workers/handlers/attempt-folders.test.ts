import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { clearEarlier, clearLeft, clearOwn } from './attempt-folders.ts';

const dir = await mkdtemp(join(tmpdir(), 'plumbline-attempts-'));
afterAll(() => rm(dir, { recursive: true, force: true }));

const work = join(dir, 'work');
beforeEach(async () => {
	await rm(work, { recursive: true, force: true });
	for (const attempt of ['1', '2', '10']) {
		await mkdir(join(work, attempt, 'whole'), { recursive: true });
		await writeFile(join(work, attempt, 'whole', 'model.safetensors'), 'weights');
	}
});

it('an attempt that begins removes what earlier ones left, and nothing of a later one', async () => {
	await clearEarlier(work, 2);
	expect((await readdir(work)).sort()).toEqual(['10', '2']);
	await clearEarlier(join(dir, 'never made'), 2);
});

it('an attempt that ends late leaves the next one its files; the last takes the folder along', async () => {
	await clearOwn(work, 1);
	expect((await readdir(work)).sort()).toEqual(['10', '2']);
	expect(await readdir(join(work, '2', 'whole'))).toEqual(['model.safetensors']);
	await clearOwn(work, 2);
	await clearOwn(work, 10);
	expect(await readdir(dir)).toEqual([]);
	await clearOwn(work, 10);
});

it('at a worker’s start goes what nobody holds', async () => {
	await mkdir(join(dir, 'other', '1'), { recursive: true });
	await clearLeft(dir, async (id, attempt) => id === 'work' && attempt === 10);
	expect(await readdir(dir)).toEqual(['work']);
	expect(await readdir(work)).toEqual(['10']);
	await clearLeft(join(dir, 'never made'), async () => false);
});
