import { createCipheriv } from 'node:crypto';
import type { Cipheriv } from 'node:crypto';
import { mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { UPLOAD_KEPT_HOURS } from '../../domain/upload.ts';

const BLOCK_BYTES = 16;
export const KEY_BYTES = 32;

/** Uploads as they lie on the disk of this process, encrypted, each with a key of its own. */
export type UploadDisk = {
	/** Makes an empty file. */
	begin: (id: string) => Promise<void>;
	/** How much of it has arrived; null: it does not lie here. */
	arrived: (id: string) => Promise<number | null>;
	/** Writes on from a place. Gives the place after the last byte; what came before a source that breaks off stays. Nothing is flushed: a commit of somebody who judges would wait for it, and what a host that goes down loses is sent again. */
	write: (id: string, key: Buffer, at: number, source: AsyncIterable<Uint8Array>) => Promise<number>;
	read: (id: string, key: Buffer) => AsyncGenerator<Uint8Array>;
	remove: (id: string) => Promise<void>;
	/** Bytes that are free. */
	room: () => Promise<number>;
};

/**
 * AES-256-CTR from any place of a file on. A key belongs to one file, so that a
 * place alone says the counter: what is sent again after a broken line gives the
 * same bytes. It hides what lies on the disk; it does not show who changed it.
 */
function cipherAt(key: Buffer, at: number): Cipheriv {
	const counter = Buffer.alloc(BLOCK_BYTES);
	counter.writeBigUInt64BE(BigInt(Math.floor(at / BLOCK_BYTES)), 8);
	const cipher = createCipheriv('aes-256-ctr', key, counter);
	cipher.update(Buffer.alloc(at % BLOCK_BYTES));
	return cipher;
}

/** Keeps uploads in a folder, which it makes when it is needed. */
export function uploadDisk(folder: string): UploadDisk {
	const place = (id: string) => join(folder, id);

	/** A file this old is no upload's any more, and its key is gone. */
	async function removeLeft(): Promise<void> {
		for (const name of await readdir(folder)) {
			const there = await stat(place(name)).catch(() => null);
			if (there && Date.now() - there.mtimeMs > (UPLOAD_KEPT_HOURS + 1) * 3_600_000) await rm(place(name), { force: true });
		}
	}

	return {
		begin: async (id) => {
			await mkdir(folder, { recursive: true, mode: 0o700 });
			await removeLeft();
			await (await open(place(id), 'wx', 0o600)).close();
		},
		arrived: async (id) => (await stat(place(id)).catch(() => null))?.size ?? null,
		write: async (id, key, at, source) => {
			const file = await open(place(id), 'r+');
			try {
				const cipher = cipherAt(key, at);
				for await (const chunk of source) {
					const bytes = cipher.update(chunk);
					for (let done = 0; done < bytes.byteLength; ) {
						const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, at + done);
						done += bytesWritten;
					}
					at += bytes.byteLength;
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
		room: async () => {
			await mkdir(folder, { recursive: true, mode: 0o700 });
			const { bavail, bsize } = await statfs(folder);
			return bavail * bsize;
		}
	};
}
