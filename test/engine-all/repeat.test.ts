import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import * as snapshots from '#lib/server/db/snapshots.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { issueToken } from '#lib/server/usecases/issue-token.ts';
import { readRun } from '#lib/server/usecases/read-run.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { startServer } from '../support/server.ts';
import type { Server } from '../support/server.ts';
import { startWorker, until } from '../support/worker.ts';
import type { WorkerProcess } from '../support/worker.ts';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';
import { pairs } from '../engine/rows.ts';

const run = promisify(execFile);
const RECIPE = { maxSteps: 8, saveSteps: 4, batchSize: 2, maxLength: 256, loraRank: 4, learningRate: 1e-3 };

let world: World;
let server: Server;
let worker: WorkerProcess;
let slug: string;
let token: string;
let frozen: Record<'dpo' | 'kto', { id: string }>;

beforeAll(async () => {
	const { model } = inject('engine');
	await writeFile(join(model.path, 'plumbline.json'), JSON.stringify({ modelType: model.modelType, template: model.template }));
	world = await createWorld({ PLUMBLINE_BASE_MODEL: model.path });
	slug = (await world.project()).slug;
	const rows = pairs(40).map((pair) => ({ prompt: pair.messages.at(-1)?.content, chosen: pair.chosen, rejected: pair.rejected }));
	const alone = pairs(80).slice(40).map((pair, i) => ({ prompt: pair.messages.at(-1)?.content, completion: i % 2 ? pair.chosen : pair.rejected, label: i % 2 === 1 }));
	valueOf(await world.importRows(slug, [...rows, ...alone]));
	// Frozen before a checkpoint’s answers open the next round, which has no judgment yet.
	const freeze = async (objective: 'dpo' | 'kto') => valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective, rule: { includeImports: true } }));
	frozen = { dpo: await freeze('dpo'), kto: await freeze('kto') };
	token = valueOf(await issueToken(world.app, world.admin, { name: 'repeat', scopes: ['run.read', 'snapshot.data'] })).token;
	server = await startServer(world, { PLUMBLINE_BASE_MODEL: model.path });
	worker = startWorker(world);
});
afterAll(async () => {
	await worker?.stop();
	await server?.stop();
	await world?.close();
});

async function trained(objective: 'dpo' | 'kto', more: { parentCheckpointId?: string; recipe?: Record<string, unknown> } = {}) {
	const snapshot = frozen[objective];
	const { id } = valueOf(await startRun(world.app, world.admin, { slug, snapshotId: snapshot.id, ...more, recipe: { ...RECIPE, ...(objective === 'dpo' ? { rpoAlpha: null } : { batchSize: 4 }), ...more.recipe } }));
	const done = await until('the end of the run', async () => {
		const now = valueOf(await readRun(world.app, world.admin, id));
		return ['succeeded', 'failed'].includes(now.status) && now;
	}, 600, () => worker.output().slice(-3000));
	expect(done.problem).toBeNull();
	return { id, snapshotId: snapshot.id, checkpointId: done.checkpoint?.id ?? '' };
}

/** Fetches a run's script as a person would and starts it in a folder of its own. */
async function repeat(id: string, env: Record<string, string> = {}) {
	const folder = join(world.dataDir, `repeat-${id.slice(-8)}`);
	await mkdir(folder, { recursive: true });
	const answer = await fetch(`${server.origin}/api/v1/runs/${id}/repeat`, { headers: { authorization: `Bearer ${token}` } });
	expect(answer.status).toBe(200);
	const script = join(folder, 'repeat.sh');
	await writeFile(script, await answer.text());
	const started = run('bash', [script], { cwd: folder, env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PLUMBLINE_TOKEN: token, PYTHON: inject('engine').environment.python, WORK: join(folder, 'work'), TOLERANCE: '1e-4', ...env } as unknown as NodeJS.ProcessEnv, maxBuffer: 1 << 26 });
	const said = await started.then(({ stdout }) => ({ ok: true, text: stdout }), (error: { stdout: string; stderr: string }) => ({ ok: false, text: error.stdout.slice(-3000) + error.stderr.slice(-3000) }));
	return { ...said, work: join(folder, 'work') };
}

describe('a run repeated outside the product', () => {
	it('gives the losses of the first, on rows that are byte for byte those that trained', async () => {
		const { id, snapshotId, checkpointId } = await trained('dpo');
		const again = await repeat(id);
		expect(again.ok, again.text).toBe(true);
		expect(again.text).toMatch(/the losses of 8 of 8 steps lie at most /);
		const file = (await snapshots.files(world.app.db, snapshotId)).get('train');
		expect(createHash('sha256').update(await readFile(join(again.work, 'train.jsonl'))).digest('hex')).toBe(file?.sha256);

		// The second round fetches the first's adapter, and merges it where the run did.
		const second = await repeat((await trained('dpo', { parentCheckpointId: checkpointId, recipe: { onParent: 'merge' } })).id);
		expect(second.ok, second.text).toBe(true);
		const third = await repeat((await trained('dpo', { parentCheckpointId: checkpointId, recipe: { reference: 'parent' } })).id);
		expect(third.ok, third.text).toBe(true);
	});

	it('repeats KTO on the rows as they were laid out', async () => {
		const again = await repeat((await trained('kto')).id);
		expect(again.ok, again.text).toBe(true);
		expect(again.text).toMatch(/the losses of 8 of 8 steps/);
	});

	it('refuses other rows and another base before it starts', async () => {
		const { id } = await trained('dpo');
		const rows = join(world.dataDir, 'other.jsonl');
		await writeFile(rows, '{"messages":[]}\n');
		const other = await repeat(id, { DATA: rows });
		expect(other).toMatchObject({ ok: false, text: expect.stringContaining('is not the file that was trained on') });
		const base = join(world.dataDir, 'other-base');
		await mkdir(base);
		await copyFile(join(inject('engine').model.path, 'config.json'), join(base, 'config.json'));
		expect(await repeat(id, { BASE: base })).toMatchObject({ ok: false, text: expect.stringContaining('is not the base model that was trained on') });
	});
});
