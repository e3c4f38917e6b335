import type { ParquetParsers } from 'hyparquet';

/** What is no text is not mended, and a mark of the order of bytes is part of the text that it begins. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A text's bytes are not UTF-8. */
export class NotUtf8 extends Error {
	override name = 'NotUtf8';
}

/** A text that is decoded once it is asked for: a page may hold a hundred thousand of them, of which a few are read. */
export class PackedText {
	#bytes: Uint8Array | null;
	#text = '';
	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}
	/** The text. @throws NotUtf8 */
	toString(): string {
		if (this.#bytes === null) return this.#text;
		try {
			[this.#text, this.#bytes] = [decoder.decode(this.#bytes), null];
		} catch {
			throw new NotUtf8();
		}
		return this.#text;
	}
}

/** Gives texts of a Parquet file as `PackedText`; what is missing stays so. */
export const PARSERS: Partial<ParquetParsers> = { stringFromBytes: (bytes: Uint8Array | undefined) => bytes && new PackedText(bytes) };
