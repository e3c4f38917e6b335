import { readdir, realpath, stat } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { problem, value } from '../engine/problem.ts';
import type { Outcome } from '../engine/problem.ts';
import { hashUnchanged } from './hash-unchanged.ts';

/** A file of a base model, by its path in the folder. */
export type BaseFile = { path: string; sha256: string; bytes: number };

/** Whether a path lies in a folder. */
const within = (path: string, folder: string): boolean => path.startsWith(folder + sep);

/**
 * A link's own file. Hugging Face's cache keeps a model as `snapshots/<commit>` full of links into the `blobs` beside it:
 * those are followed, and what stays in the folder. Any other could be anybody's.
 */
async function behindLink(folder: string, path: string): Promise<Outcome<{ isFile: boolean }>> {
	const [home, target] = [await realpath(folder), await realpath(join(folder, path))];
	if (!within(target, home) && !within(target, join(home, '..', '..', 'blobs'))) return problem('model_missing', `${path} in the base model’s folder is a link that leads out of it.`, 'Put the file itself there.');
	return value({ isFile: (await stat(target)).isFile() });
}

/** Sorted relative paths of a folder's files, links where there is nothing else. */
async function pathsIn(folder: string): Promise<Outcome<string[]>> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const pathOf = (entry: Dirent) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/');
	const own = entries.filter((entry) => entry.isFile()).map(pathOf);
	if (own.length > 0) return value(own.sort());
	const files: string[] = [];
	for (const path of entries.filter((entry) => entry.isSymbolicLink()).map(pathOf).sort()) {
		const behind = await behindLink(folder, path);
		if (!behind.ok) return behind;
		if (behind.value.isFile) files.push(path);
	}
	return value(files);
}

/** What keeps this worker from reading a model; no files where there is no folder. Another error is thrown on. */
function unreadable(folder: string, error: unknown): Outcome<BaseFile[]> {
	const { code, path } = error as NodeJS.ErrnoException;
	const name = relative(folder, path ?? folder);
	if (code === 'EACCES' || code === 'EPERM') return problem('model_missing', `This worker may not read ${name === '' ? folder : name} of the base model (${code}).`, 'Give the user that the worker runs as the right to read the whole folder.');
	if (code === 'ENOENT' && name !== '') return problem('model_missing', `${name} in the base model’s folder leads to no file.`, 'Fetch the model again, or put the file itself there.');
	if (code === 'ENOENT' || code === 'ENOTDIR') return value([]);
	throw error;
}

/** The files of a base model's folder with their hashes, none where it is missing or empty; or which of them cannot be read, and why. */
export async function readBaseFiles(folder: string, hash: (path: string) => Promise<Omit<BaseFile, 'path'>> = hashUnchanged): Promise<Outcome<BaseFile[]>> {
	try {
		const paths = await pathsIn(folder);
		if (!paths.ok) return paths;
		return value(await Promise.all(paths.value.map(async (path) => ({ path, ...(await hash(join(folder, path))) }))));
	} catch (error) {
		return unreadable(folder, error);
	}
}
