import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buffer } from 'node:stream/consumers';
import { sql } from 'drizzle-orm';
import { exportArchive } from '#lib/server/usecases/export-archive.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { tokenOf } from '../support/api.ts';
import { commandLine, ended } from '../support/command-line.ts';
import { startServer } from '../support/server.ts';
import type { Server } from '../support/server.ts';
import { createWorld, untilOneWaits, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

/** More than the kernel takes in for a client that does not read: the server is in the middle of it. */
const ANSWER_BYTES = 75_000;
const ROWS = 200;

let world: World;
let server: Server;
let token: string;
let home: string;
let slug: string;
let snapshotId: string;

beforeAll(async () => {
	world = await createWorld();
	home = await mkdtemp(join(tmpdir(), 'plumbline-broken-'));
	const noise = () => randomBytes(ANSWER_BYTES).toString('base64');
	({ slug } = await world.project({ rows: Array.from({ length: ROWS }, (_, i) => ({ prompt: `Question ${i}?`, chosen: noise(), rejected: noise() })) }));
	snapshotId = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'dpo', rule: { includeImports: true } })).id;
	token = await tokenOf(world, world.admin);
	server = await startServer(world);
}, 240_000);
afterAll(async () => {
	await server?.stop();
	await world?.close();
	await rm(home, { recursive: true, force: true });
});

it('kill −9 in the middle of an export: every client sees that it broke off, no file is kept as if it were whole', async () => {
	const paths = ['ms-swift', 'trl', 'csv', 'parquet', 'hf', 'llama-factory'].map((format) => `/snapshots/${snapshotId}/data?format=${format}`);
	const bodies = await Promise.all(
		[...paths, `/projects/${slug}/archive`].map(async (path) => {
			const response = await fetch(`${server.origin}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
			expect(response.status).toBe(200);
			const reader = (response.body as ReadableStream<Uint8Array>).getReader();
			expect((await reader.read()).done).toBe(false);
			return { path, reader };
		})
	);
	const child = commandLine(home).start(['export', snapshotId, '-o', '-'], { PLUMBLINE_URL: server.origin, PLUMBLINE_TOKEN: token });
	await new Promise((begun) => child.stdout?.once('readable', begun));
	await server.kill9();
	for (const { path, reader } of bodies) {
		const rest = (async () => {
			while (!(await reader.read()).done);
		})();
		await expect(rest, path).rejects.toThrow();
	}
	expect(await ended(child)).toMatchObject({ code: 4, err: expect.stringContaining('broke off') });
	await server.restart();
});

it('kill −9 in the middle of an archive’s import: no half project, and the same archive goes in afterwards', async () => {
	const there = await createWorld();
	const other = await startServer(there);
	try {
		const archive = await buffer(valueOf(await exportArchive(world.app, world.admin, { slug, people: 'pseudonym', weights: false })).stream);
		const file = join(home, 'archive.zip');
		await writeFile(file, archive);
		const plumbline = commandLine(home);
		const env = { PLUMBLINE_URL: other.origin, PLUMBLINE_TOKEN: await tokenOf(there, there.admin) };
		const blocked = Promise.withResolvers<null>();
		const holding = there.app.db.transaction(async (tx) => {
			// Half of the tables are made when it comes to this one.
			await tx.execute(sql`lock table comparisons in access exclusive mode`);
			await blocked.promise;
		});
		const child = plumbline.start(['archive', 'import', file], env);
		await untilOneWaits(there);
		await other.kill9();
		expect(await ended(child)).toMatchObject({ code: 4 });
		blocked.resolve(null);
		await holding;
		while ((await there.query<{ n: number }>(`select count(*)::int as n from pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()`))[0]?.n) await sleep(20);
		for (const table of ['projects', 'prompts', 'comparisons']) expect(await there.query(`select 1 from ${table}`), table).toEqual([]);
		await other.restart();
		expect(await plumbline.run(['archive', 'import', file, '--json'], { env })).toMatchObject({ code: 0 });
		expect(await there.query('select count(*)::int as n from prompts')).toEqual([{ n: ROWS }]);
		// What the killed process had received lies apart, without a name, and goes after a day.
		expect((await readdir(join(there.dataDir, 'incoming'))).every((name) => name.endsWith('.part'))).toBe(true);
	} finally {
		await other.stop();
		await there.close();
	}
}, 180_000);
