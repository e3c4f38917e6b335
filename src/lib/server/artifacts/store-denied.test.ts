import type * as Fs from 'node:fs/promises';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { outOfReach } from '../out-of-reach.ts';
import { openFolder } from './folder.ts';
import { StoreDenied } from './store-denied.ts';
import { createStoreLook, FILES_FOLDER, MARK_FILE } from './store-mark.ts';
import { tryStore } from './try-store.ts';
import { untilPermitted } from './until-permitted.ts';

/** What the file system lets nobody do: tests may run as root, whom nothing is denied. */
let denied: (what: string, path: string) => boolean = () => false;
/** What is gone when it is looked at, though it was listed a moment ago. */
let gone: (path: string) => boolean = () => false;
vi.mock('node:fs/promises', async (original) => {
	const real = await original<typeof Fs>();
	const refuse = (what: string, path: string, dest?: string): void => {
		if (denied(what, dest ?? path)) throw Object.assign(new Error(`EACCES: permission denied, ${what} '${path}'`), { code: 'EACCES', path, dest });
	};
	return {
		...real,
		rename: async (from: string, to: string) => {
			refuse('rename', from, to);
			return real.rename(from, to);
		},
		access: async (path: string, mode?: number) => {
			refuse('access', path);
			if (gone(path)) throw Object.assign(new Error(`ENOENT: no such file or directory, access '${path}'`), { code: 'ENOENT', path });
			return real.access(path, mode);
		}
	};
});

let home: string;
let root: string;
beforeEach(async () => {
	home = await mkdtemp(join(tmpdir(), 'plumbline-denied-'));
	root = join(home, 'store');
});
afterEach(async () => {
	denied = () => false;
	gone = () => false;
	await rm(home, { recursive: true, force: true });
});

const stored = async (text: string) => {
	const store = await openFolder(root);
	await writeFile(join(home, 'weights'), text);
	return store.putFile(join(home, 'weights'));
};
const error = (work: Promise<unknown>): Promise<unknown> => work.then(() => null, (thrown: unknown) => thrown);

it('what may not be put beside another user’s files is out of reach, and stored once it may be', async () => {
	denied = (what) => what === 'rename';
	const thrown = await error(stored('weights'));
	expect(thrown).toBeInstanceOf(StoreDenied);
	expect((thrown as Error).message).toMatch(/^the user \S+ may not write and read .*artifact store .*\(EACCES\)/);
	expect((thrown as Error).message).toContain(root);
	expect(outOfReach(thrown)).toBe(true);
	expect(await readdir(join(root, 'incoming'))).toEqual([]);
	denied = () => false;
	expect(await stored('weights')).toMatchObject({ bytes: 7 });
});

it('a file that its own folder does not let be read is no trouble of the store', async () => {
	denied = (what, path) => what === 'access' && basename(path) === 'weights';
	const thrown = await error(stored('weights'));
	expect(thrown).toMatchObject({ code: 'EACCES' });
	expect(thrown).not.toBeInstanceOf(StoreDenied);
	expect(outOfReach(thrown)).toBe(false);
});

it('is tried at the start: among what others made there, without leaving anything, and never in a store without files', async () => {
	await openFolder(root);
	await tryStore(root);
	expect(await readdir(root)).toEqual(['incoming']);
	const { sha256 } = await stored('weights');
	const folder = join(root, FILES_FOLDER, sha256.slice(0, 2));
	await tryStore(root);
	expect([await readdir(folder), await readdir(join(root, 'incoming'))]).toEqual([[sha256], []]);
	const cases: [string, typeof denied][] = [
		['a folder', (what, path) => what === 'access' && path === folder],
		['a file', (what, path) => what === 'access' && path === join(folder, sha256)],
		['a name', (what, path) => what === 'rename' && path.startsWith(folder)]
	];
	for (const [name, one] of cases) {
		denied = one;
		expect(await error(tryStore(root)), name).toBeInstanceOf(StoreDenied);
	}
});

it('is no trouble of the store where another process tries it at the same time, or takes a file away', async () => {
	const { sha256 } = await stored('weights');
	const folder = join(root, FILES_FOLDER, sha256.slice(0, 2));
	await writeFile(join(folder, '.trial-of-another'), '');
	await writeFile(join(root, FILES_FOLDER, '.of-the-file-system'), '');
	const looked: string[] = [];
	denied = (what, path) => what === 'access' && looked.push(path) > 0 && basename(path).startsWith('.');
	gone = (path) => path === join(folder, sha256);
	await tryStore(root);
	expect(looked).toEqual([folder, join(folder, sha256)]);
});

it('is tried again where it denies something, which is told once it stays so', async () => {
	await stored('weights');
	const told: string[] = [];
	let [tries, until] = [0, 1];
	denied = (what) => what === 'rename' && ++tries <= until;
	const shutdown = new AbortController();
	const permitted = () => untilPermitted(root, { signal: shutdown.signal, denied: ({ message }) => void told.push(message), tryMs: 1 });
	expect([await permitted(), tries, told]).toEqual([true, 2, []]);
	[tries, until] = [0, 4];
	expect([await permitted(), tries, told]).toEqual([true, 5, [expect.stringContaining(root)]]);
	denied = (what) => what === 'rename' && ++tries > 0 && (tries < 20 || (shutdown.abort(), true));
	tries = 0;
	expect([await permitted(), tries, told.length]).toEqual([false, 20, 2]);
});

it('a store whose folder has the setgid bit is a group’s, whatever its processes let others see of what else they write', async () => {
	const modes = async () => {
		const { sha256 } = await stored('weights');
		let claimed: string | null = null;
		await createStoreLook(root, { own: async () => claimed, namesFiles: async () => false, proposed: async () => null, decide: { propose: async () => 'this-store', claim: async (id) => void (claimed = id) } })();
		const folder = join(root, FILES_FOLDER, sha256.slice(0, 2));
		const all = await Promise.all([join(root, 'incoming'), join(root, FILES_FOLDER), folder, join(folder, sha256), join(root, MARK_FILE)].map((path) => stat(path)));
		return all.map(({ mode }) => (mode & 0o7777).toString(8));
	};
	const before = process.umask(0o077);
	try {
		await mkdir(root);
		expect(await modes()).toEqual(['700', '700', '700', '600', '600']);
		await rm(root, { recursive: true });
		await mkdir(root);
		await chmod(root, 0o2770);
		expect(await modes()).toEqual(['2770', '2770', '2770', '660', '660']);
	} finally {
		process.umask(before);
	}
});
