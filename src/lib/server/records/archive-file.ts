import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Entry, ZipFile } from 'yauzl';
import { artifactPath, MANIFEST_PATH, readManifest } from '../../domain/archive-manifest.ts';
import type { ArchiveManifest } from '../../domain/archive-manifest.ts';
import type { HiddenFile } from './hidden-file.ts';
import { openZip } from './zip-reader.ts';

/** The archive is none, or is not what its manifest says. The message is for people and names the file. */
export class UnusableArchive extends Error {}

const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;
/** JSON lines shrink to a tenth; what grows a hundredfold is made to fill a disk. */
const MOST_GROWTH = 100;
const ALWAYS_FINE_BYTES = 64 * 1024 * 1024;

/** An opened archive: its manifest, and its files by the paths that the manifest names. */
export type OpenArchive = { manifest: ArchiveManifest; sha256: string; read: (path: string, expected: { bytes: number; sha256: string }) => AsyncGenerator<Buffer> };

/** Bytes of a file, checked: when it ends, they were those that the manifest promises. @throws UnusableArchive */
async function* checked(path: string, source: Readable, expected: { bytes: number; sha256: string }): AsyncGenerator<Buffer> {
	const hash = createHash('sha256');
	let bytes = 0;
	try {
		for await (const chunk of source as AsyncIterable<Buffer>) {
			hash.update(chunk);
			bytes += chunk.byteLength;
			if (bytes > expected.bytes) break;
			yield chunk;
		}
	} catch (error) {
		throw new UnusableArchive(`“${path}” in the archive is broken: ${error instanceof Error ? error.message.slice(0, 160) : 'unreadable'}.`);
	} finally {
		source.destroy();
	}
	if (bytes !== expected.bytes || hash.digest('hex') !== expected.sha256) throw new UnusableArchive(`“${path}” in the archive is not what the manifest says: it was changed, or the archive is damaged.`);
}

function refuseStrangers(entries: ReadonlyMap<string, Entry>, manifest: ArchiveManifest, packedBytes: number): void {
	const promised = new Map([...manifest.tables.map(({ path, bytes }) => [path, bytes] as const), ...manifest.artifacts.map(({ sha256, bytes }) => [artifactPath(sha256), bytes] as const)]);
	if (promised.size !== manifest.tables.length + manifest.artifacts.length) throw new UnusableArchive('The archive’s manifest names a file twice.');
	for (const path of promised.keys()) if (!entries.has(path)) throw new UnusableArchive(`“${path}” is missing from the archive.`);
	for (const name of entries.keys()) if (name !== MANIFEST_PATH && !promised.has(name)) throw new UnusableArchive(`“${name.slice(0, 100)}” in the archive is not named by its manifest.`);
	const total = [...promised.values()].reduce((sum, bytes) => sum + bytes, 0);
	if (total > ALWAYS_FINE_BYTES && total > MOST_GROWTH * packedBytes) throw new UnusableArchive(`The archive would grow from ${packedBytes} to ${total} bytes. Archives that Plumbline makes do not.`);
}

/** Opens an archive that lies here and lets `use` read it. Nothing of it is written under a name of its own. @throws UnusableArchive */
export async function withArchive<T>(file: HiddenFile, use: (archive: OpenArchive) => Promise<T>): Promise<T> {
	let zip: ZipFile;
	try {
		zip = await openZip(file);
	} catch {
		throw new UnusableArchive('The file is no zip, or is cut off. Take the archive again.');
	}
	try {
		const entries = new Map<string, Entry>();
		try {
			for await (const entry of zip.eachEntry() as AsyncIterable<Entry>) {
				if (entries.has(entry.fileName)) throw new UnusableArchive(`“${entry.fileName.slice(0, 100)}” is in the archive twice.`);
				if (entry.isEncrypted()) throw new UnusableArchive('The archive is encrypted.');
				entries.set(entry.fileName, entry);
			}
		} catch (error) {
			if (error instanceof UnusableArchive) throw error;
			// Names that lead out of a folder are refused by the zip library itself.
			throw new UnusableArchive(`The archive is broken: ${error instanceof Error ? error.message.slice(0, 160) : 'unreadable'}.`);
		}
		const open = async (name: string): Promise<Readable> => {
			const entry = entries.get(name);
			if (!entry) throw new UnusableArchive(`“${name}” is missing from the archive.`);
			return zip.openReadStreamPromise(entry);
		};
		const stated = entries.get(MANIFEST_PATH);
		if (!stated || stated.uncompressedSize > MAX_MANIFEST_BYTES) throw new UnusableArchive('The file is no archive of Plumbline: it has no manifest.json.');
		const chunks: Buffer[] = [];
		for await (const chunk of (await open(MANIFEST_PATH)) as AsyncIterable<Buffer>) chunks.push(chunk);
		const bytes = Buffer.concat(chunks);
		const manifest = readManifest(bytes.toString('utf8'));
		if (!manifest) throw new UnusableArchive('“manifest.json” in the archive is not one that this version of Plumbline reads.');
		refuseStrangers(entries, manifest, file.bytes);
		return await use({
			manifest,
			sha256: createHash('sha256').update(bytes).digest('hex'),
			read: async function* (name, expected) {
				yield* checked(name, await open(name), expected);
			}
		});
	} finally {
		zip.close();
	}
}

/** Whole lines of JSON objects, put together to arrays of a few megabytes at most, as they stand: no number passes through JavaScript's. @throws UnusableArchive */
export async function* jsonArrays(path: string, source: AsyncIterable<Buffer>): AsyncGenerator<{ rows: number; array: string }> {
	const MOST_ROWS = 500;
	const MOST_BYTES = 4 * 1024 * 1024;
	let pending: Buffer[] = [];
	let lines: string[] = [];
	let bytes = 0;
	const take = (): { rows: number; array: string } => {
		const batch = { rows: lines.length, array: `[${lines.join(',')}]` };
		[lines, bytes] = [[], 0];
		return batch;
	};
	for await (const chunk of source) {
		let from = 0;
		for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
			const line = Buffer.concat([...pending, chunk.subarray(from, at)]);
			lines.push(line.toString('utf8'));
			bytes += line.byteLength;
			pending = [];
			from = at + 1;
			if (lines.length >= MOST_ROWS || bytes >= MOST_BYTES) yield take();
		}
		if (from < chunk.byteLength) pending.push(Buffer.from(chunk.subarray(from)));
	}
	if (pending.length > 0) throw new UnusableArchive(`The last row of “${path}” in the archive is cut off.`);
	if (lines.length > 0) yield take();
}
