/**
 * `npm run test:soak`: six queued runs on the tests' tiny model, with real engine, worker, PostgreSQL and S3 server, while
 * engine, worker and database are killed (SIGKILL) and the way to the store is cut, at random, for ten minutes
 * (`node test/load/soak.ts 3 7`: three minutes, seed 7). Then every run must have ended succeeded, or cancelled where that
 * was asked for; once, with its metrics complete and its checkpoint whole in the store.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { createRng } from '#lib/domain/rng.ts';
import { isTerminal } from '#lib/domain/run-state.ts';
import { createApp } from '#lib/server/app.ts';
import { clientFor } from '#lib/server/artifacts/bucket.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { readConfig } from '#lib/server/config.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import * as runs from '#lib/server/db/runs.ts';
import { cancelRun } from '#lib/server/usecases/cancel-run.ts';
import { migrateDatabase } from '../../drizzle/migrate.ts';
import { startCluster } from '../../scripts/start/postgres.mjs';
import { provideTinyModel } from '../../workers/engine/swift/base-models.ts';
import { provisionEnvironment } from '../../workers/engine/swift/environment.ts';
import { createDatabase } from '../support/database.ts';
import { startS3 } from '../support/s3-server.ts';
import { startWorker } from '../support/worker.ts';
import { parentOf } from './cpu.ts';
import { cuttableWay } from './outage.ts';
import { endedWell, killEngine, patiently, queueRuns, STEPS } from './soak-runs.ts';

const minutes = Number(process.argv[2] ?? 10);
const seed = process.argv[3] ?? String(Date.now());
/** After the chaos every run must come to its end by itself. */
const CALM_MINUTES = 20;
/** A run whose attempts break off six times without a newer checkpoint is given up, as it should be: so many times it may come to that. */
const MOST_FRUITLESS = 4;
const KINDS = ['engine', 'worker', 'database', 'store'] as const;

const began = Date.now();
const say = (text: string) => console.log(`${String(Math.round((Date.now() - began) / 1000)).padStart(5)} s  ${text}`);
const random = createRng(`soak ${seed}`);
const dir = await mkdtemp(join(tmpdir(), 'plumbline-soak-'));
// PostgreSQL's user must be able to enter it.
await chmod(dir, 0o711);

const environment = await provisionEnvironment({ device: 'cpu' });
if (!environment.ok) throw new Error(environment.problem.message);
const model = await provideTinyModel(environment.value, join(dir, 'tiny'), { cacheDir: join(dir, 'cache') });
if (!model.ok) throw new Error(model.problem.message);
await writeFile(join(model.value.path, 'plumbline.json'), JSON.stringify({ modelType: model.value.modelType, template: model.value.template }));

const cluster = await startCluster({ dir: join(dir, 'cluster'), watcher: { restarting: say, lost: (error) => say(`the database is lost: ${String(error)}`) } });
const s3 = await startS3();
const way = await cuttableWay(s3.endpoint);
const url = await createDatabase(cluster.adminUrl, 'soak', null);
await migrateDatabase(url);
await clientFor({ bucket: '', prefix: '', endpoint: s3.endpoint, region: 'us-east-1' }).send(new CreateBucketCommand({ Bucket: 'soak' }));
const settings = { DATABASE_URL: url, PLUMBLINE_DATA_DIR: join(dir, 'data'), PLUMBLINE_ARTIFACTS: 's3://soak/store', AWS_ENDPOINT_URL_S3: way.endpoint, PLUMBLINE_BASE_MODEL: model.value.path };
const app = await createApp(readConfig({ ...process.env, ...settings, PLUMBLINE_LOG_LEVEL: 'silent' }), 'test');
const [user] = await rowsOf<{ id: string }>(app.db, sql`insert into users (is_admin) values (true) returning id`);
await app.db.execute(sql`insert into user_profiles (user_id, email, name) values (${user?.id ?? ''}, 'soak@example.test', 'Soak')`);
const admin: Actor = { userId: user?.id ?? '', isAdmin: true, via: 'token', scopes: null };
const queued = await queueRuns(app, admin);

