import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunProblem } from '#lib/domain/run-problem.ts';
import { FIRST_SUITE } from '#lib/domain/suite/check.ts';
import { pathIn } from '#lib/server/artifacts/folder.ts';
import * as checkpointExports from '#lib/server/db/checkpoint-exports.ts';
import * as evaluations from '#lib/server/db/evaluations.ts';
import * as generations from '#lib/server/db/generations.ts';
import * as runs from '#lib/server/db/runs.ts';
import * as suiteRuns from '#lib/server/db/suite-runs.ts';
import { takeOver } from '#lib/server/usecases/announce-worker.ts';
import { beginEvaluation } from '#lib/server/usecases/evaluate-checkpoint.ts';
import { createProject } from '#lib/server/usecases/create-project.ts';
import { exportArchive } from '#lib/server/usecases/export-archive.ts';
import { exportCheckpointFile } from '#lib/server/usecases/export-checkpoint-file.ts';
import { beginGeneration, giveBackGeneration, storeAnswer, unansweredBy } from '#lib/server/usecases/make-answers.ts';
import { planRun } from '#lib/server/usecases/plan-run.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { startSuiteRun } from '#lib/server/usecases/start-suite-run.ts';
import { sweep } from '#lib/server/usecases/sweep.ts';
import type { WorkerContext } from '../../workers/handlers/context.ts';
import { evaluate } from '../../workers/handlers/evaluate.ts';
import { exportCheckpoint } from '../../workers/handlers/export.ts';
import type { ExportTools } from '../../workers/handlers/export-files.ts';
import { generate } from '../../workers/handlers/generate.ts';
import { createInspecting } from '../../workers/handlers/inspect.ts';
import { train } from '../../workers/handlers/train.ts';
import { createLocalLauncher } from '../../workers/launchers/local.ts';
import { askedExport, ON_CPU } from '../support/exports.ts';
import { importedSnapshot, paperWorker, storedCheckpoint } from '../support/loop.ts';
import { until } from '../support/worker.ts';
import { foundModel } from '../support/walk-base-models.ts';
import { workerContext } from '../support/worker-context.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let home: string;
let world: World;
let workerId: string;
let slug: string;
let made: Awaited<ReturnType<typeof storedCheckpoint>>;

/** What a worker does once with the row that waits for it, and with what code that ended. */
const evaluated = async () => {
	const { id } = (await evaluations.newestOf(world.app.db, made.checkpointId)) ?? expect.fail('no evaluation');
	await evaluate(worker(), { evaluationId: id });
	return (await evaluations.get(world.app.db, id))?.problem?.code;
};
/** The base has answered already, so that it is the checkpoint's turn. */
const answered = async (generationId: string, context = worker(), checkpointId = made.checkpointId) => {
	const at = (await beginGeneration(world.app, { generationId, workerId })) ?? expect.fail('no generation');
	for (const source of at.sources.filter((one) => one.checkpointId !== checkpointId))
		for (const { promptId, sample } of await unansweredBy(world.app, at, source)) await storeAnswer(world.app, at, source, { promptId, sample, text: `An answer to ${promptId} ${sample}`, sampling: {}, seed: 1, reproducible: false }, null);
	await giveBackGeneration(world.app, at);
	await generate(context, { generationId });
	return (await generations.get(world.app.db, generationId))?.problem?.code;
};
const tools: ExportTools = { ggufConverter: undefined, awqPython: undefined };
const exported = async (format: 'adapter' | 'merged') => {
	const exportId = await askedExport(world, made.checkpointId, { format });
	await exportCheckpoint(worker(), { tools, capabilities: ON_CPU }, { exportId });
	return (await checkpointExports.get(world.app.db, exportId))?.problem?.code;
};
const runOn = async () => valueOf(await startRun(world.app, world.admin, { slug, snapshotId: made.snapshotId, parentCheckpointId: made.checkpointId, recipe: { maxSteps: 2, saveSteps: 2, onParent: 'merge' } })).id;

/** A worker whose programs are this script. */
const worker = (python = join(home, 'no-python'), shutdown = new AbortController().signal) =>
	workerContext(world, workerId, { environment: { dir: home, device: 'cpu', python, swiftCli: home, versions: {} }, launchers: new Map([['local', createLocalLauncher('h')]]), workDir: join(home, 'work'), shutdown });

beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'plumbline-changed-'));
	await mkdir(join(home, 'base'));
	await writeFile(join(home, 'base', 'config.json'), '{}');
	// Said, so that no engine is asked how to read it.
	await writeFile(join(home, 'base', 'plumbline.json'), JSON.stringify({ modelType: 'llama', template: 'chatml' }));
	world = await createWorld({ PLUMBLINE_BASE_MODEL: join(home, 'base') });
	workerId = await paperWorker(world);
	({ slug } = await world.project({ rows: [...pairRows(60), { messages: [{ role: 'user', content: 'A prompt for round 2?' }] }] }));
	made = await storedCheckpoint(world, slug, workerId);
});
afterAll(async () => {
	await world?.close();
	await rm(home, { recursive: true, force: true });
});

