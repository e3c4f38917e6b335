import type { ParquetParsers, SchemaElement } from 'hyparquet';

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

/** Bytes that the file's schema does not call a text: a picture, an embedding, or a text that an older writer left unnamed. */
export class PackedBytes {
	readonly #bytes: Uint8Array;
	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}
	/** The text that they are; null: they are none. */
	text(): string | null {
		try {
			return decoder.decode(this.#bytes);
		} catch {
			return null;
		}
	}
	/** The bytes as a text can hold them. */
	toString(): string {
		return `base64:${Buffer.from(this.#bytes).toString('base64')}`;
	}
}

/**
 * The schema with a mark on columns of bytes without a type of their own: what reads it takes them for
 * texts otherwise, and parses each kind of value apart but these. The mark is that of shapes on a map, whose
 * values are bytes as well and no text.
 */
export const markBytes = (schema: readonly SchemaElement[]): SchemaElement[] =>
	schema.map((element) => (element.type === 'BYTE_ARRAY' && element.converted_type === undefined && element.logical_type === undefined ? { ...element, logical_type: { type: 'GEOMETRY' } } : element));

const bytesOf = (bytes: Uint8Array | undefined) => bytes && new PackedBytes(bytes);

/** Gives texts of a Parquet file as `PackedText`, and other bytes of its marked schema as `PackedBytes`; what is missing stays so. */
export const PARSERS: Partial<ParquetParsers> = { stringFromBytes: (bytes: Uint8Array | undefined) => bytes && new PackedText(bytes), geometryFromBytes: bytesOf, geographyFromBytes: bytesOf };
