import { afterEach, expect, it, vi } from 'vitest';
import { checkSettings } from './children.mjs';
import { untilHealthy } from './health.mjs';
import { choosePort } from './free-port.mjs';
import { readSettings, ROOT } from './settings.mjs';
import { describe } from './trouble.mjs';

afterEach(() => vi.unstubAllEnvs());

/** What the person at the terminal reads when the settings were these. */
async function told(env: Record<string, string>): Promise<string[]> {
	for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
	return checkSettings({ root: ROOT, node: process.execPath, settings: readSettings(process.env), python: null, say: () => {} }).then(
		() => [],
		(error: unknown) => describe(error)
	);
}

it.each([
	[{ ORIGIN: 'example.com' }, 'ORIGIN'],
	[{ PLUMBLINE_POOL: 'x' }, 'PLUMBLINE_POOL'],
	[{ PLUMBLINE_SMTP_URL: 'smtp://mail.example' }, 'PLUMBLINE_MAIL_FROM']
])('wrong settings are one line that names them: %j', async (env, name) => {
	const lines = await told(env);
	expect(lines).toHaveLength(1);
	expect(lines[0]).toMatch(new RegExp(`^Wrong settings\\. .*${name}`, 'u'));
});

it('right ones are passed, with a database of their own or without', async () => {
	expect(await told({ ORIGIN: 'https://plumbline.firm.example', DATABASE_URL: '' })).toEqual([]);
	expect(await told({ DATABASE_URL: 'postgres://me@db.firm.example/plumbline' })).toEqual([]);
});

it('a web process that does not answer is told of below what it said', async () => {
	const port = await choosePort();
	const web = { deaths: () => 0, output: () => 'said last\n' };
	const error: unknown = await untilHealthy(`http://127.0.0.1:${port}`, web, 100).catch((thrown: unknown) => thrown);
	expect(describe(error)).toEqual(['said last', expect.stringMatching(/does not answer; .*above\.$/u)]);
});
