import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const KEPT = 3;
const MAX_BYTES = 50 * 1024 * 1024;

/**
 * A log that begins anew at every start and at 50 MB, and keeps three older ones: a process that
 * complains in a loop for a week must not fill the disk that the judgments need.
 * @param {string} file
 * @returns {{ write: (text: string) => void, close: () => void }}
 */
export function openLog(file) {
	mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
	let descriptor = begin(file);
	let bytes = 0;
	let open = true;
	return {
		write(text) {
			if (!open) return;
			try {
				bytes += writeSync(descriptor, text);
				if (bytes < MAX_BYTES) return;
				bytes = 0;
				// The new one first: a number that was closed soon belongs to another file.
				const next = begin(file);
				closeSync(descriptor);
				descriptor = next;
			} catch {
				// A full disk must not end the processes whose log this is; they report it themselves.
			}
		},
		close() {
			if (open) closeSync(descriptor);
			open = false;
		}
	};
}

/** @param {string} file */
function begin(file) {
	const older = (/** @type {number} */ n) => (n === 0 ? file : file.replace(/(\.log)?$/, `.${n}.log`));
	for (let n = KEPT; n > 0; n--) if (existsSync(older(n - 1))) renameSync(older(n - 1), older(n));
	return openSync(file, 'a', 0o600);
}
