import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { describeUrl } from './database.mjs';
import { accountTable, demoAccounts, setupCode } from './demo.mjs';
import { openLog } from './log-file.mjs';
import { readable, showErrors } from './log-lines.mjs';
import { checkPort } from './preflight.mjs';
import { step } from './progress.mjs';
import { readSettings } from './settings.mjs';
import { describe } from './trouble.mjs';

test('settings have defaults, and a wrong port is one line', () => {
	const plain = readSettings({}, '/checkout');
	expect(plain).toMatchObject({ host: '127.0.0.1', port: 3000, origin: 'http://127.0.0.1:3000', dataDir: '/checkout/.plumbline', demo: true, databaseUrl: undefined });
	expect(readSettings({ PLUMBLINE_DEMO: '0', PLUMBLINE_DATA_DIR: '/data' }).demo).toBe(false);
	expect(() => readSettings({ PORT: 'http' })).toThrow(/PORT=http/);
});

test('a host that means all addresses is none a browser is at', () => {
	const open = readSettings({ HOST: '0.0.0.0', PORT: '80' });
	expect(open.origin).not.toContain('0.0.0.0');
	expect(open.probe).toBe('http://127.0.0.1:80');
	expect(readSettings({ HOST: '::1' }).origin).toBe('http://[::1]:3000');
	expect(readSettings({ HOST: '0.0.0.0', ORIGIN: 'https://plumb.firm.example' }).origin).toBe('https://plumb.firm.example');
});

test('a port in use is said with what to do', async () => {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	await expect(checkPort('127.0.0.1', port)).rejects.toThrow(new RegExp(`Port ${port} .* in use.*PORT=${port + 1}`));
	await new Promise((resolve) => server.close(resolve));
	await checkPort('127.0.0.1', port);
});

test("the database's password is never shown", () => {
	expect(describeUrl('postgres://me:secret@db.example/plumb')).toBe('db.example:5432/plumb');
	expect(() => describeUrl('mysql://x')).toThrow(/postgres:\/\//);
});

test('a full disk is one line, a bug keeps its stack', () => {
	expect(describe(Object.assign(new Error('x'), { code: 'ENOSPC' }))).toHaveLength(1);
	expect(describe(new Error('bug'))[0]).toContain('terminal.test.ts');
});

test('a quick step says nothing, a slow one shows that it lives and how long it took', async () => {
	let said = '';
	const out = { write: (text: string) => (said += text) };
	await step('Quick', () => sleep(10), out);
	expect(said).toBe('');
	await step('Slow', () => sleep(2100), out);
	expect(said).toMatch(/^Slow … 2 s\nSlow: done in 2 s\n$/);
});

test('only errors reach the terminal, and not without end', () => {
	expect(readable('{"level":30,"msg":"fine"}', false)).toBe(null);
	expect(readable('{"level":50,"msg":"broken","err":{"message":"why"}}', false)).toBe('broken: why');
	expect(readable('Error: crash', true)).toBe('Error: crash');
	const said: string[] = [];
	const show = showErrors('web', 'web.log', (line) => said.push(line));
	show('half a ', true);
	show('line\n', true);
	expect(said).toEqual(['web: half a line']);
	show('again\n'.repeat(500), true);
	expect(said.length).toBeLessThanOrEqual(42);
	expect(said).toContain('web: more in web.log');
});

test('a log begins anew and keeps the older ones', () => {
	const file = join(mkdtempSync(join(tmpdir(), 'plumbline-log-')), 'logs', 'web.log');
	for (const text of ['first', 'second']) {
		const log = openLog(file);
		log.write(text);
		log.close();
	}
	expect(readFileSync(file, 'utf8')).toBe('second');
	expect(readFileSync(file.replace('.log', '.1.log'), 'utf8')).toBe('first');
	expect(existsSync(file.replace('.log', '.2.log'))).toBe(false);
});

test('accounts are shown as far as their file has them, whoever changed it', () => {
	const dir = mkdtempSync(join(tmpdir(), 'plumbline-accounts-'));
	expect(demoAccounts(dir)).toEqual([]);
	const whole = { email: 'a@b.example', name: 'A', role: 'admin', password: 'p' };
	for (const [text, shown] of [
		['', []],
		['[{', []],
		['{}', []],
		[JSON.stringify([whole, { ...whole, password: undefined }, null]), [whole]]
	] as const) {
		writeFileSync(join(dir, 'demo-accounts.json'), text);
		expect(demoAccounts(dir), text).toEqual(shown);
	}
});

test('accounts line up and codes are long enough to guard a page', () => {
	const lines = accountTable([{ email: 'a@b.example', name: 'A', role: 'admin', password: 'p' }]);
	expect(lines).toHaveLength(2);
	expect(setupCode()).toMatch(/^[A-Z2-9]{4}(-[A-Z2-9]{4}){2}$/);
});
