import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as decisions from '#lib/server/db/decisions.ts';
import * as evaluations from '#lib/server/db/evaluations.ts';
import * as jobs from '#lib/server/db/jobs.ts';
import * as retention from '#lib/server/db/retention.ts';
import * as workers from '#lib/server/db/workers.ts';
import { cancelExport, exportAgain } from '#lib/server/usecases/cancel-export.ts';
import { decide } from '#lib/server/usecases/decide.ts';
import { beginEvaluation, endWithNothing, failEvaluation, finishEvaluation, giveBackEvaluation } from '#lib/server/usecases/evaluate-checkpoint.ts';
import { listExports } from '#lib/server/usecases/list-exports.ts';
import { beginExport, exportAlive, failExport, finishExport, keepExportCommand } from '#lib/server/usecases/make-export.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { startExport } from '#lib/server/usecases/start-export.ts';
import { takeExport } from '#lib/server/usecases/take-export.ts';
import { evaluate } from '../../workers/handlers/evaluate.ts';
import { exportCheckpoint } from '../../workers/handlers/export.ts';
import { askedExport, madeExport, ON_CPU, takenExport } from '../support/exports.ts';
import { paperWorker, playOnPaper, queuedRun, storedCheckpoint } from '../support/loop.ts';
import { PASSWORD } from '../support/password.ts';
import { unzip } from '../support/unzip.ts';
import { workerContext } from '../support/worker-context.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let slug: string;
let workerId: string;
/** Trained and measured; its files play no part. */
let checkpointId: string;

const of = (exportId: string, checkpoint = checkpointId) => ({ checkpointId: checkpoint, exportId });
const listed = async (id = checkpointId) => valueOf(await listExports(world.app, world.admin, id));
const view = async (exportId: string) => (await listed()).exports.find(({ id }) => id === exportId);

/** A worker without a GPU, whose engine is not needed. */
const worker = () => workerContext(world, workerId);

beforeAll(async () => {
	world = await createWorld();
	({ slug } = await world.project({ rows: pairRows(80) }));
	workerId = await paperWorker(world);
	checkpointId = await playOnPaper(world, await queuedRun(world, slug), workerId);
});
afterAll(() => world?.close());

describe('asking for an export', () => {
	it('refuses what no machine could make, and what is there or under way', async () => {
		const base = (await world.query<{ id: string }>(`select id from checkpoints where kind = 'base'`))[0]?.id ?? '';
		expect(await startExport(world.app, world.admin, { checkpointId: base, plan: { format: 'merged' } })).toMatchObject({ problem: { code: 'invalid_input', errors: [{ field: 'format' }] } });
		expect((await listed(base)).forms.every(({ refused }) => refused !== null)).toBe(true);
		const id = await askedExport(world, checkpointId, { format: 'gguf' });
		expect(problemOf(await startExport(world.app, world.admin, { checkpointId, plan: { format: 'gguf', type: 'f16' } }))).toBe('conflict');
		expect(await view(id)).toMatchObject({ status: 'queued', changed: true, unfit: 'not_made', byName: 'admin', plan: { format: 'gguf', type: 'f16' } });
		// The job was sent with the row: nothing lies stranded.
		expect(await world.app.db.transaction((tx) => jobs.stranded(tx, 0))).toMatchObject({ export: [] });
		expect(problemOf(await takeExport(world.app, world.admin, of(id)))).toBe('conflict');
		valueOf(await cancelExport(world.app, world.admin, of(id)));
		expect(problemOf(await cancelExport(world.app, world.admin, of(id)))).toBe('already_decided');
	});

	it('says which forms a living worker can make', async () => {
		const able = async () => (await listed()).forms.filter((form) => form.able).map(({ format }) => format);
		// Nobody beats for the one on paper, and what came before may have taken longer than a silent worker is believed.
		await world.query(`update workers set heartbeat_at = now() where id = '${workerId}' returning 1`);
		expect(await able()).toEqual(['adapter', 'merged']);
		const gpu = await workers.insert(world.app.db, { hostname: 'gpu', pid: 2, hostKey: 'gpu', capabilities: { ...ON_CPU, gpus: [{ name: 'A', memoryBytes: 1 }] } });
		expect(await able()).toEqual(['adapter', 'merged', 'gptq', 'awq']);
		// One without a GPU leaves it to that one.
		const id = await askedExport(world, checkpointId, { format: 'awq' });
		expect(await beginExport(world.app, { exportId: id, workerId, capabilities: ON_CPU })).toBe(null);
		expect(await view(id)).toMatchObject({ status: 'queued' });
		await workers.stop(world.app.db, gpu);
		// Where there is none, one takes it to say what is missing, and keeps the command.
		const at = await takenExport(world, id, workerId);
		await keepExportCommand(world.app, at, { command: ['python', 'export.py'], calibrationRows: 60 });
		await failExport(world.app, at, { code: 'gpu_missing', message: 'It needs a GPU.' });
		expect(await view(id)).toMatchObject({ status: 'failed', problem: { code: 'gpu_missing' }, command: ['python', 'export.py'], calibrationRows: 60 });
		expect(valueOf(await exportAgain(world.app, world.admin, of(id)))).toEqual({ id, status: 'queued' });
		expect(await view(id)).toMatchObject({ status: 'queued', problem: null, command: null });
		valueOf(await cancelExport(world.app, world.admin, of(id)));
	});
});

