import { UnreadableFile } from './record.ts';

/** Encodings a text file may have. */
export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'gb18030'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Whether bytes are text in this encoding; what a cut at their end broke is forgiven. */
function isText(head: Uint8Array, encoding: Encoding): boolean {
	try {
		new TextDecoder(encoding, { fatal: true }).decode(head, { stream: true });
		return true;
	} catch {
		return false;
	}
}

/** Share of zero bytes at even and at odd places: in UTF-16 every other byte of ASCII text is zero. */
function zeros(head: Uint8Array): { even: number; odd: number } {
	const count = [0, 0];
	head.forEach((byte, index) => {
		if (byte === 0) count[index % 2] = (count[index % 2] ?? 0) + 1;
	});
	const places = Math.max(1, head.byteLength / 2);
	return { even: (count[0] ?? 0) / places, odd: (count[1] ?? 0) / places };
}

/**
 * Whether text that is valid GB18030 is Chinese: nearly all of it then lies in
 * GB2312's plane, both bytes from 0xA1 on. Western text in a code page of old
 * is valid GB18030 too, an accented letter and what follows it as one sign.
 */
function isChinese(head: Uint8Array): boolean {
	let [signs, common] = [0, 0];
	for (let at = 0; at + 1 < head.byteLength; at += 1) {
		if ((head[at] ?? 0) < 0x81) continue;
		signs += 1;
		if ((head[at] ?? 0) >= 0xa1 && (head[at + 1] ?? 0) >= 0xa1) common += 1;
		at += 1;
	}
	return common >= 0.8 * signs;
}

/**
 * The encoding of a text by its first bytes: a byte order mark, else zero bytes
 * in every other place (UTF-16), else UTF-8 where it is valid, else GB18030
 * (which holds GBK and GB2312) where it is Chinese. Null: no text in any of these.
 */
export function encodingOf(head: Uint8Array): Encoding | null {
	if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
	if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
	const { even, odd } = zeros(head);
	if (odd > 0.2 && even < 0.02) return 'utf-16le';
	if (even > 0.2 && odd < 0.02) return 'utf-16be';
	if (even + odd > 0) return null;
	if (isText(head, 'utf-8')) return 'utf-8';
	return isText(head, 'gb18030') && isChinese(head) ? 'gb18030' : null;
}

/** The stream in UTF-8. UTF-8 passes as it is: its readers name the line that is none. @throws UnreadableFile */
export async function* inUtf8(source: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<Uint8Array> {
	if (encoding === 'utf-8') return yield* source;
	const decoder = new TextDecoder(encoding, { fatal: true });
	const encoder = new TextEncoder();
	let bytes = 0;
	const decoded = (chunk?: Uint8Array): Uint8Array => {
		try {
			return encoder.encode(decoder.decode(chunk, { stream: chunk !== undefined }));
		} catch {
			throw new UnreadableFile(`The file is not ${encoding.toUpperCase()} after byte ${bytes}. Save it as UTF-8 and send it again.`);
		}
	};
	for await (const chunk of source) {
		yield decoded(chunk);
		bytes += chunk.byteLength;
	}
	yield decoded();
}
