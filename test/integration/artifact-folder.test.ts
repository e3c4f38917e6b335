import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openFolder, pathIn } from '#lib/server/artifacts/folder.ts';
import { describeArtifacts } from '../support/artifact-contract.ts';

describeArtifacts(
	'a folder',
	async (dir) => {
		const root = join(dir, 'store');
		const store = await openFolder(root);
		return { store, overwrite: (sha256, bytes) => (bytes ? writeFile(pathIn(root, sha256), bytes) : rm(pathIn(root, sha256))) };
	},
	3_000_000
);
