import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Ending, EXIT } from './ending.ts';
import { size } from './speaker.ts';
import type { Tools } from './tools.ts';

/** The name that the server gives the file; a path in it is never followed. */
function nameOf(response: Response): string {
	const said = /filename="([^"]+)"/u.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'download';
	return said.replaceAll(/[^\w.-]/gu, '_').replace(/^\.+/u, '_');
}

/**
 * Writes an answer to a file, to be seen under its name only once it is whole: the
 * transfer ended as announced and, where the server names their hash, the bytes
 * match. `-` writes to standard output; a folder takes the server's name.
 * @throws Ending when it broke off
 */
export async function download({ speaker, out }: Pick<Tools, 'speaker' | 'out'>, response: Response, output: string): Promise<{ path: string; bytes: number; sha256: string }> {
	const expected = /^"([0-9a-f]{64})"$/u.exec(response.headers.get('etag') ?? '')?.[1];
	const hash = createHash('sha256');
	let bytes = 0;
	async function* counted(): AsyncGenerator<Uint8Array> {
		for await (const chunk of response.body ?? []) {
			hash.update(chunk);
			bytes += chunk.byteLength;
			speaker.progress(`Receiving ${size(bytes)}`);
			yield chunk;
		}
		if (expected !== undefined && hash.copy().digest('hex') !== expected) throw new Error('what arrived does not match its hash');
	}
	const broken = (error: unknown): Ending => {
		const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
		return new Ending(EXIT.unreachable, `The transfer broke off after ${size(bytes)} (${cause instanceof Error ? cause.message : String(cause)}). Nothing was kept; run it again.`, { code: 'broke_off', bytes });
	};
	if (output === '-') {
		try {
			await pipeline(Readable.from(counted()), out as unknown as NodeJS.WriteStream, { end: false });
		} catch (error) {
			// Whoever reads has had enough, as `head` has.
			if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw broken(error);
		}
		return { path: '-', bytes, sha256: hash.digest('hex') };
	}
	const folder = await stat(output).then((there) => there.isDirectory(), () => false);
	const path = folder ? join(output, nameOf(response)) : output;
	const beside = `${path}.${randomUUID().slice(0, 8)}.part`;
	const remove = () => rm(beside, { force: true });
	try {
		await pipeline(Readable.from(counted()), createWriteStream(beside, { flags: 'wx' }));
		await rename(beside, path);
	} catch (error) {
		await remove();
		// The disk's own troubles (no such folder, full) are no transfer's.
		if ((error as NodeJS.ErrnoException).syscall) throw error;
		throw broken(error);
	}
	return { path, bytes, sha256: hash.digest('hex') };
}
