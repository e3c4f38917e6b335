import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UnreadableFile } from './record.ts';

/** What may come out of so many bytes: text shrinks to a tenth, a bomb to a thousandth. */
const MOST_INFLATION = 200;
const FREE_BYTES = 64 * 1024 * 1024;

/** A stream that ends with an error where it has become more than `packed()` compressed bytes can honestly hold. @throws UnreadableFile */
export async function* withoutBomb(source: AsyncIterable<Uint8Array>, packed: () => number): AsyncGenerator<Uint8Array> {
	let bytes = 0;
	for await (const chunk of source) {
		bytes += chunk.byteLength;
		if (bytes > FREE_BYTES + packed() * MOST_INFLATION) throw new UnreadableFile(`The file unpacks to more than ${MOST_INFLATION} times its size. Nothing of that kind is taken; send it unpacked.`);
		yield chunk;
	}
}

/** The content of a gzip stream, at constant memory. @throws UnreadableFile */
export async function* gunzipped(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	let packed = 0;
	async function* counted(): AsyncGenerator<Uint8Array> {
		for await (const chunk of source) {
			packed += chunk.byteLength;
			yield chunk;
		}
	}
	const gunzip = createGunzip();
	const input = Readable.from(counted());
	let broken: unknown = null;
	input.on('error', (error) => {
		broken = error;
		gunzip.destroy(error);
	});
	input.pipe(gunzip);
	try {
		yield* withoutBomb(gunzip, () => packed);
	} catch (error) {
		if (broken !== null || error instanceof UnreadableFile) throw error;
		throw new UnreadableFile('The gzip file is broken or cut off. Pack it again and send it.');
	} finally {
		input.destroy();
	}
}
