import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * One hash over files and folders: what a later step was made from. Contents, not times: a fresh
 * clone and a branch switch touch every time, and a restored backup touches none.
 * @param {string} root
 * @param {string[]} names files or folders below root; missing ones count as absent
 * @param {{ skip?: (path: string) => boolean, salt?: string }} [options] `skip` sees paths relative to root, with `/`
 */
export function hashOf(root, names, { skip = () => false, salt = '' } = {}) {
	const hash = createHash('sha256').update(salt);
	for (const name of names) {
		for (const file of filesBelow(join(root, name))) {
			const path = relative(root, file).split(sep).join('/');
			if (skip(path)) continue;
			const content = readFileSync(file);
			hash.update(`\0${path}\0${content.length}\0`).update(content);
		}
	}
	return hash.digest('hex');
}

/**
 * @param {string} file
 * @returns {string | null}
 */
export function readStamp(file) {
	try {
		return readFileSync(file, 'utf8').trim();
	} catch {
		return null;
	}
}

/**
 * Written whole or not at all, and only after the work it stands for.
 * @param {string} file
 * @param {string} value
 */
export function writeStamp(file, value) {
	const draft = `${file}.${process.pid}`;
	writeFileSync(draft, `${value}\n`);
	renameSync(draft, file);
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(path) {
	if (!existsSync(path)) return [];
	if (!statSync(path).isDirectory()) return [path];
	return readdirSync(path, { withFileTypes: true })
		.sort((a, b) => (a.name < b.name ? -1 : 1))
		.flatMap((entry) => (entry.isDirectory() || entry.isFile() ? filesBelow(join(path, entry.name)) : []));
}
