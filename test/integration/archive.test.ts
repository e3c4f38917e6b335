import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fromBufferPromise } from 'yauzl';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MANIFEST_PATH, readManifest } from '#lib/domain/archive-manifest.ts';
import type { ArchiveManifest } from '#lib/domain/archive-manifest.ts';
import { OFF } from '#lib/domain/desensitisation/settings.ts';
import type { Settings } from '#lib/domain/desensitisation/settings.ts';
import { FIRST_SUITE } from '#lib/domain/suite/check.ts';
import { ARCHIVE_TABLES, LEFT_OUT } from '#lib/server/db/archive-tables.ts';
import { treeHash } from '#lib/server/artifacts/store.ts';
import type { StoredTree } from '#lib/server/artifacts/store.ts';
import * as checkpoints from '#lib/server/db/checkpoints.ts';
import * as evaluations from '#lib/server/db/evaluations.ts';
import * as runQueue from '#lib/server/db/run-queue.ts';
import { zipOf } from '#lib/server/records/snapshot-file.ts';
import { addComment } from '#lib/server/usecases/add-comment.ts';
import { enqueueStranded } from '#lib/server/usecases/enqueue-stranded.ts';
import { beginEvaluation, endWithNothing } from '#lib/server/usecases/evaluate-checkpoint.ts';
import { exportArchive } from '#lib/server/usecases/export-archive.ts';
import { exportSnapshot } from '#lib/server/usecases/export-snapshot.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { importArchive } from '#lib/server/usecases/import-archive.ts';
import { putGold } from '#lib/server/usecases/put-gold.ts';
import { putGuideline } from '#lib/server/usecases/put-guideline.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { putDesensitisation } from '#lib/server/usecases/put-desensitisation.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { readDesensitisation } from '#lib/server/usecases/read-desensitisation.ts';
import { addOwnWord } from '#lib/server/usecases/review-findings.ts';
import { readLoop } from '#lib/server/usecases/read-loop.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { uploadArtifact } from '#lib/server/usecases/upload-artifact.ts';
import { voidJudgment } from '#lib/server/usecases/void-judgment.ts';
import { judgeAll, questions, seededProject } from '../support/judged-project.ts';
import { askedExport } from '../support/exports.ts';
import { paperWorker, playOnPaper, storedAdapter } from '../support/loop.ts';
import { smallArchive } from '../support/small-archive.ts';
import { createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let there: World;
let folder: string;
let slug: string;
let projectId: string;
let snapshotId: string;
let archive: Buffer;
/** Numbers, and a word of the project's own. */
const HIDES: Settings = { ...OFF, actions: { phone: 'placeholder', word: 'placeholder' }, words: [{ text: 'Falcon', kind: 'word' }] };
const SECRET = /"(password_hash|token_hash|sealed)"/u;

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
	yield bytes;
}
const bring = (to: World, bytes: Uint8Array, wanted?: string) => importArchive(to.app, to.admin, { source: once(bytes), slug: wanted });
async function takeOut(people: 'pseudonym' | 'email' = 'pseudonym'): Promise<Buffer> {
	const path = join(folder, `${people}.zip`);
	await pipeline(valueOf(await exportArchive(world.app, world.admin, { slug, people, weights: false })).stream, createWriteStream(path));
	return readFile(path);
}
async function unzip(bytes: Buffer): Promise<Map<string, string>> {
	const files = new Map<string, string>();
	for await (const entry of (await fromBufferPromise(bytes)).eachEntry()) files.set(entry.fileName, await text(await (await fromBufferPromise(bytes)).openReadStreamPromise(entry)));
	return files;
}
/** The same archive with something changed, and the manifest made to fit if asked for. */
async function changed(change: (files: Map<string, string>) => void, fit: boolean): Promise<Buffer> {
	const files = await unzip(archive);
	change(files);
	if (fit) {
		const manifest = JSON.parse(files.get(MANIFEST_PATH) ?? '') as ArchiveManifest;
		for (const table of manifest.tables) {
			const content = files.get(table.path) ?? '';
			Object.assign(table, { bytes: Buffer.byteLength(content), sha256: createHash('sha256').update(content).digest('hex'), rows: content.split('\n').length - 1 });
		}
		files.set(MANIFEST_PATH, JSON.stringify(manifest));
	}
	const path = join(folder, `changed-${Math.random()}.zip`);
	await pipeline(zipOf([...files].map(([name, content]) => ({ path: name, content }))), createWriteStream(path));
	// The zip library packs no path that leads out of a folder: such a name is written over one of the same length.
	return Buffer.from((await readFile(path)).toString('latin1').replaceAll('tables/xx/evil', 'tables/../evil'), 'latin1');
}

