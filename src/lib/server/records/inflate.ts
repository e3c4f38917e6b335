import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UnreadableFile } from './record.ts';

/** What may come out of so many bytes: text shrinks to a tenth, a bomb to a thousandth. */
const MOST_INFLATION = 200;
const FREE_BYTES = 64 * 1024 * 1024;

/** Hears of bytes that came out of a packed file. @throws UnreadableFile where they are more than it can honestly hold */
export type Unpacked = (bytes: number) => void;

/** Counts all that comes out of one packed file of so many bytes (so far), however many files and further packs it holds. */
export function countUnpacked(packed: () => number): Unpacked {
	let unpacked = 0;
	return (bytes) => {
		unpacked += bytes;
		if (unpacked > FREE_BYTES + packed() * MOST_INFLATION) throw new UnreadableFile(`The file unpacks to more than ${MOST_INFLATION} times its size. Nothing of that kind is taken; send it unpacked.`);
	};
}

/** A stream of which every pack around it hears. @throws UnreadableFile */
export async function* counted(source: AsyncIterable<Uint8Array>, packs: readonly Unpacked[]): AsyncGenerator<Uint8Array> {
	for await (const chunk of source) {
		for (const unpacked of packs) unpacked(chunk.byteLength);
		yield chunk;
	}
}

/** The content of a gzip stream, at constant memory, and who counts it. Its reading throws UnreadableFile where it is broken. */
export function gunzipped(source: AsyncIterable<Uint8Array>): { content: AsyncGenerator<Uint8Array>; unpacked: Unpacked } {
	let packed = 0;
	async function* arriving(): AsyncGenerator<Uint8Array> {
		for await (const chunk of source) {
			packed += chunk.byteLength;
			yield chunk;
		}
	}
	return { content: inflated(arriving()), unpacked: countUnpacked(() => packed) };
}

async function* inflated(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	const gunzip = createGunzip();
	const input = Readable.from(source);
	let broken: unknown = null;
	input.on('error', (error) => {
		broken = error;
		gunzip.destroy(error);
	});
	input.pipe(gunzip);
	try {
		yield* gunzip as AsyncIterable<Uint8Array>;
	} catch (error) {
		if (broken !== null) throw error;
		throw new UnreadableFile('The gzip file is broken or cut off. Pack it again and send it.');
	} finally {
		input.destroy();
	}
}
