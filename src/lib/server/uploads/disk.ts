import { mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { cipherAt, writeAt } from './cipher.ts';

/** Uploads as they lie on the disk of this process, encrypted, each with a key of its own. */
export type UploadDisk = {
	/** Makes an empty file. */
	begin: (id: string) => Promise<void>;
	/** How much of it has arrived; null: it does not lie here. */
	arrived: (id: string) => Promise<number | null>;
	/** Writes on from a place. Gives the place after the last byte; what came before a source that breaks off stays, as it does where the disk is full, and no longer than that is written (ENOSPC). Nothing is flushed: a commit of somebody who judges would wait for it, and what a host that goes down loses is sent again. */
	write: (id: string, key: Buffer, at: number, source: AsyncIterable<Uint8Array>) => Promise<number>;
	read: (id: string, key: Buffer) => AsyncGenerator<Uint8Array>;
	remove: (id: string) => Promise<void>;
	/** Bytes that are free. */
	room: () => Promise<number>;
	/** Removes what is none of these. What was made within the hour stays: its upload may be about to be written down. */
	removeLeft: (kept: ReadonlySet<string>) => Promise<void>;
};

/** How much is written between two looks at what is free. */
const LOOK_BYTES = 64 * 1024 * 1024;
const HOUR_MS = 3_600_000;

/** Keeps uploads in a folder, which it makes when it is needed. `leaves`: bytes of the disk that it never fills. */
export function uploadDisk(folder: string, { leaves }: { leaves: number }): UploadDisk {
	const place = (id: string) => join(folder, id);

	async function room(): Promise<number> {
		await mkdir(folder, { recursive: true, mode: 0o700 });
		const { bavail, bsize } = await statfs(folder);
		return bavail * bsize;
	}

	return {
		begin: async (id) => {
			await mkdir(folder, { recursive: true, mode: 0o700 });
			await (await open(place(id), 'wx', 0o600)).close();
		},
		arrived: async (id) => (await stat(place(id)).catch(() => null))?.size ?? null,
		write: async (id, key, at, source) => {
			const file = await open(place(id), 'r+');
			try {
				const cipher = cipherAt(key, at);
				let looks = at;
				for await (const chunk of source) {
					if (at >= looks) {
						if ((await room()) < leaves) throw Object.assign(new Error('the disk is full'), { code: 'ENOSPC' });
						looks = at + LOOK_BYTES;
					}
					at = await writeAt(file, cipher.update(chunk), at);
				}
				return at;
			} finally {
				await file.close();
			}
		},
		read: async function* (id, key) {
			const file = await open(place(id), 'r');
			const cipher = cipherAt(key, 0);
			// The stream closes the file, also where its reader gives up.
			for await (const chunk of file.createReadStream({ highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) yield cipher.update(chunk);
		},
		remove: (id) => rm(place(id), { force: true }),
		room,
		removeLeft: async (kept) => {
			for (const name of await readdir(folder).catch(() => [])) {
				const there = kept.has(name) ? null : await stat(place(name)).catch(() => null);
				if (there && Date.now() - there.mtimeMs > HOUR_MS) await rm(place(name), { force: true });
			}
		}
	};
}
