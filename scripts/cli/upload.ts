import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { misused } from './ending.ts';
import { size } from './speaker.ts';
import type { Tools } from './tools.ts';

/** A file on this disk: how large, and when it was last changed. */
export type LocalFile = { path: string; bytes: number; modifiedAt: string };

/** Looks a file up. @throws Ending where there is none */
export async function fileAt(path: string): Promise<LocalFile> {
	const there = await stat(path).catch(() => null);
	if (!there?.isFile()) throw misused(`There is no file ${path}.`);
	return { path, bytes: there.size, modifiedAt: there.mtime.toISOString() };
}

/** The file, or what is piped in, while the share that has gone out is drawn. */
export function bodyOf(file: LocalFile | '-', { speaker, stdin }: Tools): ReadableStream<Uint8Array> {
	const total = file === '-' ? null : file.bytes;
	const source: Readable = file === '-' ? stdin : createReadStream(file.path);
	async function* counted(): AsyncGenerator<Uint8Array> {
		let sent = 0;
		for await (const chunk of source as AsyncIterable<Uint8Array>) {
			yield chunk;
			sent += chunk.byteLength;
			speaker.progress(`Sending ${size(sent)}${total ? ` of ${size(total)}, ${Math.floor((100 * sent) / total)} %` : ''}`);
		}
		speaker.progress('Sent. The server reads it');
	}
	return Readable.toWeb(Readable.from(counted())) as ReadableStream<Uint8Array>;
}
