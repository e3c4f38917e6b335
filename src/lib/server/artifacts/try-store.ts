import { randomUUID } from 'node:crypto';
import { access, constants, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { permitted } from './store-denied.ts';
import { FILES_FOLDER } from './store-mark.ts';
import { storeModes } from './store-modes.ts';

/** Folders of which a file is looked at: a store may hold very many. */
const LOOKED_INTO = 16;

const namesIn = (folder: string): Promise<string[]> =>
	readdir(folder).catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return [];
		throw error;
	});

/**
 * Tries, when a process starts, what it will do in a store in a folder, also among what others made there: hours of
 * training would else end at the first file that it may not put beside another user's. An empty store stays empty.
 * @throws StoreDenied naming what the user of this process may not write or read
 */
export async function tryStore(root: string): Promise<void> {
	await permitted(root, async () => {
		const modes = await storeModes(root);
		const [incoming, files] = [join(root, 'incoming'), join(root, FILES_FOLDER)];
		await modes.folder(incoming);
		const folders = (await namesIn(files)).map((name) => join(files, name));
		for (const folder of folders) await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
		for (const folder of folders.slice(0, LOOKED_INTO)) {
			const [name] = await namesIn(folder);
			if (name !== undefined) await access(join(folder, name), constants.R_OK);
		}
		const name = `trial-${randomUUID()}`;
		const [written, named] = [join(incoming, name), join(folders[0] ?? incoming, `.${name}`)];
		try {
			await writeFile(written, name);
			await modes.file(written);
			await rename(written, named);
			await readFile(named);
		} finally {
			await rm(written, { force: true });
			await rm(named, { force: true });
		}
	});
}
