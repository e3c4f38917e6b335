import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Compressors } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

/** Bounds what comes out: a page that holds more than its header says is refused, not unpacked. */
const bounded = (unpack: (input: Uint8Array, options: { maxOutputLength: number }) => Uint8Array) => (input: Uint8Array, length: number) => unpack(input, { maxOutputLength: Math.max(1, length) });

/** What pages of a Parquet file are unpacked with, by how they are packed; none gives more than so many bytes. */
export const CODECS: Compressors = { ...compressors, GZIP: bounded(gunzipSync), BROTLI: bounded(brotliDecompressSync), ZSTD: bounded(zstdDecompressSync) };
