import { randomUUID } from 'node:crypto';
import { access, constants, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SHA256 } from '../../domain/message.ts';
import { permitted } from './store-denied.ts';
import { FILES_FOLDER } from './store-mark.ts';
import { storeModes } from './store-modes.ts';

/** Folders of which a file is looked at: a store may hold very many. */
const LOOKED_INTO = 16;

/** A folder of the store's files: the first two digits of their hashes. */
const FOLDER = /^[0-9a-f]{2}$/;

/** The name of this process's own file to try with: no other process has it, and what denies it is told in the same words at each try. */
const TRIAL = `trial-${randomUUID()}`;

/** What is not there denies nothing: another process may have taken it away a moment ago. */
const ifThere = <T>(work: Promise<T>, otherwise: T): Promise<T> =>
	work.catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') return otherwise;
		throw error;
	});

/** Names of the store's own in a folder, and nothing of what others are trying or building there. */
const namesIn = async (folder: string, own: RegExp): Promise<string[]> => (await ifThere(readdir(folder), [])).filter((name) => own.test(name));

/**
 * Tries what a process will do in a store in a folder, also among what others made there: hours of training would else
 * end at the first file that it may not put beside another user's. An empty store stays empty.
 * @throws StoreDenied naming what the user of this process may not write or read
 */
export async function tryStore(root: string): Promise<void> {
	await permitted(root, async () => {
		const modes = await storeModes(root);
		const [incoming, files] = [join(root, 'incoming'), join(root, FILES_FOLDER)];
		await modes.folder(incoming);
		const folders = (await namesIn(files, FOLDER)).map((name) => join(files, name));
		for (const folder of folders) await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
		for (const folder of folders.slice(0, LOOKED_INTO)) {
			const [name] = await namesIn(folder, SHA256);
			if (name !== undefined) await ifThere(access(join(folder, name), constants.R_OK), undefined);
		}
		const [written, named] = [join(incoming, TRIAL), join(folders[0] ?? incoming, `.${TRIAL}`)];
		try {
			await writeFile(written, TRIAL);
			await modes.file(written);
			await rename(written, named);
			await readFile(named);
		} finally {
			await rm(written, { force: true });
			await rm(named, { force: true });
		}
	});
}