describe('programs of a run and of its measuring', () => {
	/** A program that says by which mark it is found again, and never ends. */
	async function hanging(): Promise<{ python: string; marks: () => Promise<string> }> {
		const python = join(home, 'hangs');
		const marks = join(home, 'marks');
		await writeFile(python, `#!/bin/sh\necho "$PLUMBLINE_ATTEMPT" >> '${marks}'\nexec sleep 600\n`);
		await chmod(python, 0o755);
		return { python, marks: () => readFile(marks, 'utf8').catch(() => '') };
	}

	it('are guarded, and go back in line with their worker instead of failing', async () => {
		const { python, marks } = await hanging();
		const runId = await runOn();
		const { id: evaluationId } = (await evaluations.newestOf(world.app.db, made.checkpointId)) ?? expect.fail('no evaluation');
		for (const [mark, work] of [
			[`h:${runId}.1`, (shutdown: AbortSignal) => train(worker(python, shutdown))],
			[`h:evaluation.${evaluationId}.1`, (shutdown: AbortSignal) => evaluate(worker(python, shutdown), { evaluationId })]
		] as const) {
			const goesDown = new AbortController();
			const ended = work(goesDown.signal);
			await until('the program', async () => (await marks()).includes(mark), 30, marks);
			goesDown.abort();
			await ended;
		}
		expect(await runs.get(world.app.db, runId)).toMatchObject({ status: 'queued', problem: null });
		expect(await world.query(`select problem->>'code' as code from run_attempts where run_id = '${runId}'`)).toEqual([{ code: 'worker_stopped' }]);
		expect(await evaluations.get(world.app.db, evaluationId)).toMatchObject({ status: 'queued', problem: null });
		await world.query(`update runs set status = 'cancelled' where id = '${runId}'`);
	}, 90_000);
});

const away = () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
/** A worker that does not reach its store. */
const cutOff = (): WorkerContext => {
	const context = worker();
	return { ...context, app: { ...context.app, artifacts: { ...context.app.artifacts, layOut: away, verify: away } } };
};

describe('an artifact store that is out of reach', () => {
	/** How the row stands, and after how many seconds a worker is told of it at the latest. */
	const waiting = async (table: string, id: string) => {
		const [row] = await world.query<{ status: string; problem: RunProblem; finished: boolean }>(`select status, problem, finished_at is not null as finished from ${table} where id = '${id}'`);
		const [job] = await world.query<{ seconds: number }>(`select max(round(extract(epoch from start_after - created_on)))::int as seconds from pgboss.job where state = 'created' and data::text like '%${id}%'`);
		return { ...row, seconds: job?.seconds };
	};

	it('puts what meets it back in line, later each time, until it is back; what its workers lost stays counted', async () => {
		const { checkpointId } = await storedCheckpoint(world, slug, workerId);
		const evaluationId = (await evaluations.newestOf(world.app.db, checkpointId))?.id ?? '';
		const generationId = (await generations.ofCheckpoint(world.app.db, checkpointId))[0]?.id ?? '';
		const exportId = await askedExport(world, checkpointId, { format: 'adapter' });
		const works = [
			['evaluation', 'evaluations', evaluationId, () => evaluate(cutOff(), { evaluationId })],
			['generation', 'generations', generationId, () => answered(generationId, cutOff(), checkpointId)],
			['export', 'checkpoint_exports', exportId, () => exportCheckpoint(cutOff(), { tools, capabilities: ON_CPU }, { exportId })]
		] as const;
		// A worker was lost over each of them before.
		for (const [, table, id] of works) await world.query(`update ${table} set problem = '{"code": "worker_lost", "message": "It is gone.", "times": 1}' where id = '${id}'`);
		for (const [waits, seconds] of [[1, 5], [2, 10]] as const) {
			for (const [kind, table, id, work] of works) {
				await world.query(`delete from pgboss.job where data::text like '%${id}%'`);
				await work();
				expect(await waiting(table, id), kind).toMatchObject({ status: 'queued', finished: false, problem: { code: 'out_of_reach', waits, times: 1 }, seconds });
				// A row whose job waits for its time is not stranded.
				expect((await sweep(world.app)).jobs, kind).toBe(0);
				expect((await world.query(`select 1 from audit_entries where action = '${kind}.put_off' and subject_id = '${id}'`)).length, kind).toBe(waits);
			}
		}
		// The store is back: the form is made, and nothing of the wait stays.
		await exportCheckpoint(worker(), { tools, capabilities: ON_CPU }, { exportId });
		expect(await checkpointExports.get(world.app.db, exportId)).toMatchObject({ status: 'succeeded', attempt: 3, problem: null });
		// An outage is none of the losses after which a row is given up.
		await beginEvaluation(world.app, { evaluationId, workerId });
		await takeOver(world.app, [workerId]);
		expect(await evaluations.get(world.app.db, evaluationId)).toMatchObject({ status: 'queued', problem: { code: 'worker_lost', times: 2 } });
	});
});

