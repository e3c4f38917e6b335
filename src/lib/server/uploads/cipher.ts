import { createCipheriv } from 'node:crypto';
import type { Cipheriv } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

const BLOCK_BYTES = 16;
export const KEY_BYTES = 32;

/**
 * AES-256-CTR from any place of a file on. A key belongs to one file, so that a
 * place alone says the counter: what is sent again after a broken line gives the
 * same bytes. It hides what lies on the disk; it does not show who changed it.
 */
export function cipherAt(key: Buffer, at: number): Cipheriv {
	const counter = Buffer.alloc(BLOCK_BYTES);
	counter.writeBigUInt64BE(BigInt(Math.floor(at / BLOCK_BYTES)), 8);
	const cipher = createCipheriv('aes-256-ctr', key, counter);
	cipher.update(Buffer.alloc(at % BLOCK_BYTES));
	return cipher;
}

/** Writes all of `bytes` from a place on, also where the system takes them bit by bit. Gives the place after the last one. */
export async function writeAt(file: FileHandle, bytes: Uint8Array, at: number): Promise<number> {
	for (let done = 0; done < bytes.byteLength; ) {
		const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, at + done);
		done += bytesWritten;
	}
	return at + bytes.byteLength;
}
