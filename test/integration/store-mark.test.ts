import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '#lib/server/app.ts';
import type { App } from '#lib/server/app.ts';
import { pathIn } from '#lib/server/artifacts/folder.ts';
import { MARK_FILE } from '#lib/server/artifacts/store-mark.ts';
import { readConfig } from '#lib/server/config.ts';
import { outOfReach } from '#lib/server/out-of-reach.ts';
import { carryOutCleanUp, startCleanUp } from '#lib/server/usecases/clean-up.ts';
import { checkStore } from '../../scripts/start/children.mjs';
import { readSettings, ROOT } from '../../scripts/start/settings.mjs';
import { describe as describeTrouble } from '../../scripts/start/trouble.mjs';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let root: string;
let other: string;
beforeAll(async () => {
	world = await createWorld();
	root = join(world.dataDir, 'artifacts');
	other = await mkdtemp(join(tmpdir(), 'plumbline-other-store-'));
});
afterAll(async () => {
	await world?.close();
	await rm(other, { recursive: true, force: true });
});

async function* words(text: string): AsyncGenerator<string> {
	yield text;
}
const put = (app: App, text: string) => app.artifacts.putStream(words(text));
/** How a read or a write ends. */
const ends = (work: Promise<unknown>) => work.then(() => 'done', (error: unknown) => (outOfReach(error) ? 'out of reach' : error instanceof Error ? error.name : 'unknown'));
const read = (app: App, sha256: string) => ends(buffer(app.artifacts.read(sha256)));

/** A process on a host that sees another folder under the store's name. */
async function elsewhere<T>(name: 'web' | 'worker', use: (app: App) => Promise<T>, artifacts = join(other, 'store'), url = world.url): Promise<T> {
	const app = await createApp(readConfig({ DATABASE_URL: url, PLUMBLINE_DATA_DIR: other, PLUMBLINE_ARTIFACTS: artifacts, PLUMBLINE_LOG_LEVEL: 'silent' }), name);
	try {
		return await use(app);
	} finally {
		await app.close();
	}
}

/** A store of before there were marks, with a file that the database names; gives its hash. */
async function namedBeforeMarks(of: World): Promise<string> {
	const { id } = await of.project({ rows: [] });
	const { sha256 } = await put(of.app, 'a page');
	await of.query(`insert into artifacts (project_id, sha256, media_type, bytes, created_by) select '${id}', '${sha256}', 'text/plain', 6, id from users limit 1`);
	await rm(join(of.dataDir, 'artifacts', MARK_FILE));
	await of.query(`delete from installation where key = 'artifact_store'`);
	return sha256;
}

describe('a store in a folder', () => {
	it('is marked once, and known by that to every process that sees it', async () => {
		const { sha256 } = await put(world.app, 'kept');
		const mark = JSON.parse(await readFile(join(root, MARK_FILE), 'utf8')) as { store: string };
		expect(await world.query(`select value from installation where key = 'artifact_store'`)).toEqual([{ value: mark.store }]);
		for (const name of ['web', 'worker'] as const) expect(await elsewhere(name, (app) => read(app, sha256), root)).toBe('done');
		expect(await readdir(root)).toEqual(expect.arrayContaining([MARK_FILE]));
	});

	it('that is not mounted is out of reach: nothing of it is taken for damaged, and nothing is written beside it', async () => {
		const { sha256 } = await put(world.app, 'away for a while');
		await rename(root, `${root}.away`);
		await mkdir(root);
		try {
			expect([await read(world.app, sha256), await ends(world.app.artifacts.verify(sha256)), await ends(put(world.app, 'new')), await ends(world.app.artifacts.remove(sha256))]).toEqual(Array.from({ length: 4 }, () => 'out of reach'));
			expect(await readdir(root)).toEqual([]);
		} finally {
			await rm(root, { recursive: true });
			await rename(`${root}.away`, root);
		}
		expect([await read(world.app, sha256), await ends(put(world.app, 'new'))]).toEqual(['done', 'done']);
	});

	it('that is another is out of reach to the host that sees it, whatever lies there', async () => {
		const { sha256 } = await put(world.app, 'in the right one');
		for (const name of ['worker', 'web'] as const) expect(await elsewhere(name, async (app) => [await read(app, sha256), await ends(put(app, 'in the wrong one'))])).toEqual(['out of reach', 'out of reach']);
		await mkdir(join(other, 'store'), { recursive: true });
		await writeFile(join(other, 'store', MARK_FILE), '{"store":"00000000-0000-0000-0000-000000000000"}');
		expect(await elsewhere('worker', (app) => ends(put(app, 'in the wrong one')))).toBe('out of reach');
	});

	it('lacks what was taken out of it', async () => {
		const { sha256 } = await put(world.app, 'taken out');
		await world.app.artifacts.remove(sha256);
		expect(await read(world.app, sha256)).toBe('ArtifactDamaged');
	});
});

