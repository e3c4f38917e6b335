/**
 * `npm run test:soak:import`: a file of 1 GB through the real web process into a real
 * database, and what that costs: time, and the memory of the process. Takes
 * minutes and some gigabytes of disk, so it is no part of `npm test`.
 * `node test/load/import-1gb.ts 250` sends 250 MB instead.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { createApp } from '#lib/server/app.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { readConfig } from '#lib/server/config.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { createProject } from '#lib/server/usecases/create-project.ts';
import { issueToken } from '#lib/server/usecases/issue-token.ts';
import { migrateDatabase } from '../../drizzle/migrate.ts';
import { ensureBuilt } from '../../scripts/start/build.mjs';
import { startCluster } from '../../scripts/start/postgres.mjs';
import { ROOT } from '../../scripts/start/settings.mjs';
import { bigFile } from '../support/big-file.ts';
import { createDatabase } from '../support/database.ts';
import { startServer } from '../support/server.ts';

const MIB = 1024 * 1024;
/** More than this over the start means that memory grows with the file. */
const MAX_GROWTH_MIB = 200;
const megabytes = Number(process.argv[2] ?? 1024);

await ensureBuilt(ROOT, process.execPath);
const dataDir = await mkdtemp(join(tmpdir(), 'plumbline-soak-'));
// A folder of its own directly below the temporary one: PostgreSQL's user must be able to enter it.
const databaseDir = await mkdtemp(join(tmpdir(), 'plumbline-soak-db-'));
const cluster = await startCluster({ dir: databaseDir, fast: true });
try {
	const url = await createDatabase(cluster.adminUrl, 'soak', null);
	await migrateDatabase(url);
	const app = await createApp(readConfig({ DATABASE_URL: url, PLUMBLINE_DATA_DIR: dataDir, PLUMBLINE_LOG_LEVEL: 'silent' }), 'test');
	const [user] = await rowsOf<{ id: string }>(app.db, sql`insert into users (is_admin) values (true) returning id`);
	const admin: Actor = { userId: user?.id ?? '', isAdmin: true, via: 'token', scopes: null };
	const project = await createProject(app, admin, { slug: 'soak', name: 'Soak', overlap: 1 });
	const issued = await issueToken(app, admin, {});
	if (!project.ok || !issued.ok) throw new Error('the project could not be made');
	const headers = { authorization: `Bearer ${issued.value.token}` };
	const server = await startServer({ url, dataDir });
	try {
		const before = await server.memory();
		const began = Date.now();
		const { rows, stream } = bigFile(megabytes * MIB);
		const sent = await fetch(`${server.origin}/api/v1/projects/soak/imports?format=jsonl`, { method: 'POST', headers: { ...headers, 'content-type': 'application/x-ndjson' }, body: stream, duplex: 'half' } as RequestInit);
		const { id } = (await sent.json()) as { id: string };
		const received = (Date.now() - began) / 1000;
		let outcome: { status: string; accepted: number; message: string | null };
		do {
			await sleep(500);
			outcome = (await (await fetch(`${server.origin}/api/v1/imports/${id}`, { headers })).json()) as typeof outcome;
		} while (outcome.status === 'staging');
		const { peak } = await server.memory();
		const growth = peak - before.now;
		console.log(`${megabytes} MB, ${rows} rows: ${outcome.status}, ${outcome.accepted} accepted ${outcome.message ?? ''}`);
		console.log(`received in ${received.toFixed(1)} s (answer ${sent.status}), published after ${((Date.now() - began) / 1000).toFixed(1)} s`);
		console.log(`web process: ${before.now.toFixed(0)} MiB before, peak ${peak.toFixed(0)} MiB`);
		const well = outcome.status === 'published' && outcome.accepted === rows && growth < MAX_GROWTH_MIB;
		console.log(well ? '1 passed, 0 failed' : `0 passed, 1 failed (growth ${growth.toFixed(0)} MiB, at most ${MAX_GROWTH_MIB})`);
		process.exitCode = well ? 0 : 1;
	} finally {
		await server.stop();
		await app.close();
	}
} finally {
	await cluster.stop();
	for (const dir of [dataDir, databaseDir]) await rm(dir, { recursive: true, force: true });
}
