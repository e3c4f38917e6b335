import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { sourceHash } from './build.mjs';
import { installedByHand, lacksOnlyOtherPlatforms } from './install.mjs';
import { ROOT } from './settings.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';

function folder(files: Record<string, string>): string {
	const root = mkdtempSync(join(tmpdir(), 'plumbline-stamp-'));
	for (const [path, content] of Object.entries(files)) {
		mkdirSync(join(root, path, '..'), { recursive: true });
		writeFileSync(join(root, path), content);
	}
	return root;
}

test('the hash sees content, names and removal, not times or the folder it is in', () => {
	const files = { 'src/a.ts': '1', 'src/deep/b.ts': '2', 'static/c': '3' };
	const one = folder(files);
	const names = ['src', 'static', 'missing'];
	const hash = hashOf(one, names);
	expect(hashOf(folder(files), names)).toBe(hash);
	expect(hashOf(folder({ ...files, 'src/a.ts': '9' }), names)).not.toBe(hash);
	expect(hashOf(folder({ 'src/x.ts': '1', 'src/deep/b.ts': '2', 'static/c': '3' }), names)).not.toBe(hash);
	expect(hashOf(one, names, { salt: 'another platform' })).not.toBe(hash);
	rmSync(join(one, 'static/c'));
	expect(hashOf(one, names)).not.toBe(hash);
});

test('moving bytes between two files changes the hash', () => {
	expect(hashOf(folder({ 'a/1': 'xy', 'a/2': '' }), ['a'])).not.toBe(hashOf(folder({ 'a/1': 'x', 'a/2': 'y' }), ['a']));
});

test('what the build writes and what only tests read does not make it stale', () => {
	const files = { 'src/app.ts': '1', 'package-lock.json': '{}', 'src/i18n/project.inlang/settings.json': '{}' };
	const hash = sourceHash(folder(files));
	expect(sourceHash(folder({ ...files, 'src/lib/paraglide/runtime.js': 'x', 'src/app.test.ts': 'y', 'src/i18n/project.inlang/.meta.json': 'z' }))).toBe(hash);
	expect(sourceHash(folder({ ...files, 'src/i18n/project.inlang/settings.json': '{ }' }))).not.toBe(hash);
	expect(sourceHash(folder({ ...files, 'package-lock.json': '{ }' }))).not.toBe(hash);
});

test('whatever a source takes from beside src makes the build stale when it changes', () => {
	const outside = globSync('src/**/*.{ts,svelte}', { cwd: ROOT, exclude: (name) => name.endsWith('.test.ts') || name.includes('/paraglide/') }).flatMap((file) =>
		[...readFileSync(join(ROOT, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"?]+)/g)].map(([, path = '']) => relative(ROOT, resolve(ROOT, dirname(file), path))).filter((path) => !path.startsWith('src/') && !path.startsWith('.svelte-kit/'))
	);
	expect(outside).toContain('drizzle/meta/_journal.json');
	for (const path of outside) expect(sourceHash(folder({ [path]: '1' })), path).not.toBe(sourceHash(folder({ [path]: '2' })));
});

test('a stamp reads back, and a missing one is none', () => {
	const file = join(folder({}), 'stamp');
	expect(readStamp(file)).toBe(null);
	writeStamp(file, 'abc');
	expect(readStamp(file)).toBe('abc');
});

test('an installation by hand counts when it is what the lock says', () => {
	const lock = { packages: { '': {}, 'node_modules/a': { version: '1.0.0', integrity: 'h' }, 'node_modules/mac': { version: '1.0.0', optional: true } } };
	const made = (record: unknown) =>
		folder({ 'package-lock.json': JSON.stringify(lock), 'node_modules/.package-lock.json': JSON.stringify(record), 'node_modules/a/package.json': '{}' });
	expect(installedByHand(made({ packages: { 'node_modules/a': { version: '1.0.0', integrity: 'h' } } }))).toBe(true);
	expect(installedByHand(made({ packages: { 'node_modules/a': { version: '1.0.1', integrity: 'h' } } }))).toBe(false);
	expect(installedByHand(made({ packages: { 'node_modules/a': { version: '1.0.0', integrity: 'other' } } }))).toBe(false);
	expect(installedByHand(made({ packages: {} }))).toBe(false);
	expect(installedByHand(folder({ 'package-lock.json': JSON.stringify(lock) }))).toBe(false);
});

test('only a lock that lacks other platforms is forgiven', () => {
	const head = 'npm error code EUSAGE\nnpm error `npm ci` can only install packages when\n';
	expect(lacksOnlyOtherPlatforms(`${head}npm error Missing: @scope/oxide-darwin-arm64@ from lock file\n`)).toBe(true);
	expect(lacksOnlyOtherPlatforms(`${head}npm error Missing: left-pad@1.3.0 from lock file\n`)).toBe(false);
	expect(lacksOnlyOtherPlatforms(`${head}npm error Missing: @scope/oxide-darwin-arm64@ from lock file\nnpm error Invalid: lock file's a@1 does not satisfy a@2\n`)).toBe(false);
	expect(lacksOnlyOtherPlatforms('npm error code ENOTFOUND')).toBe(false);
});
