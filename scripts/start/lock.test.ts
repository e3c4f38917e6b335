import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { acquireLock, LockHeld } from './lock.mjs';
import { markOf } from './process-identity.mjs';

const HOLDER = `
	const { acquireLock } = await import(process.argv[1]);
	try { await acquireLock(process.argv[2]); console.log('held'); setTimeout(() => {}, Number(process.argv[3])); }
	catch (error) { console.log('refused ' + error.pid); }
`;
const lockModule = new URL('./lock.mjs', import.meta.url).href;
const file = () => join(mkdtempSync(join(tmpdir(), 'plumbline-lock-')), 'lock');
const holderArgs = (lock: string, ms: number) => ['--input-type=module', '-e', HOLDER, lockModule, lock, String(ms)];
const hold = (lock: string, ms = 1500) => promisify(execFile)(process.execPath, holderArgs(lock, ms)).then(({ stdout }) => stdout.trim());

/** A lock as a process that has since died, or whose id another program got, left it. */
function leave(lock: string, mark: { pid: number; identity: string; host?: string }): void {
	writeFileSync(lock, JSON.stringify({ host: hostname(), nonce: 1, ...mark }));
}

describe('the lock of the data folder', () => {
	test('of several starts at once exactly one gets it, and the others learn its process id', async () => {
		const lock = file();
		const answers = await Promise.all(Array.from({ length: 6 }, () => hold(lock)));
		expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
		const refused = answers.filter((answer) => answer.startsWith('refused'));
		expect(new Set(refused).size).toBe(1);
	});

	test('of several starts that find a stale lock exactly one takes it over', async () => {
		for (let round = 0; round < 3; round++) {
			const lock = file();
			leave(lock, { pid: 2 ** 22 - 1, identity: 'long gone' });
			const answers = await Promise.all(Array.from({ length: 6 }, () => hold(lock)));
			expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
		}
	});

	test('a holder killed with -9 leaves nothing that blocks', async () => {
		const lock = file();
		const holder = spawn(process.execPath, holderArgs(lock, 60_000));
		await new Promise((resolve) => holder.stdout.once('data', resolve));
		await expect(acquireLock(lock)).rejects.toThrow(LockHeld);
		holder.kill('SIGKILL');
		await new Promise((resolve) => holder.once('exit', resolve));
		const taken = await acquireLock(lock);
		expect(JSON.parse(readFileSync(lock, 'utf8')).pid).toBe(process.pid);
		taken.release();
		expect(existsSync(lock)).toBe(false);
	});

	test('a process id that now belongs to another program does not block', async () => {
		const lock = file();
		leave(lock, { pid: process.ppid, identity: 'another start time' });
		(await acquireLock(lock)).release();
	});

	test('a half written lock does not block', async () => {
		const lock = file();
		writeFileSync(lock, '{"pid":');
		(await acquireLock(lock)).release();
	});

	test("another host's lock holds as long as it beats", async () => {
		const lock = file();
		leave(lock, { pid: 1, identity: 'elsewhere', host: 'another-host' });
		await expect(acquireLock(lock)).rejects.toThrow('another-host');
		utimesSync(lock, 1, 1);
		(await acquireLock(lock)).release();
	});
});

test('a process is known by its start, not by its number alone', () => {
	expect(markOf(process.pid)).toEqual(markOf(process.pid));
	expect(markOf(process.ppid)?.identity).not.toBe(undefined);
	expect(markOf(2 ** 22 - 1)).toBe(null);
});
