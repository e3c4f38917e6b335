import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApp } from '#lib/server/app.ts';
import { readConfig } from '#lib/server/config.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { createProject } from '#lib/server/usecases/create-project.ts';
import { exportArchive } from '#lib/server/usecases/export-archive.ts';
import { sweep } from '#lib/server/usecases/sweep.ts';
import { migrateDatabase } from '../../drizzle/migrate.ts';
import { startCluster } from '../../scripts/start/postgres.mjs';
import { createApi, tokenOf } from '../support/api.ts';
import { createDatabase } from '../support/database.ts';
import { startServer } from '../support/server.ts';
import { unzip } from '../support/unzip.ts';
import { createWorld, importText, pairRows, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

// The third that may die is the worker: test/integration/import-sources.test.ts.

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world?.close());

type Db = World['app']['db'];
const ROWS = pairRows(1200, 'killed');
const lines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n');

/** Imports of a project in their order, with what of them is there. */
const ofProject = (db: Db, id: string) =>
	rowsOf<{ status: string; message: string | null; staged: number; prompts: number; judgments: number }>(
		db,
		sql`select i.status, i.message, (select count(*)::int from import_rows r where r.import_id = i.id) as staged, (select count(*)::int from prompts where project_id = ${id}) as prompts, (select count(*)::int from judgments where project_id = ${id}) as judgments
			from imports i where i.project_id = ${id} order by i.id`
	);
/** What the sweeper does once an upload was silent for long enough. */
async function clearUp(app: World['app'], id: string): Promise<void> {
	await app.db.execute(sql`update imports set heartbeat_at = now() - interval '1 day' where project_id = ${id} and status = 'staging'`);
	await sweep(app);
}
const FAILED = { status: 'failed', message: expect.stringMatching(/send it again/u) as string, staged: 0 };

it('the web process ends by kill -9 in mid-import: nothing half is there, and the file sent again adds what was missing', async () => {
	const { slug, id } = await world.project();
	const { db } = world.app;
	// Some of its rows were there before.
	valueOf(await world.importRows(slug, ROWS.slice(0, 40)));
	const server = await startServer(world);
	try {
		const api = createApi(server.origin, await tokenOf(world, world.admin));
		// The file but its last line, and then nothing more: an import in its middle for as long as it takes.
		let sent = false;
		let end: () => void = () => undefined;
		const body = new ReadableStream<Uint8Array>({
			pull(to) {
				if (sent) return new Promise<void>((done) => (end = done)).then(() => to.close());
				sent = true;
				to.enqueue(Buffer.from(`${lines(ROWS.slice(0, -1))}\n`));
				return undefined;
			}
		});
		const cut = expect(api('POST', `/projects/${slug}/imports?format=jsonl`, { raw: body })).rejects.toThrow();
		while (((await ofProject(db, id))[1]?.staged ?? 0) === 0) await sleep(20);
		await server.kill9();
		await cut;
		end();
	} finally {
		await server.stop();
	}
	expect(await ofProject(db, id)).toMatchObject([{ status: 'published' }, { status: 'staging', prompts: 40 }]);
	await clearUp(world.app, id);
	expect((await ofProject(db, id))[1]).toMatchObject({ ...FAILED, prompts: 40, judgments: 40 });
	expect(valueOf(await importText(world.app, world.admin, slug, lines(ROWS)))).toMatchObject({ accepted: ROWS.length - 40, duplicates: 40, rejected: 0 });
});

it('the database ends by kill -9 in mid-import and mid-export, and comes back without half a file', async () => {
	const dir = await mkdtemp(join(tmpdir(), 'plumbline-killed-'));
	await chmod(dir, 0o711);
	let restarts = 0;
	let lost: unknown = null;
	const cluster = await startCluster({ dir, watcher: { restarting: () => void (restarts += 1), lost: (error) => void (lost = error) } });
	const url = await createDatabase(cluster.adminUrl, 'killed', null);
	await migrateDatabase(url);
	const open = () => createApp(readConfig({ DATABASE_URL: url, PLUMBLINE_DATA_DIR: dir, PLUMBLINE_LOG_LEVEL: 'silent' }), 'test');
	const apps = [await open()];
	try {
		const app = apps[0] as World['app'];
		const { db } = app;
		const [user] = await rowsOf<{ id: string }>(db, sql`insert into users (is_admin) values (true) returning id`);
		const admin = { userId: user?.id ?? '', isAdmin: true, via: 'token' as const, scopes: null };
		const { id } = valueOf(await createProject(app, admin, { slug: 'killed', name: 'Killed', overlap: 1 }));
		// A bad row cannot be written down: the import stands in a transaction, a batch behind it is committed.
		await db.execute(sql`create function test_stand() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(7); return new; end $$`);
		await db.execute(sql`create trigger test_stand before insert on import_errors for each row execute function test_stand()`);
		const stands = Promise.withResolvers<void>();
		const over = Promise.withResolvers<void>();
		const locked = db.transaction(async (tx) => {
			await tx.execute(sql`select pg_advisory_xact_lock(7)`);
			// Half of the archive is written when it comes to this table.
			await tx.execute(sql`lock table adjudications in access exclusive mode`);
			stands.resolve();
			await over.promise;
		});
		await stands.promise;
		const text = [lines(ROWS.slice(0, 700)), 'not a row', lines(ROWS.slice(700))].join('\n');
		const importing = expect(importText(app, admin, 'killed', text, { skipBad: true })).rejects.toThrow();
		const waits = async () => (await rowsOf<{ n: number }>(db, sql`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`))[0]?.n ?? 0;
		const archive = async (of: World['app']) => buffer(valueOf(await exportArchive(of, admin, { slug: 'killed', people: 'pseudonym', weights: false })).stream);
		const exporting = expect(archive(app)).rejects.toThrow();
		while ((await waits()) < 2) await sleep(20);
		expect(await ofProject(db, id)).toMatchObject([{ status: 'staging', staged: 500 }]);
		const [backend] = await rowsOf<{ pid: number }>(db, sql`select pg_backend_pid() as pid`);
		// A backend's parent is the server itself.
		const postmaster = Number((await readFile(`/proc/${backend?.pid}/stat`, 'utf8')).replace(/^.*\) /su, '').split(' ')[1]);
		process.kill(postmaster, 'SIGKILL');
		await importing;
		await exporting;
		over.resolve();
		await expect(locked).rejects.toThrow();
		// What was connected before may hear of the end only now: those who come back connect anew.
		const back = await (async () => {
			for (;;) {
				if (lost !== null) throw lost;
				const one = await open().catch(() => null);
				if (one && (await one.db.execute(sql`select 1`).catch(() => null)) !== null) return one;
				await one?.close();
				await sleep(50);
			}
		})();
		apps.push(back);
		expect(restarts).toBe(1);
		expect(await ofProject(back.db, id)).toMatchObject([{ prompts: 0, judgments: 0 }]);
		await clearUp(back, id);
		expect(await ofProject(back.db, id)).toMatchObject([{ ...FAILED, prompts: 0, judgments: 0 }]);
		await back.db.execute(sql`drop trigger test_stand on import_errors`);
		expect(valueOf(await importText(back, admin, 'killed', text, { skipBad: true }))).toMatchObject({ accepted: ROWS.length, duplicates: 0, rejected: 1 });
		expect((await unzip(await archive(back))).get('manifest.json')).toContain('"slug": "killed"');
	} finally {
		for (const app of apps) await app.close();
		await cluster.stop();
		await rm(dir, { recursive: true, force: true });
	}
}, 180_000);