beforeAll(async () => {
	[world, there] = await Promise.all([createWorld(), createWorld()]);
	folder = await mkdtemp(join(tmpdir(), 'plumbline-archive-'));
	({ slug, id: projectId } = await seededProject(world, { overlap: 2, seed: 'archive', systemPrompt: 'Careful.', guideline: 'Prefer what is careful.' }));
	const { app, admin } = world;
	const { sha256 } = valueOf(await uploadArtifact(app, admin, { slug, declaredType: 'text/plain', source: once(Buffer.from('A lease.')) }));
	valueOf(await world.importRows(slug, [...questions(39), { prompt: 'Question number 39?', documents: [sha256], matter: 'Acme', responses: ['A careful answer to 39.', 'A vague answer to 39.'] }, { prompt: 'New question?' }]));
	const golden = valueOf(await world.importRows(slug, [{ prompt: 'Question number 50?', chosen: 'A careful answer to 50.', rejected: 'A vague answer to 50.' }]));
	valueOf(await putGold(app, admin, { slug, importId: golden.id } as Parameters<typeof putGold>[2]));
	const [one, two] = [await world.person('one', { slug, role: 'annotator' }), await world.person('two', { slug, role: 'annotator' })];
	const judged = await judgeAll(world, slug, one, (n) => (n % 7 === 0 ? 'tie' : 'careful'));
	await judgeAll(world, slug, two, (n) => (n % 5 === 0 ? 'vague' : 'careful'));
	const [judgment] = await world.query<{ comparison_id: string }>(`select comparison_id from judgments where id = '${judged.get(3) ?? ''}'`);
	valueOf(await addComment(app, one, { comparisonId: judgment?.comparison_id ?? '', body: 'Clause 3 decides it.' } as Parameters<typeof addComment>[2]));
	valueOf(await voidJudgment(app, admin, { judgmentId: judged.get(4) ?? '', reason: 'mistake', note: 'Wrong key.' } as Parameters<typeof voidJudgment>[2]));
	valueOf(await raiseWall(app, admin, { slug, userId: two.userId, matter: 'Acme' }));
	valueOf(await putGuideline(app, admin, { slug, body: 'Second version.' }));
	valueOf(await putSuite(app, admin, { slug, suite: { ...FIRST_SUITE, checks: [{ name: 'JSON', kind: 'json_schema', schema: { type: 'object' } }] } }));
	snapshotId = valueOf(await freezeSnapshot(app, admin, { slug, objective: 'dpo' })).id;
	const workerId = await paperWorker(world);
	const checkpointId = await playOnPaper(world, valueOf(await startRun(app, admin, { slug, snapshotId, recipe: { maxSteps: 10, saveSteps: 5 } })).id, workerId, await storedAdapter(world, 'archived'));
	// Over, without a figure.
	const { id: parentCheckpointId } = await checkpoints.baseOf(app.db, projectId);
	const evaluationId = await app.db.transaction((tx) => evaluations.insert(tx, { projectId, checkpointId, parentCheckpointId, snapshotId, split: 'dev', seed: 'archive' }));
	const measuring = await beginEvaluation(app, { evaluationId, workerId });
	if (measuring) await endWithNothing(app, measuring, { code: 'no_held_out', message: 'Nothing is held out.' });
	for (const words of [[], HIDES.words]) valueOf(await putDesensitisation(app, admin, { slug, settings: { ...HIDES, words } }));
	(await exportSnapshot(app, admin, { id: snapshotId, split: 'train', format: 'trl' }).then(valueOf)).stream.destroy();
	// Under way when the archive is taken: an export and a run in line, and a lease.
	await askedExport(world, checkpointId, { format: 'merged' });
	valueOf(await startRun(app, admin, { slug, snapshotId, recipe: { maxSteps: 10, saveSteps: 5 } }));
	valueOf(await claimTask(app, one, { slug }));
	archive = await takeOut();
}, 240_000);
afterAll(async () => {
	await Promise.all([world?.close(), there?.close()]);
	await rm(folder, { recursive: true, force: true });
});

