import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runNpm } from './npm.mjs';
import { tail } from './run.mjs';
import { Trouble } from './trouble.mjs';

const MAJOR = 24;

/**
 * The Node 24 that came with the packages.
 * @param {string} root
 * @returns {string | null}
 */
export function packagedNode24(root) {
	const platform = platformPackage();
	const inside = join('bin', 'node');
	const candidates = [
		join(root, 'node_modules', 'node', inside),
		join(root, 'node_modules', 'node', 'node_modules', platform, inside),
		join(root, 'node_modules', platform, inside)
	];
	return candidates.find((file) => majorOf(file) >= MAJOR) ?? null;
}

/**
 * Finds Node 24 or puts it where it belongs. The package `node` fetches its binary by an install
 * script; an npm that blocks install scripts (`ignore-scripts`, npm 11 without an allow-list)
 * installs it in silence without one. A machine whose own Node is new enough needs none.
 * @param {string} root
 * @returns {Promise<string>}
 */
export async function ensureNode24(root) {
	const home = join(root, 'node_modules', 'node');
	let node = packagedNode24(root);
	if (!node && Number(process.versions.node.split('.')[0]) >= MAJOR) return process.execPath;
	if (!node) {
		await fetchBinary(root, home);
		node = packagedNode24(root);
	}
	if (!node) {
		throw new Trouble(`No Node ${MAJOR} for ${process.platform}-${process.arch} could be installed. Install Node ${MAJOR} on this machine and start again with it.`);
	}
	linkIntoBin(root, node);
	return node;
}

/**
 * What the package's own install script does: install the platform's package inside it.
 * @param {string} root
 * @param {string} home
 */
async function fetchBinary(root, home) {
	if (!existsSync(join(home, 'package.json'))) return;
	const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
	const name = platformPackage();
	const ended = await runNpm(root, ['install', '--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`], { cwd: home });
	const binary = join(home, 'node_modules', name, 'bin', 'node');
	if (ended.code !== 0 || majorOf(binary) < MAJOR) {
		throw new Trouble(`Node ${version} could not be fetched. Check the connection to the package registry and start again.`, tail(ended.output, 8));
	}
	mkdirSync(join(home, 'bin'), { recursive: true });
	rmSync(join(home, 'bin', 'node'), { force: true });
	// A link, because the next npm command may prune the inner package.
	linkSync(binary, join(home, 'bin', 'node'));
}

/**
 * `npm run` puts node_modules/.bin first on PATH: without this link the tools would run on the machine's Node.
 * @param {string} root
 * @param {string} node
 */
function linkIntoBin(root, node) {
	const link = join(root, 'node_modules', '.bin', 'node');
	if (existsSync(link) || !node.startsWith(join(root, 'node_modules'))) return;
	mkdirSync(dirname(link), { recursive: true });
	rmSync(link, { force: true });
	symlinkSync(join('..', 'node', 'bin', 'node'), link);
}

function platformPackage() {
	const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
	return `${prefix}-${process.platform}-${process.arch}`;
}

/**
 * The major version a binary reports when run; 0 when it does not run here (missing, other libc).
 * @param {string} file
 */
function majorOf(file) {
	if (!existsSync(file)) return 0;
	const ended = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 10_000 });
	return Number(/^v(\d+)\./.exec(ended.stdout ?? '')?.[1] ?? 0);
}
