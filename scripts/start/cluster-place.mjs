import { createHash } from 'node:crypto';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountCan } from './db-account.mjs';
import { Trouble } from './trouble.mjs';

/** @typedef {import('./db-account.mjs').Account} Account */

const CAN_USE = 'cd "$1" && : > .probe && rm .probe';
const CAN_RUN = 'test -r "$1/share/postgresql/postgres.bki" && "$1/bin/postgres" --version && "$1/bin/initdb" --version';

/**
 * Where the cluster of this data folder lives: inside it, unless PostgreSQL's user cannot get there.
 * Under a closed parent (a checkout below /root) initdb ends with "could not access directory", so
 * the cluster then lives outside.
 * @param {object} ask
 * @param {string} ask.dir the data folder
 * @param {string | undefined} ask.known where it was put at the first start
 * @param {Account | null} ask.account
 * @param {boolean} ask.passing a cluster for tests: may live where the next boot wipes it
 * @returns {string}
 */
export function placeCluster({ dir, known, account, passing }) {
	const inside = join(dir, 'postgres');
	const place = known ?? (tryFolder(inside, account) ? inside : outside(dir, account, passing));
	if (known && !existsSync(known) && known !== inside) {
		throw new Trouble(`The database of ${dir} was at ${known}, which is gone. Bring that folder back, or start with another data folder: PLUMBLINE_DATA_DIR=… npm start`);
	}
	if (!tryFolder(place, account)) {
		throw new Trouble(`PostgreSQL's user "${account?.name}" cannot enter ${place}. Open its parents (chmod o+x), or start Plumbline as an ordinary user.`);
	}
	claimFor(place, dir);
	return place;
}

/**
 * A folder with PostgreSQL's programs that the account can run: the packages' own, or a copy.
 * @param {string} native
 * @param {Account | null} account
 * @param {boolean} passing
 * @returns {string}
 */
export function placeBinaries(native, account, passing) {
	if (accountCan(account, CAN_RUN, native)) return native;
	const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8'));
	const copy = join(openFolder(account, passing), `postgresql-${version}`);
	if (accountCan(account, CAN_RUN, copy)) return copy;
	const draft = `${copy}.${process.pid}`;
	cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
	openTree(draft);
	rmSync(copy, { recursive: true, force: true });
	renameSync(draft, copy);
	if (!accountCan(account, CAN_RUN, copy)) {
		throw new Trouble(`PostgreSQL's programs cannot be run by the user "${account?.name}" from ${copy}. Start Plumbline as an ordinary user, or name a server: DATABASE_URL=… npm start`);
	}
	return copy;
}

/**
 * Makes the folder for the account if need be; false when the account cannot work in it.
 * @param {string} folder
 * @param {Account | null} account
 */
function tryFolder(folder, account) {
	const made = !existsSync(folder);
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	if (account) chownSync(folder, account.uid, account.gid);
	const works = accountCan(account, CAN_USE, folder);
	if (!works && made) rmSync(folder, { recursive: true, force: true });
	return works;
}

/**
 * @param {string} dir
 * @param {Account | null} account
 * @param {boolean} passing
 */
function outside(dir, account, passing) {
	const name = join(openFolder(account, passing), `cluster-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`);
	let place = name;
	// A data folder that was deleted and begun anew at the same path: the old database stays what it
	// was, because nobody said that it may go, and the new one does not collide with it.
	for (let n = 2; existsSync(place); n++) place = `${name}-${n}`;
	if (place !== name) console.log(`An earlier database of ${dir} is still in ${name}; delete that folder if it is not needed.`);
	console.log(`The database lives in ${place}: PostgreSQL's user "${account?.name}" cannot enter ${dir}.`);
	return place;
}

/**
 * A folder every user can enter. Not the temporary folder for real data: a reboot empties it.
 * @param {Account | null} account
 * @param {boolean} passing
 */
function openFolder(account, passing) {
	const candidates = ['/var/lib/plumbline', '/srv/plumbline', '/opt/plumbline'];
	if (passing) candidates.push(join(tmpdir(), 'plumbline-databases'));
	for (const folder of candidates) {
		try {
			mkdirSync(folder, { recursive: true });
			chmodSync(folder, 0o711);
		} catch {
			continue; // read-only system folder
		}
		if (accountCan(account, 'cd "$1"', folder)) return folder;
	}
	throw new Trouble(`PostgreSQL's user "${account?.name}" can enter none of ${candidates.join(', ')}. Name a data folder it can enter (PLUMBLINE_DATA_DIR=…) or a server (DATABASE_URL=…).`);
}

/**
 * A data folder that was copied names the cluster of its original; started from both, each would
 * stop the other's server. So the cluster remembers whose it is.
 * @param {string} place
 * @param {string} dir
 */
function claimFor(place, dir) {
	const note = join(place, 'belongs-to');
	const owner = existsSync(note) ? readFileSync(note, 'utf8').trim() : dir;
	if (owner !== dir && existsSync(join(owner, 'postgres.json')) && place !== join(dir, 'postgres')) {
		throw new Trouble(`The database in ${place} belongs to ${owner}; ${dir} looks like a copy of that folder. Delete postgres.json in the copy to give it a database of its own.`);
	}
	writeFileSync(note, `${dir}\n`);
}

/**
 * Lets everybody read and enter a copied tree: the packages may have been unpacked under a strict umask.
 * @param {string} folder
 */
function openTree(folder) {
	chmodSync(folder, 0o755);
	for (const entry of readdirSync(folder, { withFileTypes: true })) {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) openTree(path);
		else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
	}
}
