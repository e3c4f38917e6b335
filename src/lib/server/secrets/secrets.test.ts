import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keyId, parseKey } from './keys.ts';
import { createSecrets } from './secrets.ts';

let dataDir: string;
beforeEach(async () => (dataDir = await mkdtemp(join(tmpdir(), 'plumbline-secrets-'))));
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const key = (fill: number) => Buffer.alloc(32, fill);

it('opens what it sealed, at its place only, and never seals the same way twice', async () => {
	const secrets = createSecrets({ secretKeys: [key(1)], dataDir });
	await fc.assert(
		fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string(), async (text, place) => {
			const sealed = await secrets.seal(text, place);
			expect(await secrets.open(sealed, place)).toEqual({ ok: true, value: text });
			expect((await secrets.open(sealed, `${place}x`)).ok).toBe(false);
			expect(await secrets.seal(text, place)).not.toBe(sealed);
		}),
		{ numRuns: 50 }
	);
});

it('refuses what was changed, cut or never sealed, and repeats none of it', async () => {
	const secrets = createSecrets({ secretKeys: [key(1)], dataDir });
	const sealed = await secrets.seal('sk-canary', 'endpoint:1');
	const parts = sealed.split('.');
	const flipped = Buffer.from(parts[3] ?? '', 'base64url');
	flipped[0] = (flipped[0] ?? 0) ^ 1;
	for (const bad of [[...parts.slice(0, 3), flipped.toString('base64url')].join('.'), sealed.slice(0, -8), [...parts.slice(0, 3), 'AA'].join('.'), '', 'sk-canary', 's1...']) {
		const opened = await secrets.open(bad, 'endpoint:1');
		expect(opened).toMatchObject({ ok: false, problem: { code: 'not_ready' } });
		expect(JSON.stringify(opened)).not.toContain('canary');
	}
});

it('makes a key file for its owner alone, once, whoever comes first', async () => {
	const both = [createSecrets({ secretKeys: [], dataDir }), createSecrets({ secretKeys: [], dataDir })];
	const sealed = await Promise.all(both.map((secrets) => secrets.seal('text', 'p')));
	for (const secrets of both) for (const one of sealed) expect(await secrets.open(one, 'p')).toEqual({ ok: true, value: 'text' });
	expect(await readdir(dataDir)).toEqual(['secret.key']);
	expect((await stat(join(dataDir, 'secret.key'))).mode & 0o777).toBe(0o600);
});

it('makes no key to open with: a host without the key says so', async () => {
	const sealed = await createSecrets({ secretKeys: [key(1)], dataDir }).seal('text', 'p');
	expect(await createSecrets({ secretKeys: [], dataDir }).open(sealed, 'p')).toMatchObject({ ok: false, problem: { detail: expect.stringContaining('PLUMBLINE_SECRET_KEY') as string } });
	expect(await readdir(dataDir)).toEqual([]);
});

it('seals with the first key and opens with every one', async () => {
	const old = await createSecrets({ secretKeys: [key(1)], dataDir }).seal('text', 'p');
	const rotated = createSecrets({ secretKeys: [key(2), key(1)], dataDir });
	expect(await rotated.open(old, 'p')).toEqual({ ok: true, value: 'text' });
	expect((await rotated.seal('text', 'p')).split('.')[1]).toBe(keyId(key(2)));
});

it('does not replace a key file that it cannot read', async () => {
	await writeFile(join(dataDir, 'secret.key'), 'not a key\n');
	await expect(createSecrets({ secretKeys: [], dataDir }).seal('text', 'p')).rejects.toThrow('line 1');
	expect(await readFile(join(dataDir, 'secret.key'), 'utf8')).toBe('not a key\n');
});

it('reads keys in base64 and hex, and nothing shorter', () => {
	expect(parseKey(key(7).toString('base64'))).toEqual(key(7));
	expect(parseKey(key(7).toString('base64url'))).toEqual(key(7));
	expect(parseKey(key(7).toString('hex'))).toEqual(key(7));
	for (const bad of ['', 'password', key(7).toString('hex').slice(2), 'x'.repeat(64)]) expect(parseKey(bad)).toBeNull();
});
