import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, copyFile, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { SHA256 } from '../../domain/message.ts';
import { spool } from './spool.ts';
import { deniedIn, permitted } from './store-denied.ts';
import { createStoreLook, FILES_FOLDER, StoreAway } from './store-mark.ts';
import type { StoreRecord } from './store-mark.ts';
import { storeModes } from './store-modes.ts';
import { ArtifactDamaged, checked, filesBelow, hashFile } from './store.ts';
import type { Artifacts, Stored } from './store.ts';
import { withTrees } from './trees.ts';

/** Where a store in a folder keeps a file. For the store itself, and for who looks at the disk. */
export const pathIn = (root: string, sha256: string): string => join(root, FILES_FOLDER, sha256.slice(0, 2), sha256);

/** Larger than the default: what goes out over HTTP costs as many steps as it has chunks. */
const CHUNK_BYTES = 256 * 1024;

async function* bytesOf(root: string, sha256: string, look: () => Promise<void>): AsyncGenerator<Uint8Array> {
	const path = pathIn(root, sha256);
	try {
		yield* createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Uint8Array>;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw deniedIn(root, error) ?? error;
		await look();
		throw new ArtifactDamaged(sha256, 'is missing from the store');
	}
}

async function synced(path: string): Promise<void> {
	const file = await open(path, 'r+');
	try {
		await file.sync();
	} finally {
		await file.close();
	}
}

/**
 * An artifact store in a folder (also one on NFS that several hosts share).
 * @param record where the installation keeps which store is its own; left out, any folder will do. Then what is missing
 * from a folder that is not mounted would be taken for damaged, and what is written there would be on the wrong disk.
 * @throws StoreDenied from whatever the user of this process may not do there
 */
export async function openFolder(root: string, record?: StoreRecord): Promise<Artifacts> {
	const incoming = join(root, 'incoming');
	const modes = await permitted(root, () => storeModes(root));
	const mark = record ? createStoreLook(root, record) : () => Promise.resolve();
	const look = () => permitted(root, mark);
	await permitted(root, () => modes.folder(incoming));
	// Known before the first file: asked for then, it could wait for a connection that who stores the file has. A database that does not answer yet is asked again.
	await look().catch((error: unknown) => (error instanceof StoreAway ? record?.refused?.(error) : undefined));
	const pathOf = (sha256: string) => pathIn(root, sha256);

	async function adopt(temporary: string, stored: Stored): Promise<Stored> {
		const path = pathOf(stored.sha256);
		await modes.folder(dirname(path));
		await modes.file(temporary);
		await rename(temporary, path);
		return stored;
	}

	return withTrees({
		putStream: async (source) => {
			await look();
			return permitted(root, () => spool(incoming, source, adopt));
		},
		putFile: async (path) => {
			await look();
			// Whether it may be read is no matter of the store's.
			await access(path, constants.R_OK);
			return permitted(root, async () => {
				const temporary = join(incoming, randomUUID());
				try {
					await copyFile(path, temporary);
					// As a stream's file: what is registered must be on the disk when the power fails.
					await synced(temporary);
					return await adopt(temporary, await hashFile(temporary));
				} finally {
					await rm(temporary, { force: true });
				}
			});
		},
		has: async (sha256) => (await stat(pathOf(sha256)).catch(() => null)) !== null,
		read: (sha256, part) => (part ? createReadStream(pathOf(sha256), part) : Readable.from(checked(sha256, bytesOf(root, sha256, look)), { objectMode: false })),
		verify: async (sha256) => {
			for await (const chunk of checked(sha256, bytesOf(root, sha256, look))) void chunk;
		},
		list: async function* () {
			for (const path of await filesBelow(join(root, FILES_FOLDER)).catch(() => [])) {
				const sha256 = basename(path);
				// One that is taken away while the folder is read is not there.
				const found = SHA256.test(sha256) ? await stat(pathOf(sha256)).catch(() => null) : null;
				if (found) yield { sha256, bytes: found.size, modifiedAt: found.mtimeMs };
			}
		},
		remove: async (sha256) => {
			await look();
			await permitted(root, () => rm(pathOf(sha256), { force: true }));
		}
	});
}
