import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alikeColumns, alikeLine } from '#lib/domain/alike-rows.ts';
import { REPEAT_PYTHON } from '#lib/domain/repeat-python.ts';
import type { TrainingRow } from '#lib/domain/training-row.ts';
import { pathIn } from '#lib/server/artifacts/folder.ts';
import { countKeys } from '#lib/server/records/key-counts.ts';
import { exportCheckpointFile } from '#lib/server/usecases/export-checkpoint-file.ts';
import { exportSnapshot } from '#lib/server/usecases/export-snapshot.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { readRepeat } from '#lib/server/usecases/read-repeat.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { importedSnapshot, paperWorker, queuedRun, storedCheckpoint } from '../support/loop.ts';
import { createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const run = promisify(execFile);
const origin = 'http://127.0.0.1:1';

let world: World;
let slug: string;
let made: Awaited<ReturnType<typeof storedCheckpoint>>;
beforeAll(async () => {
	world = await createWorld();
	const rows = Array.from({ length: 12 }, (_, n) => ({ prompt: `Question ${n}?`, chosen: `It depends ${n}.`, rejected: `You win ${n}.`, matter: 'Acme v. Birch' }));
	slug = (await world.project({ rows })).slug;
	made = await storedCheckpoint(world, slug, await paperWorker(world));
});
afterAll(() => world.close());

describe('a run repeated elsewhere', () => {
	it('merges a reward model that it went on from with its head', async () => {
		const snapshotId = await importedSnapshot(world, slug, 'rm');
		const worker = await paperWorker(world, 'rewards');
		const queued = async (more: { parentCheckpointId?: string } = {}, recipe: object = {}) => valueOf(await startRun(world.app, world.admin, { slug, snapshotId, recipe: { maxSteps: 10, saveSteps: 2, ...recipe }, ...more })).id;
		const first = await storedCheckpoint(world, slug, worker, {}, 'adapter', await queued());
		const second = await storedCheckpoint(world, slug, worker, {}, 'full', await queued({ parentCheckpointId: first.checkpointId }, { onParent: 'merge' }));
		const { script } = valueOf(await readRepeat(world.app, world.admin, { runId: second.runId, origin }));
		expect(script).toContain('--merge_lora true --task_type seq_cls --num_labels 1 --output_dir "$MERGED"');
		// One that writes text has no head to keep.
		const third = await storedCheckpoint(world, slug, worker, {}, 'full', await queued({ parentCheckpointId: made.checkpointId }));
		expect(valueOf(await readRepeat(world.app, world.admin, { runId: third.runId, origin })).script).toContain('--merge_lora true --output_dir "$MERGED"');
	});

	it('is one script that a shell reads, which stops at another engine', async () => {
		const { script, data } = valueOf(await readRepeat(world.app, world.admin, { runId: made.runId, origin }));
		const path = join(world.dataDir, 'repeat.sh');
		await writeFile(path, script);
		await run('bash', ['-n', path]);
		const env = { PATH: process.env['PATH'], BASE: world.dataDir, WORK: join(world.dataDir, 'work') } as unknown as NodeJS.ProcessEnv;
		await expect(run('bash', [path], { env })).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('ms-swift: trained with 4.6.0, here missing') });
		// What it fetches is what it checks.
		const file = valueOf(await exportSnapshot(world.app, world.admin, { id: data.snapshotId, split: 'train', format: 'ms-swift' }));
		expect(createHash('sha256').update(await buffer(file.stream)).digest('hex')).toBe(data.sha256);
		expect(script).toContain(data.sha256);
	});

	describe('compared and laid out by its program', () => {
		/** Runs the program on facts of its own. */
		const program = async (name: string, what: 'check' | 'compare', facts: object, log: object[], env: Record<string, string>) => {
			const dir = join(world.dataDir, name);
			await mkdir(dir);
			await writeFile(join(dir, 'repeat.py'), REPEAT_PYTHON);
			await writeFile(join(dir, 'facts.json'), JSON.stringify({ versions: {}, base: { name: 'base', sha256: null }, ...facts }));
			// As Python writes what is no number.
			await writeFile(join(dir, 'logging.jsonl'), log.map((line) => JSON.stringify(line).replace('null', 'NaN')).join('\n'));
			return run('python3', [join(dir, 'repeat.py'), what], { env: { PATH: process.env['PATH'], OUT: dir, PARENT: dir, ...env } as unknown as NodeJS.ProcessEnv });
		};

		it('a repeat that diverges is not taken for one that agrees', async () => {
			const metrics = [1, 2].map((step) => ({ step, values: { loss: 0.5 } }));
			const server = createServer((_, answer) => answer.setHeader('content-type', 'application/json').end(JSON.stringify({ metrics }))).listen(0, '127.0.0.1');
			await new Promise((listening) => server.once('listening', listening));
			const env = { SERVER: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, PLUMBLINE_TOKEN: 'of-the-test', TOLERANCE: '0.1', no_proxy: '127.0.0.1' };
			const log = (second: number | null) => [{ loss: 0.5, 'global_step/max_steps': '1/2' }, { loss: second, 'global_step/max_steps': '2/2' }];
			try {
				expect((await program('same', 'compare', { metrics: '/metrics' }, log(0.5), env)).stdout).toContain('of 2 of 2 steps lie at most 0 apart');
				await expect(program('diverged', 'compare', { metrics: '/metrics' }, log(null), env)).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('at most inf apart (step 2'), stderr: expect.stringContaining('more than TOLERANCE') });
			} finally {
				server.close();
			}
		});

		it('a parent is taken file by file, as it was stored or as it goes out, with nothing besides', async () => {
			const log = [{ loss: 0.5 }];
			const sha256 = createHash('sha256').update(JSON.stringify(log[0])).digest('hex');
			const checked = (name: string, hashes: string[]) => program(name, 'check', { parent: { path: '/files?path=', files: [{ path: 'logging.jsonl', sha256: hashes }] } }, log, {});
			await expect(checked('other', ['b', 'c'])).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(`is not the parent's that was trained on: it hashes to ${sha256}, not b or c`) });
			await expect(checked('besides', ['b', sha256])).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('it has facts.json, repeat.py besides') });
		});

		it('rows that differ in what they have are laid out as the training had them', async () => {
			const messages = [{ role: 'user', content: 'Q' }, { role: 'assistant', content: 'good' }];
			const rows = [{ messages, rejected_response: 'bad' }, { margin: 1, messages, rejected_messages: [messages[0], { role: 'assistant', content: 'and?' }, { role: 'user', content: 'So.' }, { role: 'assistant', content: 'bad' }] }];
			const data = join(world.dataDir, 'frozen.jsonl');
			const frozen = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
			await writeFile(data, frozen);
			const target = join(world.dataDir, 'laid-out.jsonl');
			await program('laid-out', 'check', { parent: null, rowPlan: null, data: { path: '/none', sha256: createHash('sha256').update(frozen).digest('hex') } }, [], { DATA: data, ROWS: target });
			const columns = alikeColumns(await countKeys(Readable.from([Buffer.from(frozen)])));
			const lines = (text: string) => text.trim().split('\n').map((line) => JSON.parse(line) as unknown);
			const laidOut = await readFile(target, 'utf8');
			expect(columns).not.toBeNull();
			expect(lines(laidOut)).toEqual(rows.flatMap((row) => (columns ? lines(alikeLine(row as TrainingRow, columns)) : [])));
			expect(laidOut.match(/"margin": [\d.]+/gu)).toEqual(['"margin": 0.0', '"margin": 1.0']);
		});

		it('a parent’s file that would lie outside its folder is refused', async () => {
			for (const [name, path] of [['up', 'a/../../x'], ['absolute', '/etc/hostname']] as const) {
				await expect(program(name, 'check', { parent: { path: '/files?path=', files: [{ path, sha256: ['c'] }] } }, [], {})).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(`a file outside its folder: ${path}`) });
			}
		});
	});

	it('cannot be had before the run has begun, nor by who may not see it', async () => {
		expect(problemOf(await readRepeat(world.app, world.admin, { runId: await queuedRun(world, slug), origin }))).toBe('conflict');
		const annotator = await world.person('annotator', { slug, role: 'annotator' });
		expect(problemOf(await readRepeat(world.app, annotator, { runId: made.runId, origin }))).toBe('forbidden');
	});
});

