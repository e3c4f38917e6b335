import { randomBytes } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { cipherAt, KEY_BYTES, writeAt } from '../uploads/cipher.ts';

/** A file that is read from any place, for formats whose table of contents stands at their end. */
export type HiddenFile = {
	bytes: number;
	/** What lies from one place to another; less where the file ends before. */
	read: (start: number, end: number) => Promise<ArrayBuffer>;
	/** The same bit by bit. */
	stream: (start: number, end: number) => AsyncGenerator<Uint8Array>;
};

/** Bytes that are read at a time. */
const STRETCH_BYTES = 256 * 1024;

/** Writes a stream to an empty file, encrypted by a key that lies in this process's memory alone and is gone with it, and gives what reads it. */
export async function hide(file: FileHandle, source: AsyncIterable<Uint8Array>): Promise<HiddenFile> {
	const key = randomBytes(KEY_BYTES);
	const cipher = cipherAt(key, 0);
	let bytes = 0;
	for await (const chunk of source) bytes = await writeAt(file, cipher.update(chunk), bytes);

	async function* stream(start: number, end: number): AsyncGenerator<Uint8Array> {
		const from = Math.max(0, start);
		const decipher = cipherAt(key, from);
		for (let at = from; at < Math.min(end, bytes); ) {
			const stretch = Buffer.allocUnsafe(Math.min(STRETCH_BYTES, Math.min(end, bytes) - at));
			const { bytesRead } = await file.read(stretch, 0, stretch.byteLength, at);
			// Whoever holds the disk cut it off.
			if (bytesRead === 0) return;
			at += bytesRead;
			yield decipher.update(stretch.subarray(0, bytesRead));
		}
	}

	return {
		bytes,
		stream,
		read: async (start, end) => {
			const whole = new Uint8Array(Math.max(0, Math.min(end, bytes) - Math.max(0, start)));
			let at = 0;
			for await (const stretch of stream(start, end)) {
				whole.set(stretch, at);
				at += stretch.byteLength;
			}
			return whole.buffer;
		}
	};
}
