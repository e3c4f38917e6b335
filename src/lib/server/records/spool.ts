import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hide } from './hidden-file.ts';
import type { HiddenFile } from './hidden-file.ts';

/** A file that still has a name after so long belongs to a process that died in the moment of making it, or to one of an older version, whose files kept their names. */
const LEFT_BEHIND_MS = 60_000;

/**
 * Writes a stream to a file of its own in `folder`, for formats whose table of
 * contents stands at their end, and lets `use` read it. It is encrypted with a key
 * that is written down nowhere, and loses its name before the first byte is
 * written: it goes with the process, however that ends.
 */
export async function* spooled<T>(source: AsyncIterable<Uint8Array>, folder: string, use: (file: HiddenFile) => AsyncGenerator<T>): AsyncGenerator<T> {
	await mkdir(folder, { recursive: true, mode: 0o700 });
	await removeLeftBehind(folder);
	const path = join(folder, `${randomUUID()}.part`);
	const file = await open(path, 'wx+', 0o600);
	try {
		await rm(path);
		yield* use(await hide(file, source));
	} finally {
		await file.close();
	}
}

/** Removes what processes that died left in a folder of spooled files. */
export async function removeLeftBehind(folder: string): Promise<void> {
	for (const name of await readdir(folder).catch(() => [])) {
		const path = join(folder, name);
		const there = name.endsWith('.part') ? await stat(path).catch(() => null) : null;
		if (there && Date.now() - there.mtimeMs > LEFT_BEHIND_MS) await rm(path, { force: true });
	}
}
