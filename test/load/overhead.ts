import { spawn } from 'node:child_process';
import { cp, mkdir, rm } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { createApp } from '../../src/lib/server/app.ts';
import type { App } from '../../src/lib/server/app.ts';
import type { Actor } from '../../src/lib/server/auth/actor.ts';
import { readConfig } from '../../src/lib/server/config.ts';
import { rowsOf } from '../../src/lib/server/db/rows.ts';
import * as runRecord from '../../src/lib/server/db/run-record.ts';
import * as runs from '../../src/lib/server/db/runs.ts';
import type { Run } from '../../src/lib/server/db/runs.ts';
import * as workers from '../../src/lib/server/db/workers.ts';
import type { Result } from '../../src/lib/domain/problem.ts';
import { createProject } from '../../src/lib/server/usecases/create-project.ts';
import { freezeSnapshot } from '../../src/lib/server/usecases/freeze-snapshot.ts';
import { importPairs } from '../../src/lib/server/usecases/import-pairs.ts';
import { startRun } from '../../src/lib/server/usecases/start-run.ts';
import { engineEnv } from '../../workers/engine/swift/engine-env.ts';
import { pairs } from '../engine/rows.ts';
import { cpuOfTree } from './cpu.ts';
import type { Ground } from './ground.ts';

const STEPS = Number(process.env['BENCH_STEPS'] ?? 100);
/** So long an idle worker is looked at. */
const IDLE_MS = 20_000;
const TIMES = Number(process.env['BENCH_TIMES'] ?? 2);

