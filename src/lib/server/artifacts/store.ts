import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { contentHash } from '../../domain/canonical-json.ts';

/** A stored file: named by its content. */
export type Stored = { sha256: string; bytes: number };
/** A stored folder: its files by relative path. */
export type StoredTree = { sha256: string; bytes: number; files: (Stored & { path: string })[] };

/** Content-addressed files. What was stored is never changed; reading checks the hash on request. */
export type Artifacts = {
	/** Stores a stream; a half-written file never gets a name. */
	putStream: (source: AsyncIterable<string | Uint8Array>) => Promise<Stored>;
	/** Stores a file that exists on disk. */
	putFile: (path: string) => Promise<Stored>;
	/** Stores all files of a folder, except those that `skip` names. */
	putTree: (folder: string, skip?: (path: string) => boolean) => Promise<StoredTree>;
	/** Path of a stored file, for reading only. */
	pathOf: (sha256: string) => string;
	/** Reads a stored file, or from its first to its last byte of a part. */
	read: (sha256: string, part?: { start: number; end: number }) => Readable;
	has: (sha256: string) => Promise<boolean>;
	/** Lays a stored folder out at `target` and checks every file's hash. @throws ArtifactDamaged */
	layOut: (tree: { files: readonly { path: string; sha256: string }[] }, target: string) => Promise<void>;
	/** @throws ArtifactDamaged when the file is missing or its bytes do not match its name. */
	verify: (sha256: string) => Promise<void>;
};

/** A stored file that is missing or whose bytes changed on disk. */
export class ArtifactDamaged extends Error {
	readonly sha256: string;
	constructor(sha256: string, why: string) {
		super(`artifact ${sha256} ${why}`);
		this.name = 'ArtifactDamaged';
		this.sha256 = sha256;
	}
}

/** SHA-256 (hex) and size of a file, read as a stream. */
export async function hashFile(path: string): Promise<Stored> {
	const hash = createHash('sha256');
	let bytes = 0;
	for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
		hash.update(chunk);
		bytes += chunk.length;
	}
	return { sha256: hash.digest('hex'), bytes };
}

/** Relative paths of all files below a folder, sorted, with `/` on every system. */
export async function filesBelow(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries
		.filter((entry) => entry.isFile())
		.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
		.sort();
}

/** Hash of a folder: over its sorted list of paths and content hashes. */
export function treeHash(files: readonly { path: string; sha256: string }[]): string {
	const sorted = files.map(({ path, sha256 }) => ({ path, sha256 })).sort((x, y) => (x.path < y.path ? -1 : 1));
	return contentHash(sorted);
}

/** An artifact store in a folder (also one on NFS that several hosts share). */
export async function createArtifacts(root: string): Promise<Artifacts> {
	const incoming = join(root, 'incoming');
	await mkdir(incoming, { recursive: true });
	const pathOf = (sha256: string) => join(root, 'sha256', sha256.slice(0, 2), sha256);
	const has = async (sha256: string) => (await stat(pathOf(sha256)).catch(() => null)) !== null;

	async function adopt(temporary: string, stored: Stored): Promise<Stored> {
		const path = pathOf(stored.sha256);
		await mkdir(dirname(path), { recursive: true });
		await rename(temporary, path);
		return stored;
	}

	async function putStream(source: AsyncIterable<string | Uint8Array>): Promise<Stored> {
		const temporary = join(incoming, randomUUID());
		const hash = createHash('sha256');
		let bytes = 0;
		try {
			await pipeline(
				source,
				async function* (chunks: AsyncIterable<string | Uint8Array>) {
					for await (const chunk of chunks) {
						const data = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk;
						hash.update(data);
						bytes += data.byteLength;
						yield data;
					}
				},
				createWriteStream(temporary, { flush: true })
			);
			return await adopt(temporary, { sha256: hash.digest('hex'), bytes });
		} finally {
			await rm(temporary, { force: true });
		}
	}

	async function putFile(path: string): Promise<Stored> {
		const temporary = join(incoming, randomUUID());
		try {
			await copyFile(path, temporary);
			return await adopt(temporary, await hashFile(temporary));
		} finally {
			await rm(temporary, { force: true });
		}
	}

	async function verify(sha256: string): Promise<void> {
		const found = await hashFile(pathOf(sha256)).catch(() => null);
		if (!found) throw new ArtifactDamaged(sha256, 'is missing from the store');
		if (found.sha256 !== sha256) throw new ArtifactDamaged(sha256, 'was changed on disk');
	}

	return {
		putStream,
		putFile,
		pathOf,
		has,
		verify,
		read: (sha256, part) => createReadStream(pathOf(sha256), part),
		putTree: async (folder, skip = () => false) => {
			const files: StoredTree['files'] = [];
			for (const path of await filesBelow(folder)) {
				if (!skip(path)) files.push({ path, ...(await putFile(join(folder, path))) });
			}
			return { sha256: treeHash(files), bytes: files.reduce((sum, file) => sum + file.bytes, 0), files };
		},
		layOut: async (tree, target) => {
			for (const file of tree.files) {
				const path = join(target, file.path);
				await mkdir(dirname(path), { recursive: true });
				await copyFile(pathOf(file.sha256), path).catch(() => {
					throw new ArtifactDamaged(file.sha256, 'is missing from the store');
				});
				if ((await hashFile(path)).sha256 !== file.sha256) throw new ArtifactDamaged(file.sha256, 'was changed on disk');
			}
		}
	};
}
