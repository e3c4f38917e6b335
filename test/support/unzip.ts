import { buffer, text } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';

/** The files of a zip, by name, as texts. */
export async function unzip(bytes: Buffer | AsyncIterable<Uint8Array>): Promise<Map<string, string>> {
	const zip = await fromBufferPromise(Buffer.isBuffer(bytes) ? bytes : await buffer(bytes));
	const files = new Map<string, string>();
	for await (const entry of zip.eachEntry()) files.set(entry.fileName, await text(await zip.openReadStreamPromise(entry)));
	return files;
}