it('every table is in an archive, or left out for a reason', async () => {
	const tables = await world.query<{ name: string }>(`select tablename as name from pg_tables where schemaname = 'public'`);
	expect([...ARCHIVE_TABLES.map(({ name }) => name), ...Object.keys(LEFT_OUT)].sort()).toEqual(tables.map(({ name }) => name).sort());
});

describe('out and in', () => {
	it('holds every file that its manifest names, by its hash, and no secret or name of a person', async () => {
		const files = await unzip(archive);
		const manifest = readManifest(files.get(MANIFEST_PATH) ?? '');
		expect(manifest?.tables).toHaveLength(ARCHIVE_TABLES.length + 1);
		for (const { path, sha256, rows } of manifest?.tables ?? []) {
			const content = files.get(path) ?? '';
			expect(createHash('sha256').update(content).digest('hex'), path).toBe(sha256);
			expect(content.split('\n').length - 1, path).toBe(rows);
			expect(content, path).not.toMatch(SECRET);
			expect(content, path).not.toContain('@example.test');
		}
		expect(manifest?.artifacts.length).toBeGreaterThan(4);
		expect((await unzip(await takeOut('email'))).get('tables/00-people.ndjson')).toContain('@example.test');
	});

	it('makes the same project on an empty server: the same rule gives the same hash', async () => {
		const made = valueOf(await bring(there, archive));
		expect(made).toMatchObject({ id: projectId, slug, listsLeft: true });
		const count = `select (select count(*)::int from judgments) as judgments, (select count(*)::int from judgment_voids) as voids, (select count(*)::int from slots where judgment_id is not null) as filled, (select count(*)::int from comments) as comments, (select count(*)::int from gold_items) as gold, (select count(*)::int from walls) as walls, (select count(*)::int from guidelines) as guidelines, (select count(*)::int from checkpoints where project_id = '${projectId}') as checkpoints, (select array_agg(sha256 order by id) from snapshots) as snapshots`;
		expect(await there.query(count)).toEqual(await world.query(count));
		const again = (of: World) => freezeSnapshot(of.app, of.admin, { slug, objective: 'kto', rounds: [1] });
		const [here, over] = [valueOf(await again(world)), valueOf(await again(there))];
		expect(over.sha256).toBe(here.sha256);
		expect(await there.query(`select status from runs order by id`)).toEqual([{ status: 'succeeded' }, { status: 'cancelled' }]);
		expect(await there.query(`select status, problem->>'code' as code from checkpoint_exports`)).toEqual([{ status: 'failed', code: 'archived' }]);
		expect(await there.query(`select name, sha256, files from checkpoints order by id`)).toEqual(await world.query(`select name, sha256, files from checkpoints order by id`));
		expect(await there.query(`select count(*)::int as n from users where deactivated_at is null`)).toEqual([{ n: 1 }]);
		for (const { sha256 } of await there.query<{ sha256: string }>('select sha256 from snapshot_files union select sha256 from artifacts')) await there.app.artifacts.verify(sha256);
	});

	it('tells of what was measured as it was told here', async () => {
		const measured = `select split, status, problem->>'code' as code from evaluations order by split`;
		expect(await world.query(measured)).toEqual([{ split: 'dev', status: 'nothing_to_measure', code: 'no_held_out' }, { split: 'test', status: 'succeeded', code: null }]);
		expect(await there.query(measured)).toEqual(await world.query(measured));
	});

	it('hides there what it hid here as soon as its own lists are set anew, and not in silence', async () => {
		// What it found here counts for nothing there, also where an older version packed it.
		expect([...(await unzip(archive)).keys()].filter((name) => name.includes('scans') && !name.includes('near_duplicate'))).toEqual([]);
		expect(await there.query('select version, lists from desensitisation_settings order by version')).toEqual([{ version: 1, lists: null }, { version: 2, lists: null }]);
		expect(valueOf(await readDesensitisation(there.app, there.admin, { slug }))).toMatchObject({ version: 2, listsLeft: true, settings: { actions: HIDES.actions, words: [] } });
		const rows = [{ prompt: 'Call 13800138000 about Falcon?', chosen: 'Yes.', rejected: 'No.' }];
		expect(problemOf(await there.importRows(slug, rows))).toBe('not_ready');
		expect(problemOf(await exportSnapshot(there.app, there.admin, { id: snapshotId, split: 'train', format: 'trl' }))).toBe('not_ready');
		expect(problemOf(await addOwnWord(there.app, there.admin, { slug, word: { text: 'Falcon', kind: 'word' } }))).toBe('not_ready');
		expect(valueOf(await putDesensitisation(there.app, there.admin, { slug, settings: HIDES, basedOn: 2 }))).toEqual({ version: 3 });
		valueOf(await there.importRows(slug, rows));
		expect(await there.query(`select messages->1->>'content' as text from prompt_texts where messages::text like '%about%'`)).toEqual([{ text: 'Call [PHONE_1] about [WORD_1]?' }]);
		expect(valueOf(await readDesensitisation(there.app, there.admin, { slug }))).toMatchObject({ listsLeft: false });
	});

	it('goes on there: people judge, and places that were leased are free', async () => {
		const judge = await there.person('three', { slug, role: 'annotator' });
		const task = valueOf(await claimTask(there.app, judge, { slug }));
		expect(task).not.toBeNull();
		valueOf(await submitJudgment(there.app, judge, { taskId: task?.taskId ?? '', leaseToken: task?.leaseToken ?? '', verdict: 'left' }));
	});

	it('does not go over a project that is there, under whatever name', async () => {
		expect(problemOf(await bring(there, archive))).toBe('conflict');
		expect(problemOf(await bring(there, archive, 'another'))).toBe('conflict');
	});
});

