import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SHA256 } from '../../domain/message.ts';
import { pathProblem } from '../../domain/source-path.ts';
import { pipeline } from 'node:stream/promises';
import { ArtifactDamaged, filesBelow, treeHash } from './store.ts';
import type { Artifacts, StoredTree } from './store.ts';

/** What a kind of store brings; folders and laid-out files are the same for all. */
export type FileStore = Pick<Artifacts, 'putStream' | 'putFile' | 'read' | 'has' | 'verify' | 'list' | 'remove'>;

/** The same store, which looks for no file under a name that is no hash: it could be a path out of it. */
function byHash(files: FileStore): FileStore {
	const named = (sha256: string): string => {
		if (!SHA256.test(sha256)) throw new ArtifactDamaged(sha256.slice(0, 64), 'is no name of a stored file');
		return sha256;
	};
	return {
		...files,
		read: (sha256, part) => files.read(named(sha256), part),
		has: async (sha256) => SHA256.test(sha256) && files.has(sha256),
		verify: async (sha256) => files.verify(named(sha256)),
		remove: async (sha256) => files.remove(named(sha256))
	};
}

/** A path of a stored folder as it is laid out below a target. @throws Error where it leads elsewhere, whoever recorded it */
function within(target: string, path: string): string {
	if (pathProblem(path) !== null) throw new Error(`a stored folder has a path that leads out of it: ${JSON.stringify(path.slice(0, 200))}`);
	return join(target, path);
}

/** A store of files as one of folders too. */
export function withTrees(store: FileStore): Artifacts {
	const files = byHash(store);
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
			// All are looked at before the first is written.
			const laidOut = tree.files.map(({ path, sha256 }) => ({ sha256, to: within(target, path) }));
			for (const { sha256, to } of laidOut) await layOutFile(sha256, to);
		}
	};
}
