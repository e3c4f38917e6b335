import type { ParquetParsers } from 'hyparquet';

const decoder = new TextDecoder();

/** A text that is decoded once it is asked for: a page may hold a hundred thousand of them, of which a few are read. */
export class PackedText {
	#bytes: Uint8Array | null;
	#text = '';
	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}
	toString(): string {
		if (this.#bytes) [this.#text, this.#bytes] = [decoder.decode(this.#bytes), null];
		return this.#text;
	}
}

/** Gives texts of a Parquet file as `PackedText`; what is missing stays so. */
export const PARSERS: Partial<ParquetParsers> = { stringFromBytes: (bytes: Uint8Array | undefined) => bytes && new PackedText(bytes) };