/** SIGKILL for the server's first process: its backends go with it, as when the kernel kills it. */
async function killDatabase(): Promise<void> {
	const one = postgres(url, { max: 1, connect_timeout: 5 });
	try {
		const [row] = await one<{ pid: number }[]>`select pg_backend_pid() as pid`;
		const pid = parentOf(row?.pid ?? 0);
		if (pid > 1) process.kill(pid, 'SIGKILL');
	} catch {
		// It is away already.
	} finally {
		await one.end({ timeout: 1 }).catch(() => undefined);
	}
}

const start = () => startWorker({ url, dataDir: settings.PLUMBLINE_DATA_DIR } as Parameters<typeof startWorker>[0], settings);
let worker = start();
const status = async () => patiently(async () => await Promise.all(queued.map(async ({ id }) => await runs.get(app.db, id))));
const over = async () => (await status()).every((run) => run !== null && isTerminal(run.status));

/** Cancels what is to be cancelled once it trains. */
async function cancelSome(): Promise<void> {
	for (const [index, run] of (await status()).entries()) {
		const wish = queued[index]?.wish ?? 'train';
		if (!run || wish === 'train' || run.desiredState !== 'run' || run.step < STEPS / 4) continue;
		await patiently(() => cancelRun(app, admin, { runId: run.id, keep: wish === 'cancel_keep' }));
		say(`run ${index + 1} is to be cancelled at step ${run.step}, ${wish === 'cancel_keep' ? 'kept' : 'discarded'}`);
	}
}

/** Whether the run that is under way would be given up if its attempt broke off again and again. */
async function nearlyGivenUp(): Promise<boolean> {
	const going = (await status()).find((run) => run && run.attempt > 0 && !isTerminal(run.status));
	return going ? (await patiently(() => app.db.transaction((tx) => runs.fruitlessAttempts(tx, going.id)))) >= MOST_FRUITLESS : false;
}

const struck: Record<(typeof KINDS)[number], number> = { engine: 0, worker: 0, database: 0, store: 0 };
async function strike(): Promise<void> {
	const kind = KINDS[random.int(KINDS.length)] ?? 'engine';
	if (kind !== 'store' && (await nearlyGivenUp())) return say('(waits for a save)');
	if (kind === 'engine') {
		const mark = await killEngine(app);
		if (mark === null) return;
		say(`engine of attempt ${mark.slice(-12)} killed`);
	} else if (kind === 'worker') {
		await worker.kill9();
		say('worker killed');
		await sleep(random.int(5000));
		worker = start();
	} else if (kind === 'database') {
		say('database killed');
		await killDatabase();
	} else {
		const seconds = 2 + random.int(8);
		say(`store away for ${seconds} s`);
		way.cut();
		await sleep(seconds * 1000);
		way.mend();
	}
	struck[kind] += 1;
}

say(`seed ${seed}, ${minutes} minutes, ${queued.length} runs of ${STEPS} steps`);
let next = Date.now() + 15_000;
while (Date.now() - began < minutes * 60_000 && !(await over())) {
	await sleep(500);
	await cancelSome();
	if (Date.now() < next) continue;
	await strike();
	next = Date.now() + 8000 + random.int(22_000);
}
say(`struck: ${JSON.stringify(struck)}; calm now`);
for (const until = Date.now() + CALM_MINUTES * 60_000; Date.now() < until && !(await over()); await sleep(1000)) await cancelSome();
const wrong: string[] = [];
for (const [index, one] of queued.entries()) {
	const found = await endedWell(app, one);
	const run = await runs.get(app.db, one.id);
	say(`run ${index + 1} (${one.wish}): ${run?.status} at step ${run?.step} in ${run?.attempt} attempts${found.length > 0 ? `; ${found.join('; ')}` : ''}`);
	wrong.push(...found);
}
if (wrong.length > 0) console.log(worker.output().slice(-8000));
await worker.stop();
await app.close();
await way.close();
await s3.stop();
await cluster.stop();
await rm(dir, { recursive: true, force: true });
console.log(wrong.length === 0 ? `${queued.length} passed, 0 failed` : `${wrong.length} failed`);
process.exitCode = wrong.length === 0 ? 0 : 1;
