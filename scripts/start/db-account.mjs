import { spawnSync } from 'node:child_process';
import { findProgram } from './npm.mjs';
import { Trouble } from './trouble.mjs';

const NAME = 'postgres';

/**
 * PostgreSQL refuses to run as root. Started by root it runs as the system's `postgres` user, which
 * is created when there is none; started by anybody else it runs as that person (null).
 * @typedef {{ name: string, uid: number, gid: number }} Account
 * @returns {Account | null}
 */
export function databaseAccount() {
	if (process.getuid?.() !== 0) return null;
	const found = lookUp();
	if (found) return found;
	createAccount();
	const made = lookUp();
	if (!made) {
		throw new Trouble(`PostgreSQL does not run as root, and a user "${NAME}" could not be created. Create it (useradd --system ${NAME}), or start Plumbline as an ordinary user.`);
	}
	console.log(`Created the system user "${made.name}": PostgreSQL does not run as root.`);
	return made;
}

/** @returns {Account | null} */
function lookUp() {
	const uid = spawnSync('id', ['-u', NAME], { encoding: 'utf8' });
	const gid = spawnSync('id', ['-g', NAME], { encoding: 'utf8' });
	if (uid.status !== 0 || gid.status !== 0) return null;
	return { name: NAME, uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

function createAccount() {
	if (findProgram('useradd')) {
		spawnSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', NAME], { stdio: 'ignore' });
	} else if (findProgram('adduser')) {
		spawnSync('adduser', ['-S', '-D', '-H', '-s', '/bin/false', NAME], { stdio: 'ignore' }); // busybox
	}
}

/**
 * True when a shell run as the account succeeds with the test. Tried for real: mode bits of every
 * parent, access lists, `noexec` mounts and group rights all decide, and only the kernel knows them.
 * @param {Account | null} account
 * @param {string} test a line of shell; `$1` is the path
 * @param {string} path
 */
export function accountCan(account, test, path) {
	if (!account) return true;
	const ended = spawnSync('/bin/sh', ['-c', test, 'sh', path], { cwd: '/', uid: account.uid, gid: account.gid, stdio: 'ignore' });
	return ended.status === 0;
}