function valueOf<T>(result: Result<T>): T {
	if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.detail}`);
	return result.value;
}

const seconds = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000;
const load = (): string => loadavg()[0]?.toFixed(1) ?? '';

/** A run through the product: from the moment it is asked for to its end, checkpoint stored. */
async function through(app: App, actor: Actor, snapshotId: string): Promise<{ run: Run; wall: number; parts: string }> {
	const { id } = valueOf(await startRun(app, actor, { slug: 'overhead', snapshotId, recipe: { maxSteps: STEPS, saveSteps: Math.min(25, STEPS) } }));
	for (;;) {
		const run = await runs.get(app.db, id);
		if (run?.finishedAt) {
			if (run.status !== 'succeeded') throw new Error(`the run is ${run.status}: ${run.problem?.message ?? ''}`);
			return { run, wall: seconds(run.createdAt, run.finishedAt), parts: await partsOf(app, run) };
		}
		await sleep(250);
	}
}

/** Where its time went: before the engine began, until its first step, its steps, after the last one. */
async function partsOf(app: App, run: Run): Promise<string> {
	const events = await runRecord.events(app.db, run.id, 0);
	return events.filter(({ kind }) => kind !== 'queued').map(({ kind, data, createdAt }) => `${kind}${typeof data['phase'] === 'string' ? ` ${data['phase']}` : ''} ${seconds(run.createdAt, createdAt).toFixed(1)}`).join(' · ');
}

/** The same command as that run's attempt, bare: same arguments, environment and rows, into another folder. */
async function bare(app: App, run: Run, name: string): Promise<{ wall: number; cpu: number }> {
	const attempt = (await runs.attempts(app.db, run.id)).at(-1);
	if (!attempt?.outputDir || !attempt.argv) throw new Error('the attempt has no command');
	const dir = join(dirname(attempt.outputDir), name);
	await mkdir(dir, { recursive: true });
	await cp(join(attempt.outputDir, 'train.jsonl'), join(dir, 'train.jsonl'));
	const [command = '', ...argv] = attempt.argv.map((word) => word.replaceAll(attempt.outputDir ?? '', dir));
	const begun = performance.now();
	let used = 0;
	const child = spawn(command, argv, { cwd: dir, env: engineEnv(join(dir, 'cache'), attempt.env ?? {}), stdio: ['ignore', 'ignore', 'pipe'] });
	let said = '';
	child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
	// What a process has used is gone with it: read until then.
	const sampling = setInterval(() => (used = Math.max(used, cpuOfTree(child.pid ?? 0))), 200);
	const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
	const wall = (performance.now() - begun) / 1000;
	clearInterval(sampling);
	if (code !== 0) throw new Error(`the bare command ended with ${code}: ${said}`);
	await rm(dir, { recursive: true, force: true });
	return { wall, cpu: used / 1000 };
}

/** What a worker without work uses of a core: it has that beside a run too. */
async function idleShare(pid: number): Promise<number> {
	await sleep(5000);
	const begun = cpuOfTree(pid);
	await sleep(IDLE_MS);
	return (cpuOfTree(pid) - begun) / IDLE_MS;
}

/**
 * Wall time of a run through the product, from the request to its stored checkpoint, over that of the same engine
 * command alone, one after the other. The engine is installed and the worker ready before; nothing follows the run, so
 * that nothing of ours runs beside the bare command but the idle worker and web process. On a machine that others use
 * too, CPU time is what to read: a wall time is also theirs.
 */
export async function overhead({ url, dataDir }: Ground): Promise<void> {
	const app = await createApp(readConfig({ DATABASE_URL: url, PLUMBLINE_DATA_DIR: dataDir, PLUMBLINE_LOG_LEVEL: 'warn' }), 'test');
	const worker = spawn(process.execPath, ['workers/main.ts'], { env: { ...process.env, DATABASE_URL: url, PLUMBLINE_DATA_DIR: dataDir, PLUMBLINE_LOG_LEVEL: 'warn' }, stdio: ['ignore', 'ignore', 'inherit'] });
	try {
		const [user] = await rowsOf<{ id: string }>(app.db, sql`insert into users (is_admin) values (true) returning id`);
		const actor: Actor = { userId: user?.id ?? '', isAdmin: true, via: 'session', scopes: null };
		const { id } = valueOf(await createProject(app, actor, { slug: 'overhead', name: 'overhead', overlap: 1, systemPrompt: 'You are a careful legal assistant.' }));
		await app.db.execute(sql`update projects set split_shares = '{"train": 1, "dev": 0, "test": 0}' where id = ${id}`);
		const rows = pairs(160).map((pair) => JSON.stringify({ prompt: pair.messages.at(-1)?.content, chosen: pair.chosen, rejected: pair.rejected }));
		await valueOf(await importPairs(app, actor, { slug: 'overhead', said: { format: 'jsonl' }, skipBad: false, dryRun: false, source: Readable.from([Buffer.from(rows.join('\n'))]) })).done;
		const { id: snapshotId } = valueOf(await freezeSnapshot(app, actor, { slug: 'overhead', objective: 'dpo', rule: { includeImports: true } }));
		while (!(await workers.alive(app.db)).some(({ capabilities: { engine } }) => engine.state === 'ready')) await sleep(500);
		console.log(`Overhead of a run: ${STEPS} steps of DPO on ${rows.length} pairs, ${availableParallelism()} cores`);
		const idle = await idleShare(worker.pid ?? 0);
		for (let time = 1; time <= TIMES; time++) {
			const [before, used] = [load(), cpuOfTree(worker.pid ?? 0)];
			const own = await through(app, actor, snapshotId);
			const cpu = (cpuOfTree(worker.pid ?? 0) - used) / 1000;
			const between = load();
			const alone = await bare(app, own.run, `bare-${time}`);
			console.log(`  product ${own.wall.toFixed(1)} s and ${cpu.toFixed(1)} s of CPU, bare ${alone.wall.toFixed(1)} and ${alone.cpu.toFixed(1)}: × ${(own.wall / alone.wall).toFixed(3)}, CPU × ${(cpu / alone.cpu).toFixed(3)} and ${(cpu - alone.cpu).toFixed(1)} s more, of which ${(idle * own.wall).toFixed(1)} are an idle worker’s (load ${before}, ${between}, ${load()})\n    ${own.parts}`);
		}
	} finally {
		worker.kill('SIGTERM');
		await new Promise((resolve) => worker.once('exit', resolve));
		await app.close();
	}
}
