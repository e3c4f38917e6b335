import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A spooled file this old belongs to a process that died. */
const LEFT_BEHIND_MS = 24 * 3600 * 1000;

/**
 * Writes a stream to a file of its own in `folder`, for formats whose table of
 * contents stands at their end, lets `use` read it, and removes it whatever happens.
 */
export async function* spooled<T>(source: AsyncIterable<Uint8Array>, folder: string, use: (path: string) => AsyncGenerator<T>): AsyncGenerator<T> {
	await mkdir(folder, { recursive: true, mode: 0o700 });
	await removeLeftBehind(folder);
	const path = join(folder, `${randomUUID()}.part`);
	try {
		await pipeline(Readable.from(source), createWriteStream(path, { mode: 0o600 }));
		yield* use(path);
	} finally {
		await rm(path, { force: true });
	}
}

async function removeLeftBehind(folder: string): Promise<void> {
	for (const name of await readdir(folder)) {
		const path = join(folder, name);
		const there = await stat(path).catch(() => null);
		if (there && Date.now() - there.mtimeMs > LEFT_BEHIND_MS) await rm(path, { force: true });
	}
}