describe('what is refused, and leaves nothing', () => {
	let empty: World;
	beforeAll(async () => {
		empty = await createWorld();
	});
	afterAll(() => empty?.close());
	const nothing = async () => {
		expect(await empty.query('select id from projects')).toEqual([]);
		expect(await empty.query('select id from users')).toHaveLength(1);
		expect(await readdir(join(empty.dataDir, 'incoming'))).toEqual([]);
	};
	/** Changes each row of a table. */
	const rows = (name: string, change: (row: Record<string, unknown>) => unknown) => (files: Map<string, string>) => {
		const all = (files.get(path(name)) ?? '').split('\n').slice(0, -1).map((line) => JSON.parse(line) as Record<string, unknown>);
		expect(all).not.toEqual([]);
		for (const row of all) change(row);
		return files.set(path(name), all.map((row) => `${JSON.stringify(row)}\n`).join(''));
	};
	/** A stored folder of these files, its hash and size as they are. */
	const ofFiles = (files: readonly object[]) => ({ files, sha256: treeHash(files as StoredTree['files']), bytes: (files as StoredTree['files']).reduce((sum, { bytes }) => sum + bytes, 0) });
	const path = (name: string) => `tables/${String(ARCHIVE_TABLES.findIndex((table) => table.name === name) + 1).padStart(2, '0')}-${name}.ndjson`;

	it.each([
		['a file that was changed', (files: Map<string, string>) => files.set(path('judgments'), (files.get(path('judgments')) ?? '').replace('"a"', '"b"')), false, /judgments\.ndjson/u],
		['a file that is missing', (files: Map<string, string>) => files.delete(path('prompts')), false, /prompts\.ndjson.*missing/u],
		['a path that leads out', (files: Map<string, string>) => files.set('tables/xx/evil', 'x'), false, /invalid relative path/u],
		['a file that nobody named', (files: Map<string, string>) => files.set('evil.sh', 'x'), false, /evil\.sh/u],
		['a row of somebody else’s project', (files: Map<string, string>) => files.set(path('guidelines'), (files.get(path('guidelines')) ?? '').replace(projectId, '00000000-0000-7000-8000-000000000000')), true, /rule of the record|not of its project/u],
		['a row that the record’s rules refuse', (files: Map<string, string>) => files.set(path('judgments'), (files.get(path('judgments')) ?? '').replaceAll('"purpose": "counting"', '"purpose": "gold"')), true, /rule of the record/u],
		['an unknown version', (files: Map<string, string>) => files.set(MANIFEST_PATH, (files.get(MANIFEST_PATH) ?? '').replace('"version": 1', '"version": 9')), false, /manifest\.json/u],
		['settings of what is hidden that are none', (files: Map<string, string>) => files.set(path('desensitisation_settings'), (files.get(path('desensitisation_settings')) ?? '').replace(/"actions": \{[^}]*\}/u, '"actions": null')), true, /Version 1 of what the archive’s project hides/u],
		['a checkpoint’s file that leads out of its folder', rows('checkpoints', (row) => row['files'] && Object.assign(row, ofFiles((row['files'] as { path: string }[]).map((file) => ({ ...file, path: `../../${file.path}` }))))), true, /“checkpoints” in the archive has a row whose “files”/u],
		['a checkpoint’s file that is another’s folder', rows('checkpoints', (row) => row['files'] && Object.assign(row, ofFiles([...(row['files'] as object[]), { path: 'adapter_config.json/x', bytes: 0, sha256: '0'.repeat(64) }]))), true, /“checkpoints” .* whose “files”/u],
		['a checkpoint’s file whose hash is a path', rows('checkpoints', (row) => row['files'] && Object.assign(row, ofFiles([{ path: 'x.json', bytes: 0, sha256: '../../secret.key' }]))), true, /“checkpoints” .* whose “files”/u],
		['a checkpoint of other files than its hash says', rows('checkpoints', (row) => row['files'] && Object.assign(row, { sha256: '0'.repeat(64) })), true, /“checkpoints” .* whose “sha256”/u],
		['a checkpoint’s name that leads out of a folder', rows('checkpoints', (row) => row['kind'] === 'adapter' && Object.assign(row, { name: '../../../evil' })), true, /“checkpoints” .* whose “name”/u],
		['a base model that lies nowhere', rows('checkpoints', (row) => row['kind'] === 'base' && Object.assign(row, { location: 'hf:owner/name@main' })), true, /“checkpoints” .* whose “location”/u],
		['an export’s file that leads out of its folder', rows('checkpoint_exports', (row) => Object.assign(row, { status: 'succeeded', problem: null, ...ofFiles([{ path: '/root/.ssh/authorized_keys', bytes: 0, sha256: '0'.repeat(64) }]) })), true, /“checkpoint_exports” .* whose “files”/u],
		['an export of a form that there is not', rows('checkpoint_exports', (row) => Object.assign(row, { plan: { format: 'gguf', type: 'f16 --outfile x' } })), true, /“checkpoint_exports” .* whose “plan”/u],
		['curves of a run that lead out of their folder', rows('run_attempts', (row) => Object.assign(row, { tensorboard: [{ path: '../x', bytes: 0, sha256: '0'.repeat(64) }] })), true, /“run_attempts” .* whose “tensorboard”/u],
		['a hash that is a path', rows('snapshot_files', (row) => row['name'] === 'train' && Object.assign(row, { sha256: '../../../secret.key' })), true, /“snapshot_files” .* whose “sha256”/u],
		['a snapshot that is not of its manifest’s hash', rows('snapshots', (row) => Object.assign(row, { sha256: '0'.repeat(64) })), true, /“snapshots” .* whose “sha256”/u],
		['a recipe that loads program code', rows('runs', (row) => Object.assign(row['recipe'] as object, { advanced: { external_plugins: 'parent/evil.pyc' } })), true, /a recipe that no run is started with: .*external_plugins/u],
		['a suite with a schema that is none', rows('suite_versions', (row) => Object.assign(row['definition'] as object, { checks: [{ name: 'x', kind: 'json_schema', schema: { type: 'lawyer' } }] })), true, /“suite_versions” .* whose “definition”/u],
		['a suite of another hash', rows('suite_versions', (row) => Object.assign(row, { content_hash: '0'.repeat(64) })), true, /“suite_versions” .* whose “content_hash”/u],
		['a recipe that is none', rows('runs', (row) => Object.assign(row['recipe'] as object, { batchSize: '1 --x' })), true, /a recipe that no run is started with: batchSize/u],
		['a row that is no JSON', (files: Map<string, string>) => files.set(path('rounds'), 'x\n'), true, /rule of the record/u]
	] as const)('%s', async (_what, change, fit, says) => {
		const outcome = await bring(empty, await changed((files) => void change(files), fit));
		expect(problemOf(outcome)).toBe('import_refused');
		expect(outcome.ok ? '' : outcome.problem.detail).toMatch(says);
		await nothing();
	});

	it.each(['queued', undefined])('nothing begins by itself there, though the archive says of all work that it is %s', async (status) => {
		const unfinished = (name: string) => rows(name, (row) => Object.assign(row, { status, finished_at: undefined, problem: null, ...(status === undefined ? {} : { finished_at: null }) }));
		const bytes = await changed((files) => {
			for (const name of ['runs', 'evaluations', 'generations', 'checkpoint_exports']) unfinished(name)(files);
			rows('run_attempts', (row) => Object.assign(row, { argv: ['sh', '-c', 'evil'], output_dir: '/etc', ended_at: null }))(files);
			rows('workers', (row) => Object.assign(row, { stopped_at: null, hostname: 'elsewhere' }))(files);
			if (status !== undefined) return;
			// Columns that the archive does not have take their defaults: work in line.
			const manifest = JSON.parse(files.get(MANIFEST_PATH) ?? '') as ArchiveManifest;
			for (const table of manifest.tables) table.columns = table.columns.filter((column) => !['status', 'finished_at'].includes(column) || !['runs', 'evaluations', 'generations', 'checkpoint_exports'].includes(table.name));
			files.set(MANIFEST_PATH, JSON.stringify(manifest));
		}, true);
		const other = await createWorld();
		try {
			valueOf(await bring(other, bytes));
			for (const table of ['runs', 'evaluations', 'generations', 'checkpoint_exports']) {
				const found = await other.query<{ status: string; ended: boolean }>(`select distinct status, finished_at is not null as ended from ${table}`);
				expect(found, table).toEqual([{ status: table === 'runs' ? 'cancelled' : 'failed', ended: true }]);
			}
			expect(await runQueue.queued(other.app.db)).toEqual([]);
			expect(await enqueueStranded(other.app)).toBe(0);
			expect(await other.query('select distinct argv, output_dir, ended_at is not null as ended from run_attempts')).toEqual([{ argv: null, output_dir: null, ended: true }]);
			expect(await other.query('select distinct hostname, stopped_at is not null as stopped from workers')).toEqual([{ hostname: 'archived', stopped: true }]);
		} finally {
			await other.close();
		}
	});

	it('an import that is still under way', async () => {
		const outcome = await bring(empty, await changed(rows('imports', (row) => Object.assign(row, { status: 'masking', masking: { dryRun: false, skipBad: false, done: 0, trouble: null } })), true));
		expect(problemOf(outcome)).toBe('import_refused');
		await nothing();
	});

	it('what is no archive, is cut off, or grows without end', async () => {
		const zeros = '0'.repeat(80_000_000);
		const bomb = await changed((files) => files.set(path('audit_entries'), zeros), true);
		for (const bytes of [Buffer.from('no zip'), archive.subarray(0, archive.length - 100), archive.subarray(0, 1000), bomb]) expect(problemOf(await bring(empty, bytes))).toBe('import_refused');
		await nothing();
	});

	it('not a table that older versions packed, nor lists of what is hidden: both are passed over', async () => {
		const bytes = await changed((files) => {
			const manifest = JSON.parse(files.get(MANIFEST_PATH) ?? '') as ArchiveManifest;
			// Written by hand: an archive holds none.
			files.set(path('desensitisation_settings'), (files.get(path('desensitisation_settings')) ?? '').replaceAll('"lists": null', '"lists": "v1.sealed.elsewhere"'));
			const content = '{"snapshot_id": "00000000-0000-7000-8000-000000000000"}\n';
			files.set('tables/99-snapshot_scans.ndjson', content);
			files.set(MANIFEST_PATH, JSON.stringify({ ...manifest, tables: [...manifest.tables, { name: 'snapshot_scans', path: 'tables/99-snapshot_scans.ndjson', rows: 1, bytes: 0, sha256: '', columns: ['snapshot_id'] }] }));
		}, true);
		const other = await createWorld();
		try {
			expect(valueOf(await bring(other, bytes))).toMatchObject({ id: projectId });
			expect(await other.query('select snapshot_id from snapshot_scans')).toEqual([]);
			expect(await other.query('select distinct lists from desensitisation_settings')).toEqual([{ lists: null }]);
			expect(valueOf(await readDesensitisation(other.app, other.admin, { slug }))).toMatchObject({ listsLeft: true, settings: { actions: HIDES.actions } });
		} finally {
			await other.close();
		}
	});

	it('a project without a round or a base model is none, and is not brought in half', async () => {
		for (const [lacks, says] of [['rounds', /every project has its first/u], ['checkpoints', /base model/u]] as const) {
			const outcome = await bring(empty, await smallArchive({ without: lacks }));
			expect([problemOf(outcome), outcome.ok ? '' : outcome.problem.detail]).toEqual(['import_refused', expect.stringMatching(says)]);
		}
		await nothing();
	});

	it('a slug that another project has, until it is given one that is free', async () => {
		const { slug: taken } = await empty.project();
		const bytes = await smallArchive({ slug: taken });
		expect(await bring(empty, bytes)).toMatchObject({ ok: false, problem: { code: 'conflict', errors: [{ field: 'slug' }], facts: { taken } } });
		const brought = valueOf(await bring(empty, bytes, 'brought-in'));
		expect(brought).toMatchObject({ slug: 'brought-in' });
		expect(await empty.query(`select slug from projects order by id = '${brought.id}'`)).toEqual([{ slug: taken }, { slug: 'brought-in' }]);
		expect(valueOf(await readLoop(empty.app, empty.admin, 'brought-in'))).toMatchObject({ round: { number: 1 }, next: { kind: 'import' } });
	});

	it('who may not', async () => {
		const owner = await world.person('own', { slug, role: 'owner' });
		expect(problemOf(await importArchive(world.app, owner, { source: once(archive) }))).toBe('forbidden');
		const engineer = await world.person('eng', { slug, role: 'engineer' });
		expect(problemOf(await exportArchive(world.app, engineer, { slug, people: 'email', weights: false }))).toBe('forbidden');
		valueOf(await raiseWall(world.app, world.admin, { slug, userId: owner.userId, matter: 'Acme' }));
		expect(problemOf(await exportArchive(world.app, owner, { slug, people: 'email', weights: false }))).toBe('walled');
	});
});
