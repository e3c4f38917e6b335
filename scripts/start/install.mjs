import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withCheckout } from './checkout-lock.mjs';
import { ensureNode24 } from './node24.mjs';
import { runNpm } from './npm.mjs';
import { hydrateBinaries } from './pg-binaries.mjs';
import { checkDisk } from './preflight.mjs';
import { step } from './progress.mjs';
import { tail } from './run.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';
import { Trouble } from './trouble.mjs';

const FLAGS = ['--include=dev', '--include=optional', '--no-audit', '--no-fund'];

/**
 * Brings node_modules to what package-lock.json says, if it is not, and returns the Node 24 in it.
 * @param {string} root
 * @returns {Promise<string>} path of the Node 24 binary
 */
export async function ensureInstalled(root) {
	const stampFile = join(root, 'node_modules', '.plumbline-stamp');
	const wanted = hashOf(root, ['package-lock.json'], { salt: `${process.platform}-${process.arch}` });
	if (readStamp(stampFile) === wanted) return ensureNode24(root);
	return withCheckout(root, async () => {
		if (readStamp(stampFile) !== wanted) {
			if (!installedByHand(root)) {
				await checkDisk(root, 1.5, 'installing the packages');
				await step('Installing packages', (note) => installLocked(root, note));
			}
			hydrateBinaries(root);
		}
		const node = await step('Preparing Node 24', () => ensureNode24(root));
		writeStamp(stampFile, wanted);
		return node;
	});
}

/**
 * `npm ci`; and where npm refuses the lock only because it lacks packages of OTHER platforms (npm
 * drops those that its registry did not have when the lock was written), an `npm install` that
 * leaves the lock as it is: everything this platform needs is in it, with its hash.
 * @param {string} root
 * @param {(note: string) => void} note
 */
async function installLocked(root, note) {
	let ended = await runNpm(root, ['ci', ...FLAGS]);
	if (ended.code !== 0 && lacksOnlyOtherPlatforms(ended.output)) {
		note('lock without the other platforms');
		// As `npm ci` does: an earlier npm that was killed leaves packages with half their files, which
		// `npm install` takes for installed; a cut native library then ends the build with SIGBUS.
		rmSync(join(root, 'node_modules'), { recursive: true, force: true });
		ended = await runNpm(root, ['install', '--no-save', ...FLAGS]);
	}
	if (ended.code !== 0) throw explain(ended.output);
}

/**
 * npm names a missing package with its version when it knows one, and without when it does not:
 * only an optional dependency whose version cannot be found has none.
 * @param {string} output
 */
export function lacksOnlyOtherPlatforms(output) {
	return /\bEUSAGE\b/.test(output) && /Missing: \S+@ from lock file/.test(output) && !/Invalid: |Missing: \S+@\S+ from lock file/.test(output);
}

/** @param {string} output */
function explain(output) {
	const shown = tail(output.split('\n').filter((line) => !line.includes('npm warn')).join('\n'), 12);
	if (/ENOSPC/.test(output)) return new Trouble('The disk filled up while installing the packages. Free about 2 GB and start again.');
	if (/\bEUSAGE\b/.test(output)) return new Trouble('package-lock.json does not fit package.json. Run `npm install` and commit the lock.', shown);
	if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH/.test(output)) {
		return new Trouble('The package registry cannot be reached. Check the network or `npm config get registry`, then start again.', shown);
	}
	return new Trouble('Installing the packages failed; npm says why above. Start again when that is put right.', shown);
}

/**
 * True when somebody ran `npm ci` or `npm install` already: npm's own record of node_modules names
 * the same versions as the lock. Saves a newcomer the second minute.
 * @param {string} root
 */
export function installedByHand(root) {
	const record = join(root, 'node_modules', '.package-lock.json');
	if (!existsSync(record)) return false;
	/** @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }} Entry */
	/** @type {Record<string, Entry>} */
	let present;
	/** @type {Record<string, Entry>} */
	let locked;
	try {
		present = JSON.parse(readFileSync(record, 'utf8')).packages;
		locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
	} catch {
		return false; // an interrupted npm leaves half a record
	}
	return Object.entries(locked).every(([path, entry]) => {
		if (path === '') return true;
		const found = present[path];
		if (!found) return Boolean(entry.optional || entry.devOptional);
		return found.version === entry.version && found.integrity === entry.integrity && existsSync(join(root, path));
	});
}
