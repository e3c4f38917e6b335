import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { Trouble } from './trouble.mjs';

const GIB = 1024 ** 3;

/** Node and the operating system: checked before anything that could fail on them in a less clear way. */
export function checkRuntime() {
	if (Number(process.versions.node.split('.')[0]) < 20) {
		throw new Trouble(`Plumbline needs Node 20 or newer; this is ${process.version}. Install a newer Node and start again.`);
	}
	if (process.platform === 'win32') {
		throw new Trouble('Plumbline runs on Linux and macOS. On Windows, start it inside WSL.');
	}
}

/**
 * @param {string} host
 * @param {number} port
 * @returns {Promise<void>}
 */
export function checkPort(host, port, setting = 'PORT') {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => reject(portTrouble(host, port, setting, error)));
		server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()));
	});
}

/**
 * @param {string} host
 * @param {number} port
 * @param {string} setting
 * @param {NodeJS.ErrnoException} error
 */
function portTrouble(host, port, setting, error) {
	if (error.code === 'EADDRINUSE') {
		return new Trouble(`Port ${port} on ${host} is in use by another program. Stop that program or choose another port: ${setting}=${port + 1} npm start`);
	}
	if (error.code === 'EACCES') return new Trouble(`Port ${port} needs special rights on this machine. Choose one above 1023: ${setting}=3000 npm start`);
	if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') {
		return new Trouble(`HOST=${host} is not an address of this machine. Use 127.0.0.1 (only this machine) or 0.0.0.0 (everybody on the network).`);
	}
	return new Trouble(`Port ${port} on ${host} cannot be opened (${error.code}). Choose another: ${setting}=3000 npm start`);
}

/**
 * Refuses below `needGiB` of free space on the disk that holds `folder`.
 * @param {string} folder need not exist yet
 * @param {number} needGiB
 * @param {string} what what the space is for
 */
export async function checkDisk(folder, needGiB, what) {
	const free = await freeGiB(folder);
	if (free < needGiB) {
		throw new Trouble(`Only ${free.toFixed(1)} GB are free in ${folder}; ${what} needs ${needGiB} GB. Free some space, or use another disk.`);
	}
}

/**
 * @param {string} folder
 * @returns {Promise<number>}
 */
export async function freeGiB(folder) {
	let at = folder;
	while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
	const { bavail, bsize } = await statfs(at);
	return (bavail * bsize) / GIB;
}

const PROBE = 'import sys, venv, ensurepip; print(sys.version_info[0], sys.version_info[1], sys.executable)';

/**
 * A Python the training engine's packages run on. `venv` and `ensurepip` are asked for too: Debian
 * ships Python without them, and the engine's installation would fail minutes later.
 * @param {string[]} [names]
 * @returns {Promise<string | null>}
 */
export async function findPython(names = pythonNames()) {
	const found = await Promise.all(names.map(probePython));
	return found.find((path) => path !== null) ?? null;
}

function pythonNames() {
	const told = process.env['PLUMBLINE_PYTHON'];
	return [...(told ? [told] : []), 'python3.12', 'python3.11', 'python3', 'python'];
}

/**
 * @param {string} name
 * @returns {Promise<string | null>}
 */
function probePython(name) {
	return new Promise((resolve) => {
		execFile(name, ['-c', PROBE], { timeout: 10_000 }, (error, stdout) => {
			const [, minor, path] = /^3 (\d+) (.+)$/m.exec(String(stdout)) ?? [];
			resolve(!error && (minor === '11' || minor === '12') && path ? path : null);
		});
	});
}
