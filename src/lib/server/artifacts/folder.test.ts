import type * as Fs from 'node:fs/promises';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openFolder } from './folder.ts';

const done: string[] = [];
vi.mock('node:fs/promises', async (original) => {
	const real = await original<typeof Fs>();
	return {
		...real,
		open: async (...args: Parameters<typeof real.open>) => {
			const file = await real.open(...args);
			const sync = file.sync.bind(file);
			file.sync = async () => {
				await sync();
				done.push('synced');
			};
			return file;
		},
		rename: async (...args: Parameters<typeof real.rename>) => {
			await real.rename(...args);
			done.push('named');
		}
	};
});

it('has a copied file on the disk before it has its name', async () => {
	const dir = await mkdtemp(join(tmpdir(), 'plumbline-folder-'));
	try {
		const store = await openFolder(join(dir, 'artifacts'));
		await writeFile(join(dir, 'weights'), 'weights');
		const { sha256, bytes } = await store.putFile(join(dir, 'weights'));
		expect(done).toEqual(['synced', 'named']);
		expect([bytes, await store.has(sha256)]).toEqual([7, true]);
		await store.verify(sha256);
	} finally {
		await rm(dir, { recursive: true });
	}
});
