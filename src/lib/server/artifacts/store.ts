import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { contentHash } from '../../domain/canonical-json.ts';

/** A stored file: named by its content. */
export type Stored = { sha256: string; bytes: number };
/** A stored folder: its files by relative path. */
export type StoredTree = { sha256: string; bytes: number; files: (Stored & { path: string })[] };

/**
 * Content-addressed files, in a folder or in a bucket. What was stored is never
 * changed. Whoever needs a file on disk has it laid out: there is no path into the store.
 */
export type Artifacts = {
	/** Stores a stream; a half-written file never gets a name. */
	putStream: (source: AsyncIterable<string | Uint8Array>) => Promise<Stored>;
	/** Stores a file that exists on disk. One that was broken off goes on where it was. */
	putFile: (path: string) => Promise<Stored>;
	/** Stores all files of a folder, except those that `skip` names. */
	putTree: (folder: string, skip?: (path: string) => boolean) => Promise<StoredTree>;
	/** Reads a stored file, or from its first to its last byte of a part. A whole one ends with `ArtifactDamaged` where its bytes do not match its name. */
	read: (sha256: string, part?: { start: number; end: number }) => Readable;
	has: (sha256: string) => Promise<boolean>;
	/** Lays one stored file out at `target`, its bytes checked. @throws ArtifactDamaged */
	layOutFile: (sha256: string, target: string) => Promise<void>;
	/** Lays a stored folder out at `target` and checks every file's hash. @throws ArtifactDamaged, or Error for a path that leads out of the folder */
	layOut: (tree: { files: readonly { path: string; sha256: string }[] }, target: string) => Promise<void>;
	/** @throws ArtifactDamaged when the file is missing or its bytes do not match its name. */
	verify: (sha256: string) => Promise<void>;
	/** Every stored file, in no particular order, with when it was stored last, in milliseconds. */
	list: () => AsyncIterable<Stored & { modifiedAt: number }>;
	/** Takes a file out; nothing where there is none. For clean-ups alone, which know that nothing cites it. */
	remove: (sha256: string) => Promise<void>;
};

/** A stored file that is missing or whose bytes changed in the store. */
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

/** The same bytes; ends with an error where they are not what the name says. @throws ArtifactDamaged */
export async function* checked(sha256: string, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	const hash = createHash('sha256');
	for await (const chunk of source) {
		hash.update(chunk);
		yield chunk;
	}
	if (hash.digest('hex') !== sha256) throw new ArtifactDamaged(sha256, 'was changed in the store');
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