describe('other weights than the checkpoint’s', () => {
	it('are measured beside it before they may be promoted, and the decision says in which form', async () => {
		const trained = await evaluations.newestOf(world.app.db, checkpointId);
		const exportId = await madeExport(world, { checkpointId, workerId, plan: { format: 'merged' } });
		const evaluation = (await evaluations.ofExports(world.app.db, [exportId])).get(exportId);
		expect(evaluation).toMatchObject({ status: 'queued', checkpointId, parentCheckpointId: checkpointId, split: 'test' });
		expect(await view(exportId)).toMatchObject({ status: 'succeeded', unfit: 'not_measured', evaluation: { status: 'queued' } });
		// Its measuring is stopped as its making is, and taken up again.
		expect(valueOf(await cancelExport(world.app, world.admin, of(exportId)))).toEqual({ id: exportId, status: 'succeeded' });
		expect(problemOf(await cancelExport(world.app, world.admin, of(exportId)))).toBe('already_decided');
		expect(await beginEvaluation(world.app, { evaluationId: evaluation?.id ?? '', workerId })).toBeNull();
		expect(await view(exportId)).toMatchObject({ status: 'succeeded', unfit: 'not_measured', evaluation: { status: 'failed', problem: { code: 'stopped' } } });
		expect(await world.query(`select details from audit_entries where action = 'evaluation.stop' and subject_id = '${evaluation?.id}'`)).toEqual([{ details: { checkpoint: checkpointId, export: exportId } }]);
		valueOf(await exportAgain(world.app, world.admin, of(exportId)));
		// The checkpoint's own figures stay its own.
		expect((await evaluations.newestOf(world.app.db, checkpointId))?.id).toBe(trained?.id);

		const reviewer = await world.person('risk', { slug, role: 'reviewer' });
		const promote = { checkpointId, decision: 'promote' as const, reason: 'Careful.', password: PASSWORD, exportId };
		expect(await decide(world.app, reviewer, promote)).toMatchObject({ problem: { code: 'conflict' } });
		expect(await decide(world.app, reviewer, { ...promote, decision: 'reject' })).toMatchObject({ problem: { code: 'invalid_input', errors: [{ field: 'exportId' }] } });
		// Nor does the record take it from anybody else.
		const round = (await world.query<{ round_id: string }>(`select round_id from runs limit 1`))[0]?.round_id ?? '';
		const behind = world.app.db.transaction((tx) => decisions.insert(tx, { checkpointId, roundId: round, decision: 'promote', text: { salt: 's', hash: 'h', reason: 'r' }, figures: {}, gateId: null, overridden: false, fourEyes: true, exportId, signatures: [{ userId: reviewer.userId, role: 'reviewer', signedAt: null }] }));
		await expect(behind).rejects.toMatchObject({ constraint_name: 'decision_terms_export_measured' });

		const failed = await beginEvaluation(world.app, { evaluationId: evaluation?.id ?? '', workerId });
		expect(failed?.checkpoint).toMatchObject({ id: checkpointId, kind: 'full', files: [{ path: 'model.safetensors' }] });
		expect(failed?.parent).toMatchObject({ id: checkpointId, kind: 'adapter' });
		if (failed) await failEvaluation(world.app, failed, { code: 'out_of_memory', message: 'Too small.' });
		expect(problemOf(await decide(world.app, reviewer, promote))).toBe('conflict');
		valueOf(await exportAgain(world.app, world.admin, of(exportId)));
		const at = await beginEvaluation(world.app, { evaluationId: evaluation?.id ?? '', workerId });
		const score = { baseChosen: -9, baseRejected: -9, parentChosen: -8, parentRejected: -10, checkpointChosen: -8.5, checkpointRejected: -10, tokensChosen: 10, tokensRejected: 10 };
		if (at) await finishEvaluation(world.app, at, at.pairs.map(({ comparisonId }) => ({ comparisonId, ...score })));
		// Chosen answers moved by half a nat over ten tokens, rejected ones not at all.
		expect((await view(exportId))?.evaluation).toMatchObject({ status: 'succeeded', figure: { value: 1 }, own: { value: 1 }, difference: { value: expect.closeTo(-0.5) }, moved: { value: expect.closeTo(0.025) } });

		valueOf(await decide(world.app, reviewer, promote));
		const [decision] = await decisions.of(world.app.db, checkpointId);
		expect(decision).toMatchObject({ exportId, figures: { form: { id: exportId, plan: { format: 'merged' }, results: { checkpoint: { accuracy: { value: 1 } } } } } });
		expect((await view(exportId))?.promoted).toBe(true);
	});

	it('are not promoted where nothing is held out that they could be measured on, and that is said', async () => {
		const exportId = await madeExport(world, { checkpointId, workerId, plan: { format: 'gguf', type: 'bf16' }, words: 'unmeasured' });
		const at = await beginEvaluation(world.app, { evaluationId: (await evaluations.ofExports(world.app.db, [exportId])).get(exportId)?.id ?? '', workerId });
		if (at) await endWithNothing(world.app, at, { code: 'no_held_out', message: 'Nothing is held out.' });
		const reviewer = await world.person('board', { slug, role: 'reviewer' });
		expect(await decide(world.app, reviewer, { checkpointId, decision: 'promote', reason: 'Careful.', password: PASSWORD, exportId })).toMatchObject({ problem: { code: 'conflict', detail: expect.stringContaining('Nothing is held out') } });
		expect(problemOf(await exportAgain(world.app, world.admin, of(exportId)))).toBe('conflict');
	});

	it('are measured where they run: rounded ones on a GPU, and where there is none somebody says so', async () => {
		const exportId = await madeExport(world, { checkpointId, workerId, plan: { format: 'gptq' }, words: 'rounded' });
		const evaluationId = (await evaluations.ofExports(world.app.db, [exportId])).get(exportId)?.id ?? '';
		const gpu = await workers.insert(world.app.db, { hostname: 'gpu', pid: 3, hostKey: 'gpu', capabilities: { ...ON_CPU, gpus: [{ name: 'A', memoryBytes: 1 }] } });
		const sent = async () => (await world.query<{ n: number }>(`select count(*)::int as n from pgboss.job where name = 'evaluate' and data::text like '%${evaluationId}%'`))[0]?.n ?? 0;
		const before = await sent();
		expect(await beginEvaluation(world.app, { evaluationId, workerId })).toBe(null);
		expect(await evaluations.get(world.app.db, evaluationId)).toMatchObject({ status: 'queued', attempt: 0 });
		expect(await sent()).toBe(before + 1);
		const taken = await beginEvaluation(world.app, { evaluationId, workerId: gpu });
		expect(taken).toMatchObject({ form: 'gptq', evaluation: { attempt: 1 } });
		if (taken) await giveBackEvaluation(world.app, taken);
		await workers.stop(world.app.db, gpu);
		await evaluate(worker(), { evaluationId });
		expect((await view(exportId))?.evaluation).toMatchObject({ status: 'failed', problem: { code: 'gpu_missing' } });
		expect((await view(exportId))?.unfit).toBe('not_measured');
	});

	it('stay in the store for as long as the export is of the record', async () => {
		const exportId = await madeExport(world, { checkpointId, workerId, plan: { format: 'gguf', type: 'q8_0' }, words: 'kept' });
		const sha256 = (await view(exportId))?.sha256 ?? '';
		expect(await retention.cited(world.app.db, [sha256, '0'.repeat(64)])).toEqual(new Set([sha256]));
	});
});

