import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ email: string, name: string, role: string, password: string }} Account */

/**
 * The demo's accounts that still stand in its file with a password; none when there is no file. Somebody may have changed
 * it by hand: that ends no start.
 * @param {string} dataDir
 * @returns {Account[]}
 */
export function demoAccounts(dataDir) {
	const file = join(dataDir, 'demo-accounts.json');
	if (!existsSync(file)) return [];
	try {
		const written = JSON.parse(readFileSync(file, 'utf8'));
		return Array.isArray(written) ? written.filter((account) => [account?.email, account?.role, account?.password].every((cell) => typeof cell === 'string')) : [];
	} catch (error) {
		if (error instanceof SyntaxError) return [];
		throw error;
	}
}

/**
 * @param {Account[]} accounts
 * @returns {string[]} lines of a table
 */
export function accountTable(accounts) {
	const rows = [['e-mail', 'role', 'password'], ...accounts.map(({ email, role, password }) => [email, role, password])];
	const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
	return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ').trimEnd()}`);
}

/**
 * The code that protects the page on which the first admin is made: whoever reaches the port before
 * its owner does must not become admin. No letters or digits that look alike.
 */
export function setupCode() {
	const signs = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
	const group = () => Array.from({ length: 4 }, () => signs[randomInt(signs.length)]).join('');
	return [group(), group(), group()].join('-');
}

/**
 * Whether the set-up page is open: it answers 200 only while there is no user.
 * @param {string} address
 */
export async function needsSetup(address) {
	const answer = await fetch(`${address}/set-up`, { redirect: 'manual' }).catch(() => null);
	return answer?.status === 200;
}
