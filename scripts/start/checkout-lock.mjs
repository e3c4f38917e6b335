import { createHash } from 'node:crypto';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock.mjs';

/**
 * Installing and building change the checkout, which `npm start` and `npm test` may share (the data
 * folder's lock does not cover it): two `npm ci` at once leave a broken node_modules.
 * @template T
 * @param {string} root
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export function withCheckout(root, work) {
	const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
	const file = join(tmpdir(), `plumbline-${userInfo().uid}-${name}.lock`);
	return withLock(file, (held) => console.log(`Waiting for process ${held.pid}, which installs or builds in this folder …`), work);
}