describe('an export whose worker is lost', () => {
	it('goes back in line, and what the lost attempt still says counts no more', async () => {
		const id = await askedExport(world, checkpointId, { format: 'gguf', type: 'f32' });
		const lost = await takenExport(world, id, workerId);
		await world.app.db.execute(sql`update checkpoint_exports set status = 'queued' where id = ${id}`);
		const next = await takenExport(world, id, workerId);
		expect(await exportAlive(world.app, lost)).toBe(false);
		expect(await finishExport(world.app, lost, { files: [], sha256: 'x', bytes: 0 })).toBe(false);
		await failExport(world.app, lost, { code: 'out_of_memory', message: 'Late.' });
		expect(await exportAlive(world.app, next)).toBe(true);
		valueOf(await cancelExport(world.app, world.admin, of(id)));
		expect(await exportAlive(world.app, next)).toBe(false);
		expect(await view(id)).toMatchObject({ status: 'cancelled', problem: null });
	});
});

describe('an adapter that a worker takes out', () => {
	const HOST = '/root/.cache/plumbline/models/tiny';

	it('names its base model and no folder of a host, and leaves a later attempt its files', async () => {
		const other = await world.project({ rows: pairRows(60) });
		const stored = await storedCheckpoint(world, other.slug, workerId, {
			'adapter_config.json': JSON.stringify({ base_model_name_or_path: HOST, peft_type: 'LORA', r: 16, revision: null }, null, 2),
			'README.md': `---\nbase_model: ${HOST}\nlibrary_name: peft\n---\n`,
			'args.json': JSON.stringify({ model: HOST }),
			'trainer_state.json': '{"global_step": 24}'
		});
		const exportId = await askedExport(world, stored.checkpointId, { format: 'adapter' });
		const attempt = (number: number) => join(world.dataDir, 'exports', exportId, String(number));
		for (const number of [0, 2]) {
			await mkdir(attempt(number), { recursive: true });
			await writeFile(join(attempt(number), 'model.safetensors'), 'weights');
		}
		await exportCheckpoint(worker(), { tools: { ggufConverter: undefined, awqPython: undefined }, capabilities: ON_CPU }, { exportId });
		expect(await readdir(join(world.dataDir, 'exports', exportId))).toEqual(['2']);
		expect((await listed(stored.checkpointId)).exports[0]).toMatchObject({ status: 'succeeded', changed: false, unfit: null });

		const { stream, name } = valueOf(await takeExport(world.app, world.admin, of(exportId, stored.checkpointId)));
		const files = await unzip(await buffer(stream));
		const folder = name.replace(/\.zip$/, '');
		expect([...files.keys()].filter((path) => path.startsWith(folder)).sort()).toEqual(['adapter_config.json', stored.path, 'trainer_state.json'].map((path) => `${folder}/${path}`));
		expect(files.get(`${folder}/${stored.path}`)).toBe(`weights of ${stored.runId}`);
		const base = (await world.query<{ name: string }>(`select name from checkpoints where kind = 'base' and project_id = (select project_id from checkpoints where id = '${stored.checkpointId}')`))[0]?.name;
		expect(JSON.parse(files.get(`${folder}/adapter_config.json`) ?? '')).toEqual({ base_model_name_or_path: base, peft_type: 'LORA', r: 16, revision: null });
		for (const words of files.values()) expect(words).not.toContain(HOST);
	});
});

