import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { filesBelow, treeHash } from './store.ts';
import type { Artifacts, StoredTree } from './store.ts';

/** What a kind of store brings; folders and laid-out files are the same for all. */
export type FileStore = Pick<Artifacts, 'putStream' | 'putFile' | 'read' | 'has' | 'verify' | 'list' | 'remove'>;

/** A store of files as one of folders too. */
export function withTrees(files: FileStore): Artifacts {
	async function layOutFile(sha256: string, target: string): Promise<void> {
		await mkdir(dirname(target), { recursive: true });
		await pipeline(files.read(sha256), createWriteStream(target));
	}
	return {
		...files,
		layOutFile,
		putTree: async (folder, skip = () => false) => {
			const stored: StoredTree['files'] = [];
			for (const path of await filesBelow(folder)) {
				if (!skip(path)) stored.push({ path, ...(await files.putFile(join(folder, path))) });
			}
			return { sha256: treeHash(stored), bytes: stored.reduce((sum, file) => sum + file.bytes, 0), files: stored };
		},
		layOut: async (tree, target) => {
			for (const { path, sha256 } of tree.files) await layOutFile(sha256, join(target, path));
		}
	};
}
