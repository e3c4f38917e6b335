import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { snappyUncompress } from 'hyparquet';
import type { Compressors } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

type Unpack = (input: Uint8Array, length: number) => Uint8Array;

/** Bounds what comes out: a page that holds more than its header says is refused, not unpacked. */
const bounded =
	(unpack: (input: Uint8Array, options: { maxOutputLength: number }) => Uint8Array): Unpack =>
	(input, length) =>
		unpack(input, { maxOutputLength: length });

/** A page of nothing but missing values holds nothing: some writers pack that into no bytes at all, which no codec takes for a pack. */
const orNothing =
	(unpack: Unpack): Unpack =>
	(input, length) =>
		length === 0 ? new Uint8Array(0) : unpack(input, length);

/** Pages from here on are unpacked without WebAssembly: its memory grows with the largest one and is never given back. */
const LARGE_PAGE_BYTES = 8 * 1024 * 1024;

const snappy: Unpack = (input, length) => {
	if (compressors.SNAPPY && length < LARGE_PAGE_BYTES) return compressors.SNAPPY(input, length);
	const output = new Uint8Array(length);
	snappyUncompress(input, output);
	return output;
};

const UNPACK = { ...compressors, SNAPPY: snappy, GZIP: bounded(gunzipSync), BROTLI: bounded(brotliDecompressSync), ZSTD: bounded(zstdDecompressSync) };

/** What pages of a Parquet file are unpacked with, by how they are packed; none gives more than so many bytes. */
export const CODECS: Compressors = Object.fromEntries(Object.entries(UNPACK).map(([name, unpack]) => [name, orNothing(unpack)]));