describe('data of a plan that are out of reach', () => {
	it('are asked for again after a while, later each time in a row, and not at every beat', async () => {
		const { snapshotId } = await storedCheckpoint(world, slug, workerId);
		await world.query(`update inspections set status = 'failed', finished_at = now()`);
		valueOf(await planRun(world.app, world.admin, { slug, snapshotId }));
		let seconds = 0;
		const beat = createInspecting(cutOff(), () => seconds * 1000);
		const looks: number[] = [];
		for (; seconds < 40; seconds++) {
			await beat();
			const [row] = await world.query<{ attempt: number; status: string }>(`select attempt, status from inspections where snapshot_id = '${snapshotId}'`);
			expect(row?.status).toBe('queued');
			if ((row?.attempt ?? 0) > looks.length) looks.push(seconds);
		}
		expect(looks).toEqual([0, 5, 15, 35]);
	});

	describe('because a hub is away or the host is busy', () => {
		const online = () => join(home, 'online');
		const room = () => join(home, 'room');
		let snapshotId: string;
		let projects = 0;
		beforeEach(async () => {
			vi.stubEnv('PLUMBLINE_CACHE_DIR', join(home, 'cache'));
			await world.query(`update inspections set status = 'failed', finished_at = now()`);
		});
		afterAll(() => vi.unstubAllEnvs());
		/** A worker whose hub is away until there is a file, and whose scripts are killed until there is another. */
		async function atTheHub(): Promise<{ beat: () => Promise<void>; row: () => Promise<{ status: string; problem: RunProblem | null; attempt: number } | undefined> }> {
			const python = join(home, 'fetches');
			await writeFile(
				python,
				`#!/bin/sh
case "$1" in
*/fetch_model.py)
	test -e '${online()}' || { echo 'requests.exceptions.ConnectionError: refused' >&2; exit 1; }
	cp -r '${join(home, 'base')}' "$5" && echo '{"missing": []}' ;;
*/token_lengths.py)
	test -e '${room()}' || kill -9 $$
	echo '{"rows": {"7": 3}, "tokens": 42, "longestAnswer": 3, "shortestQuestion": 4, "withImages": 0, "tokenizerSha256": "${'a'.repeat(64)}"}' ;;
esac
`
			);
			await chmod(python, 0o755);
			const hubs = `hub-${++projects}`;
			valueOf(await createProject(world.app, world.admin, { slug: hubs, name: hubs, overlap: 1, baseModelId: await foundModel(world) }));
			valueOf(await world.importRows(hubs, pairRows(20)));
			snapshotId = await importedSnapshot(world, hubs);
			valueOf(await planRun(world.app, world.admin, { slug: hubs, snapshotId }));
			let seconds = 0;
			const inspecting = createInspecting(worker(python), () => seconds * 1000);
			const beat = () => {
				seconds += 3600;
				return inspecting();
			};
			return { beat, row: async () => (await world.query<{ status: string; problem: RunProblem | null; attempt: number }>(`select status, problem, attempt from inspections where snapshot_id = '${snapshotId}'`))[0] };
		}

		it('the plan is made at the next beat that finds them, however long that takes', async () => {
			const { beat, row } = await atTheHub();
			for (let times = 0; times < 8; times++) await beat();
			expect(await row()).toMatchObject({ status: 'queued', problem: null, attempt: 8 });
			await writeFile(online(), '');
			await writeFile(room(), '');
			await beat();
			expect(await row()).toMatchObject({ status: 'succeeded', attempt: 9 });
		});

		it('one whose program is killed every time is given up', async () => {
			await writeFile(online(), '');
			await rm(room(), { force: true });
			const { beat, row } = await atTheHub();
			for (let times = 0; times < 5; times++) await beat();
			expect(await row()).toMatchObject({ status: 'queued', attempt: 5 });
			await beat();
			expect(await row()).toMatchObject({ status: 'failed', problem: { code: 'killed' }, attempt: 6 });
		});
	});
});