describe('a second database on the same data folder', () => {
	it('is refused the store by every process, in one line, and a clean-up of it takes nothing away', async () => {
		const second = await createWorld();
		try {
			const { sha256 } = await put(world.app, 'evidence of the first');
			await utimes(pathIn(root, sha256), new Date(0), new Date(0));
			await second.query(`delete from installation where key like 'artifact_store%'`);
			const line = `The artifact store ${root} is another database's.`;
			const around = { root: ROOT, node: process.execPath, settings: readSettings({ PLUMBLINE_DATA_DIR: world.dataDir }), databaseUrl: second.url, python: null, say: () => {} };
			const refused = await checkStore(around).then(() => [], (error: unknown) => describeTrouble(error));
			expect(refused).toEqual([expect.stringContaining(line)]);
			for (const name of ['web', 'worker'] as const) expect(await elsewhere(name, (app) => ends(put(app, 'of the second')), root, second.url)).toBe('out of reach');
			await elsewhere('worker', async (app) => {
				valueOf(await startCleanUp(app, second.admin, { lastRuns: 0, days: 0 }));
				await expect(carryOutCleanUp(app, new AbortController().signal)).rejects.toThrow(line);
			}, root, second.url);
			expect([await read(world.app, sha256), await second.query(`select 1 from installation where key = 'artifact_store'`)]).toEqual(['done', []]);
			const said: string[] = [];
			await checkStore({ ...around, databaseUrl: world.url, say: (text) => void said.push(text) });
			expect(said).toEqual([]);
		} finally {
			await second.close();
		}
	});
});

describe('an installation whose store was never marked', () => {
	it('has it marked by who may decide which it is, and by no worker', async () => {
		const fresh = await createWorld();
		try {
			await rm(join(fresh.dataDir, 'artifacts', MARK_FILE));
			await fresh.query(`delete from installation where key = 'artifact_store'`);
			const open = async (name: 'web' | 'worker') => {
				const app = await createApp(readConfig({ DATABASE_URL: fresh.url, PLUMBLINE_DATA_DIR: fresh.dataDir, PLUMBLINE_LOG_LEVEL: 'silent' }), name);
				const put = await ends(app.artifacts.putStream(words('first')));
				await app.close();
				return [put, (await fresh.query(`select 1 from installation where key = 'artifact_store'`)).length];
			};
			expect([await open('worker'), await open('web'), await open('worker')]).toEqual([['done', 0], ['done', 1], ['done', 1]]);
		} finally {
			await fresh.close();
		}
	});

	it('does not take an empty folder for it while something names its files, but for somebody who marked that folder', async () => {
		const fresh = await createWorld();
		try {
			await namedBeforeMarks(fresh);
			const open = async (name: 'web' | 'worker', dir: string) => {
				const app = await createApp(readConfig({ DATABASE_URL: fresh.url, PLUMBLINE_DATA_DIR: other, PLUMBLINE_ARTIFACTS: dir, PLUMBLINE_LOG_LEVEL: 'silent' }), name);
				const written = await ends(put(app, 'another'));
				await app.close();
				return [written, (await fresh.query(`select 1 from installation where key = 'artifact_store'`)).length];
			};
			const empty = join(other, 'empty');
			expect([await open('worker', empty), await open('web', empty)]).toEqual([['out of reach', 0], ['out of reach', 0]]);
			expect(await readdir(empty)).toEqual(['incoming']);
			await writeFile(join(empty, MARK_FILE), '{"store":"11111111-1111-1111-1111-111111111111"}');
			expect(await open('web', empty)).toEqual(['done', 1]);
			// Once it is taken, the full one of before is another.
			expect(await open('web', join(fresh.dataDir, 'artifacts'))).toEqual(['out of reach', 1]);
		} finally {
			await fresh.close();
		}
	});

	it('has a full folder marked whose files are named', async () => {
		const fresh = await createWorld();
		try {
			const sha256 = await namedBeforeMarks(fresh);
			expect(await elsewhere('web', (app) => read(app, sha256), join(fresh.dataDir, 'artifacts'), fresh.url)).toBe('done');
			expect(await fresh.query(`select 1 from installation where key = 'artifact_store'`)).toHaveLength(1);
		} finally {
			await fresh.close();
		}
	});
});
