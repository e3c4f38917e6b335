import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { basename, delimiter, join, sep } from 'node:path';
import { endingWithParent, runToEnd } from './run.mjs';
import { Trouble } from './trouble.mjs';

/**
 * Runs npm with the machine's own Node. Under `npm start` PATH begins with node_modules/.bin, whose
 * `node` the command may be about to delete: that one is left out.
 * @param {string} root
 * @param {string[]} args
 * @param {{ cwd?: string, onLine?: (line: string) => void }} [options]
 */
export async function runNpm(root, args, { cwd = root, onLine } = {}) {
	const inside = join(root, 'node_modules') + sep;
	const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder && !`${folder}${sep}`.startsWith(inside));
	const node = findProgram('node', folders) ?? process.execPath;
	const npm = npmScript(folders);
	if (!npm) throw new Trouble('npm was not found. Install Node 20 or newer together with npm, then start again.');
	const env = { ...process.env, PATH: folders.join(delimiter), PLUMBLINE_PARENT_PIPE: '1' };
	return npm.endsWith('.js')
		? runToEnd(node, endingWithParent([npm, ...args]), { cwd, env, onLine })
		: runToEnd(npm, args, { cwd, env, onLine });
}

/**
 * npm's own script where it can be found: started through Node it can be made to end with us.
 * @param {string[]} folders
 */
function npmScript(folders) {
	const told = process.env['npm_execpath'];
	if (told && basename(told) === 'npm-cli.js' && existsSync(told)) return told;
	const found = findProgram('npm', folders);
	return found && realpathSync(found);
}

/**
 * @param {string} name
 * @param {string[]} [folders]
 */
export function findProgram(name, folders = (process.env['PATH'] ?? '').split(delimiter)) {
	for (const folder of folders) {
		const file = join(folder, name);
		try {
			accessSync(file, constants.X_OK);
			return file;
		} catch {
			// next folder
		}
	}
	return null;
}
