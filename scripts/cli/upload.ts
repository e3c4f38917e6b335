import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { misused } from './ending.ts';
import { size } from './speaker.ts';
import type { Tools } from './tools.ts';

/** The file, or what is piped in, while the share that has gone out is drawn. */
export async function bodyOf(path: string, { speaker, stdin }: Tools): Promise<ReadableStream<Uint8Array>> {
	let total: number | null = null;
	if (path !== '-') {
		const there = await stat(path).catch(() => null);
		if (!there?.isFile()) throw misused(`There is no file ${path}.`);
		total = there.size;
	}
	const source: Readable = path === '-' ? stdin : createReadStream(path);
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
