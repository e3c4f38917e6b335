import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
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

const UNPACK = { ...compressors, GZIP: bounded(gunzipSync), BROTLI: bounded(brotliDecompressSync), ZSTD: bounded(zstdDecompressSync) };

/** What pages of a Parquet file are unpacked with, by how they are packed; none gives more than so many bytes. */
export const CODECS: Compressors = Object.fromEntries(Object.entries(UNPACK).map(([name, unpack]) => [name, orNothing(unpack)]));