describe('a database that is out of reach together with the store', () => {
	it('is waited for, so that the outage is told as one and not as a lost worker', async () => {
		const { checkpointId } = await storedCheckpoint(world, slug, workerId);
		const evaluationId = (await evaluations.newestOf(world.app.db, checkpointId))?.id ?? '';
		let refusals = 0;
		const { app } = world;
		const db = Object.create(app.db, { transaction: { value: (work: Parameters<typeof app.db.transaction>[0]) => (refusals-- > 0 ? away() : app.db.transaction(work)) } }) as typeof app.db;
		const layOut = () => {
			refusals = 1;
			return away();
		};
		await evaluate({ ...worker(), app: { ...app, db, artifacts: { ...app.artifacts, layOut } } }, { evaluationId });
		expect(refusals).toBeLessThan(0);
		expect(await evaluations.get(app.db, evaluationId)).toMatchObject({ status: 'queued', attempt: 1, problem: { code: 'out_of_reach', waits: 1 } });
	});
});

describe('a form that a program makes', () => {
	it('names no folder of the host that made it', async () => {
		const [python, converter] = [join(home, 'converts'), join(home, 'convert_hf_to_gguf.py')];
		// As the library that rounds weights says by which rows it did.
		await writeFile(python, `#!/bin/sh\nprintf GGUF > "$4"\nprintf '{"bits": 4, "dataset": "%s/calibration.jsonl"}' "$2" > "$(dirname "$4")/quantize_config.json"\n`);
		await chmod(python, 0o755);
		await writeFile(converter, '');
		const whole = await storedCheckpoint(world, slug, workerId, {}, 'full');
		const exportId = await askedExport(world, whole.checkpointId, { format: 'gguf' });
		await exportCheckpoint(worker(python), { tools: { ggufConverter: converter, awqPython: undefined }, capabilities: ON_CPU }, { exportId });
		const made = await checkpointExports.get(world.app.db, exportId);
		expect(made).toMatchObject({ status: 'succeeded', problem: null });
		const config = made?.files?.find(({ path }) => path === 'quantize_config.json') ?? expect.fail('no such file');
		expect(JSON.parse(await text(world.app.artifacts.read(config.sha256)))).toEqual({ bits: 4, dataset: 'calibration.jsonl' });
	});
});

describe('a checkpoint whose files were changed on disk', () => {
	beforeAll(() => appendFile(pathIn(join(world.dataDir, 'artifacts'), made.sha256), 'and something else'));

	it('is neither measured nor asked, after its training or for a suite', async () => {
		expect(await evaluated()).toBe('artifact_damaged');
		const [generation] = await generations.ofCheckpoint(world.app.db, made.checkpointId);
		expect(await answered(generation?.id ?? '')).toBe('artifact_damaged');
		valueOf(await putSuite(world.app, world.admin, { slug, suite: FIRST_SUITE }));
		valueOf(await startSuiteRun(world.app, world.admin, { checkpointId: made.checkpointId }));
		const [run] = await suiteRuns.ofCheckpoint(world.app.db, made.checkpointId);
		expect(await answered(run?.generationId ?? '')).toBe('artifact_damaged');
	});

	it('is not trained on', async () => {
		const runId = await runOn();
		await train(worker());
		expect(await runs.get(world.app.db, runId)).toMatchObject({ status: 'failed', problem: { code: 'artifact_damaged' } });
	});

	it('does not go out: in no form, as no file, in no archive', async () => {
		expect([await exported('adapter'), await exported('merged')]).toEqual(['artifact_damaged', 'artifact_damaged']);
		const { stream } = valueOf(await exportCheckpointFile(world.app, world.admin, { id: made.checkpointId, path: made.path }));
		await expect(buffer(stream)).rejects.toThrow('was changed in the store');
		expect(problemOf(await exportArchive(world.app, world.admin, { slug, people: 'pseudonym', weights: true }))).toBe('gone');
	});
});

describe('a base model whose files were changed', () => {
	it('is refused: every checkpoint on it would be another', async () => {
		await appendFile(join(home, 'base', 'config.json'), '\n');
		await world.query(`update evaluations set status = 'queued', problem = null where checkpoint_id = '${made.checkpointId}'`);
		expect(await evaluated()).toBe('model_missing');
	});
});

describe('a checkpoint for which nothing was held out', () => {
	it('is not told as one whose evaluation failed', async () => {
		const { slug: other, id } = await world.project();
		await world.query(`update projects set split_shares = '{"train": 1, "dev": 0, "test": 0}' where id = '${id}'`);
		valueOf(await world.importRows(other, pairRows(20)));
		const { checkpointId } = await storedCheckpoint(world, other, workerId);
		const { id: evaluationId } = (await evaluations.newestOf(world.app.db, checkpointId)) ?? expect.fail('no evaluation');
		await evaluate(worker(), { evaluationId });
		expect(await evaluations.get(world.app.db, evaluationId)).toMatchObject({ status: 'nothing_to_measure', problem: { code: 'no_held_out' }, results: null });
		expect(await world.query(`select action from audit_entries where subject_id = '${evaluationId}'`)).toEqual([{ action: 'evaluation.nothing' }]);
	});
});
