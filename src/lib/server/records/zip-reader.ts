import { Readable } from 'node:stream';
import { fromRandomAccessReaderPromise, RandomAccessReader } from 'yauzl';
import type { ZipFile } from 'yauzl';
import type { HiddenFile } from './hidden-file.ts';

/** Reads a hidden file for the zip library. The file is closed by who opened it. */
class Reader extends RandomAccessReader {
	readonly #file: HiddenFile;
	constructor(file: HiddenFile) {
		super();
		this.#file = file;
	}
	override _readStreamForRange(start: number, end: number): Readable {
		return Readable.from(this.#file.stream(start, end), { objectMode: false });
	}
}

/** Opens a zip that lies hidden. Rejects where it is none. */
export const openZip = (file: HiddenFile): Promise<ZipFile> => fromRandomAccessReaderPromise(new Reader(file), file.bytes, { autoClose: false });
