import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { migrateDatabase } from '../../drizzle/migrate.ts';
import { ensureBuilt } from '../../scripts/start/build.mjs';
import { WEB_FLAGS } from '../../scripts/start/children.mjs';
import { choosePort } from '../../scripts/start/free-port.mjs';
import { startCluster } from '../../scripts/start/postgres.mjs';
import { ROOT } from '../../scripts/start/settings.mjs';
import { createDatabase } from '../support/database.ts';
import { parentOf } from './cpu.ts';

/** A database that flushes to disk as in earnest, and the built web process over it. */
export type Ground = {
	url: string;
	base: string;
	dataDir: string;
	web: number;
	/** The database server's first process. */
	postmaster: number;
	/** Another migrated database on the same server. */
	another: (name: string) => Promise<string>;
	stop: () => Promise<void>;
};

/** The server's first process: the parent of the backend that answers. */
async function serverPid(url: string): Promise<number> {
	const sql = postgres(url, { max: 1 });
	try {
		const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
		return parentOf(row?.pid ?? 0);
	} finally {
		await sql.end();
	}
}

/** Starts what a measurement stands on, as `npm start` runs it: what is acknowledged is on the disk. */
export async function startGround(): Promise<Ground> {
	const dir = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
	// PostgreSQL's user must be able to enter it.
	await chmod(dir, 0o711);
	const cluster = await startCluster({ dir: join(dir, 'cluster') });
	const another = async (name: string) => {
		const made = await createDatabase(cluster.adminUrl, name, null);
		await migrateDatabase(made);
		return made;
	};
	const url = await another('bench');
	await ensureBuilt(ROOT, process.execPath);
	const port = Number(process.env['BENCH_PORT'] ?? (await choosePort()));
	const base = `http://127.0.0.1:${port}`;
	const dataDir = join(dir, 'data');
	const web = spawn(process.execPath, [...WEB_FLAGS, join(ROOT, 'build', 'index.js')], {
		env: { ...process.env, DATABASE_URL: url, PLUMBLINE_DATA_DIR: dataDir, PORT: String(port), HOST: '127.0.0.1', ORIGIN: base, PLUMBLINE_LOG_LEVEL: 'warn', BODY_SIZE_LIMIT: 'Infinity' },
		stdio: ['ignore', 'ignore', 'inherit']
	});
	while (!(await fetch(`${base}/healthz`).then((response) => response.ok, () => false))) await sleep(100);
	return {
		url,
		base,
		dataDir,
		web: web.pid ?? 0,
		postmaster: await serverPid(url),
		another,
		stop: async () => {
			web.kill('SIGTERM');
			await cluster.stop();
			await rm(dir, { recursive: true, force: true });
		}
	};
}
