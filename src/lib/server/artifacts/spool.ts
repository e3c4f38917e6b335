import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Stored } from './store.ts';

/** Writes a stream to a file in `folder` while hashing it, gives that to `use`, and takes the file away unless `use` moved it. */
export async function spool<T>(folder: string, source: AsyncIterable<string | Uint8Array>, use: (path: string, stored: Stored) => Promise<T>): Promise<T> {
	await mkdir(folder, { recursive: true });
	const path = join(folder, randomUUID());
	const hash = createHash('sha256');
	let bytes = 0;
	try {
		await pipeline(
			source,
			async function* (chunks: AsyncIterable<string | Uint8Array>) {
				for await (const chunk of chunks) {
					const data = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
					hash.update(data);
					bytes += data.byteLength;
					yield data;
				}
			},
			createWriteStream(path, { flush: true })
		);
		return await use(path, { sha256: hash.digest('hex'), bytes });
	} finally {
		await rm(path, { force: true });
	}
}
