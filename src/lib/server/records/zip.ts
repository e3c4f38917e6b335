import type { Entry, ZipFile } from 'yauzl';
import type { HiddenFile } from './hidden-file.ts';
import { UnreadableFile } from './record.ts';
import { openZip } from './zip-reader.ts';

/** A file within a zip: its name, for people alone, never a path, and its unpacked bytes. */
export type Packed = { name: string; open: () => Promise<AsyncIterable<Uint8Array>> };

const MOST_FILES = 1000;
/** What packers add of their own, and what stands beside a set of data to describe it. */
const NO_DATA = /(?:^|\/)(?:__MACOSX\/|\._|\.DS_Store$|Thumbs\.db$|\.gitattributes$|dataset_infos?\.json$|LICEN[CS]E(?:\.\w+)?$|[^/]*\.md$)|\/$/iu;
/** Unix file types in the upper half of a zip entry's attributes: only files hold data. */
const FILE_TYPES = 0o170000;
const REGULAR_FILE = 0o100000;

/** Whether an entry is a link or device, as far as its packer says: followed it would lead out of the zip, read it would be a path taken for data. */
function isNoFile(entry: Entry): boolean {
	const type = (entry.externalFileAttributes >>> 16) & FILE_TYPES;
	return type !== 0 && type !== REGULAR_FILE;
}

/** Files of a zip in their order; folders and packers' own left out. @throws UnreadableFile */
export async function* zipped(file: HiddenFile): AsyncGenerator<Packed> {
	let zip: ZipFile;
	try {
		zip = await openZip(file);
	} catch {
		throw new UnreadableFile('The zip file is broken or cut off. Pack it again and send it.');
	}
	try {
		if (zip.entryCount > MOST_FILES) throw new UnreadableFile(`The zip holds ${zip.entryCount} files; at most ${MOST_FILES}.`);
		for await (const entry of zip.eachEntry() as AsyncIterable<Entry>) {
			if (NO_DATA.test(entry.fileName)) continue;
			if (isNoFile(entry)) throw new UnreadableFile(`“${entry.fileName.slice(0, 100)}” in the zip is a link or no file. Pack the files themselves.`);
			if (entry.isEncrypted()) throw new UnreadableFile(`“${entry.fileName.slice(0, 100)}” in the zip is encrypted. Send it without a password.`);
			yield { name: entry.fileName.slice(0, 200), open: () => zip.openReadStreamPromise(entry) };
		}
	} catch (error) {
		if (error instanceof UnreadableFile) throw error;
		throw new UnreadableFile(`The zip file is broken: ${error instanceof Error ? error.message.slice(0, 160) : 'unreadable'}.`);
	} finally {
		zip.close();
	}
}