describe('a file of a checkpoint', () => {
	it('goes out as it is stored, and who took it stands in the audit', async () => {
		const engineer = await world.person('engineer', { slug, role: 'engineer' });
		const file = valueOf(await exportCheckpointFile(world.app, engineer, { id: made.checkpointId, path: made.path }));
		expect(createHash('sha256').update(await buffer(file.stream)).digest('hex')).toBe(made.sha256);
		expect(await world.query(`select actor_id, details->>'path' as path from audit_entries where action = 'checkpoint.export'`)).toEqual([{ actor_id: engineer.userId, path: made.path }]);
		expect(problemOf(await exportCheckpointFile(world.app, engineer, { id: made.checkpointId, path: '../secret.key' }))).toBe('not_found');
	});

	it('names no folder of the host that trained it', async () => {
		const host = '/root/.cache/plumbline/models/tiny';
		const config = { base_model_name_or_path: host, r: 16, revision: null };
		const stored = await storedCheckpoint(world, slug, await paperWorker(world), { 'adapter_config.json': JSON.stringify(config), 'args.json': JSON.stringify({ model: host, seed: 42 }), 'README.md': `base_model: ${host}\n` });
		const taken = async (path: string) => {
			const { stream, bytes, sha256 } = valueOf(await exportCheckpointFile(world.app, world.admin, { id: stored.checkpointId, path }));
			const words = await buffer(stream);
			expect([words.length, createHash('sha256').update(words).digest('hex')]).toEqual([bytes, sha256]);
			return words.toString();
		};
		expect(JSON.parse(await taken('adapter_config.json'))).toEqual({ ...config, base_model_name_or_path: expect.not.stringContaining('/root') });
		expect(JSON.parse(await taken('args.json'))).toEqual({ model: 'tiny', seed: 42 });
		expect(await taken('README.md')).toBe('base_model: tiny\n');
		// One that was changed on disk does not go out.
		const [file] = await world.query<{ sha256: string }>(`select f->>'sha256' as sha256 from checkpoints, jsonb_array_elements(files) f where id = '${stored.checkpointId}' and f->>'path' = 'args.json'`);
		await appendFile(pathIn(join(world.dataDir, 'artifacts'), file?.sha256 ?? ''), ' ');
		expect(problemOf(await exportCheckpointFile(world.app, world.admin, { id: stored.checkpointId, path: 'args.json' }))).toBe('gone');
	});

	it('is refused before a wall, and to who judges', async () => {
		const walled = await world.person('walled', { slug, role: 'engineer' });
		valueOf(await raiseWall(world.app, world.admin, { slug, userId: walled.userId, matter: 'Acme v. Birch' }));
		expect(problemOf(await exportCheckpointFile(world.app, walled, { id: made.checkpointId, path: made.path }))).toBe('walled');
		const reviewer = await world.person('reviewer', { slug, role: 'reviewer' });
		expect(problemOf(await exportCheckpointFile(world.app, reviewer, { id: made.checkpointId, path: made.path }))).toBe('forbidden');
	});
});