describe('taking an export out', () => {
	it('gives its files with their report, and is in the audit', async () => {
		const other = await world.project({ rows: pairRows(60).map((row) => ({ ...(row as object), matter: 'Acme v. Birch' })) });
		const stored = await storedCheckpoint(world, other.slug, workerId);
		const exportId = await askedExport(world, stored.checkpointId, { format: 'adapter' });
		const at = await takenExport(world, exportId, workerId);
		await keepExportCommand(world.app, at, { command: ['/opt/engine/python', '/opt/engine/export.py'], calibrationRows: null });
		expect(at.made.changed).toBe(false);
		expect(await finishExport(world.app, at, { files: at.checkpoint.files ?? [], sha256: at.checkpoint.sha256 ?? '', bytes: at.checkpoint.bytes ?? 0 })).toBe(true);
		// The same bytes need not be measured again.
		expect((await listed(stored.checkpointId)).exports[0]).toMatchObject({ evaluation: null, unfit: null });
		const engineer = await world.person('engineer', { slug: other.slug, role: 'engineer' });
		const { stream, name } = valueOf(await takeExport(world.app, engineer, of(exportId, stored.checkpointId)));
		const files = await unzip(await buffer(stream));
		const folder = name.replace(/\.zip$/, '');
		expect([...files.keys()].sort()).toEqual(['export.json', 'report.en.html', 'report.zh.html', `${folder}/${stored.path}`].sort());
		expect(files.get(`${folder}/${stored.path}`)).toBe(`weights of ${stored.runId}`);
		for (const report of ['report.en.html', 'report.zh.html', 'export.json']) expect(files.get(report)).toContain(stored.sha256);
		// What goes out names no folder of a host.
		expect(files.get('export.json')).toContain('"command":["python","export.py"]');
		expect(files.get('report.en.html')).toContain('python export.py');
		expect(await world.query(`select actor_id, subject_id from audit_entries where action = 'export.take' and subject_id = '${exportId}'`)).toEqual([{ actor_id: engineer.userId, subject_id: exportId }]);
		expect(problemOf(await takeExport(world.app, engineer, of(exportId)))).toBe('not_found');
		// Weights remember what they learned from.
		valueOf(await raiseWall(world.app, world.admin, { slug: other.slug, userId: engineer.userId, matter: 'Acme v. Birch' }));
		expect(problemOf(await takeExport(world.app, engineer, of(exportId, stored.checkpointId)))).toBe('walled');
	});
});
