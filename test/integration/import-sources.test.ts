import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as importReads from '#lib/server/db/import-reads.ts';
import * as members from '#lib/server/db/members.ts';
import { folderReader } from '#lib/server/import-sources/folder.ts';
import { browseSource, listOfferedSources } from '#lib/server/usecases/browse-source.ts';
import { takeOver } from '#lib/server/usecases/announce-worker.ts';
import { publishImport } from '#lib/server/usecases/publish-import.ts';
import { createImportSource, listImportSources, putImportSource, retireImportSource } from '#lib/server/usecases/put-import-source.ts';
import { readImport } from '#lib/server/usecases/read-import.ts';
import { importFromSource, readNextFromSource } from '#lib/server/usecases/read-from-source.ts';
import { readingOf, streamImport } from '#lib/server/usecases/stream-import.ts';
import { sweep } from '#lib/server/usecases/sweep.ts';
import { undoImport } from '#lib/server/usecases/undo-import.ts';
import { paperWorker } from '../support/loop.ts';
import { startWorker, until } from '../support/worker.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let root: string;
let outside: string;
let world: World;
let workerId: string;
let sourceId: string;
let slug: string;
const never = new AbortController().signal;
const lines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const browse = (path = '', more: { after?: string; limit?: number } = {}) => browseSource(world.app, world.admin, { slug, id: sourceId, path, after: more.after ?? null, limit: more.limit ?? 100 });
const ask = async (path: string, more: { dryRun?: boolean; skipBad?: boolean; mapping?: Record<string, string> } = {}) =>
	valueOf(await importFromSource(world.app, world.admin, { slug, id: sourceId, paths: [path], said: more.mapping ? { mapping: more.mapping } : {}, skipBad: more.skipBad ?? false, dryRun: more.dryRun ?? false }))[0]?.id ?? '';
const work = () => readNextFromSource(world.app, workerId, never);
const read = async (id: string) => valueOf(await readImport(world.app, world.admin, id));
/** Brings a file in and says how that ended. */
async function bringIn(path: string, more: Parameters<typeof ask>[1] = {}) {
	const id = await ask(path, more);
	expect(await work()).toBe(true);
	return read(id);
}

beforeAll(async () => {
	root = await mkdtemp(join(tmpdir(), 'plumbline-root-'));
	outside = await mkdtemp(join(tmpdir(), 'plumbline-outside-'));
	await mkdir(join(root, 'exports', '2024'), { recursive: true });
	await writeFile(join(root, 'exports', 'pairs.jsonl'), lines(pairRows(3)));
	await writeFile(join(root, 'exports', '2024', '合同.jsonl.gz'), gzipSync(lines(pairRows(4, 'packed'))));
	await writeFile(join(root, 'beside.jsonl'), lines(pairRows(1, 'beside')));
	await writeFile(join(outside, 'secret.jsonl'), lines(pairRows(1, 'secret')));
	world = await createWorld({ PLUMBLINE_IMPORT_ROOTS: `drive=${root}` });
	workerId = await paperWorker(world);
	({ slug } = await world.project());
	sourceId = valueOf(await createImportSource(world.app, world.admin, { name: 'Exports', projects: [slug], kind: 'folder', root: 'drive', prefix: 'exports' })).id;
});
afterAll(async () => {
	await world?.close();
	await rm(root, { recursive: true, force: true });
	await rm(outside, { recursive: true, force: true });
});

describe('a source', () => {
	it('is named by the administrator alone, within what the settings of the process name, and offered to the projects that were chosen', async () => {
		const { slug: other } = await world.project();
		const owner = await world.person('owner', { slug: other, role: 'owner' });
		const given = { name: 'More', projects: [other], kind: 'folder' as const, root: 'drive' };
		expect(problemOf(await createImportSource(world.app, owner, given))).toBe('forbidden');
		expect(await createImportSource(world.app, world.admin, { ...given, root: '/etc' })).toMatchObject({ ok: false, problem: { errors: [{ field: 'root', message: expect.stringContaining('one of drive') as string }] } });
		for (const prefix of ['../', 'exports/../..', 'nowhere']) expect(await createImportSource(world.app, world.admin, { ...given, prefix })).toMatchObject({ ok: false, problem: { errors: [{ field: 'prefix' }] } });
		expect(await createImportSource(world.app, world.admin, { ...given, projects: ['no-such'] })).toMatchObject({ ok: false, problem: { errors: [{ field: 'projects', message: expect.stringContaining('no-such') as string }] } });
		expect(await createImportSource(world.app, world.admin, { ...given, name: 'Exports' })).toMatchObject({ ok: false, problem: { errors: [{ field: 'name' }] } });

		const { id } = valueOf(await createImportSource(world.app, world.admin, given));
		expect(valueOf(await listOfferedSources(world.app, owner, other))).toEqual([{ id, name: 'More', kind: 'folder' }]);
		expect(problemOf(await browseSource(world.app, owner, { slug: other, id: sourceId, path: '', after: null, limit: 9 }))).toBe('not_found');
		expect(problemOf(await importFromSource(world.app, owner, { slug: other, id: sourceId, paths: ['pairs.jsonl'], said: {}, skipBad: false, dryRun: false }))).toBe('not_found');
		valueOf(await putImportSource(world.app, world.admin, { id, name: 'More', projects: 'all' }));
		expect(valueOf(await listOfferedSources(world.app, world.admin, slug)).map(({ name }) => name)).toEqual(['Exports', 'More']);
		valueOf(await retireImportSource(world.app, world.admin, id));
		expect(valueOf(await listOfferedSources(world.app, owner, other))).toEqual([]);
	});

	it('is looked through page by page, and shows nothing that lies outside', async () => {
		await symlink(join(outside, 'secret.jsonl'), join(root, 'exports', 'link-to-file.jsonl'));
		await symlink(outside, join(root, 'exports', 'link-to-folder'));
		await symlink(join(root, 'exports', '2024'), join(root, 'exports', 'last-year'));
		await writeFile(join(root, 'exports', '.hidden.jsonl'), '{}');
		const all = valueOf(await browse());
		expect(all).toMatchObject({ path: '', folders: [{ name: '2024', path: '2024' }, { name: 'last-year', path: 'last-year' }], files: [{ name: 'pairs.jsonl', path: 'pairs.jsonl', taken: null }], next: null });
		const first = valueOf(await browse('', { limit: 2 }));
		expect([first.folders.length, first.files.length, first.next]).toEqual([2, 0, 'last-year']);
		expect(valueOf(await browse('', { limit: 2, after: first.next ?? '' }))).toMatchObject({ folders: [], files: [{ name: 'pairs.jsonl' }], next: null });
		expect(valueOf(await browse('last-year')).files.map(({ path }) => path)).toEqual(['last-year/合同.jsonl.gz']);
		for (const path of ['..', '../beside.jsonl', '/etc', '2024/../..', 'a\0b']) expect([path, await browse(path)]).toMatchObject([path, { ok: false, problem: { errors: [{ field: 'path' }] } }]);
		for (const path of ['link-to-folder', 'nowhere', 'pairs.jsonl']) expect([path, problemOf(await browse(path))]).toEqual([path, 'not_found']);
		for (const path of ['link-to-file.jsonl', 'link-to-folder/secret.jsonl', '2024']) expect(await bringIn(path)).toMatchObject({ status: 'refused', accepted: 0, message: expect.stringContaining('outside of what is offered') as string });
	});
});

it('a folder that only a worker sees is added, looked through and read by that worker', async () => {
	const added = () => createImportSource(world.app, world.admin, { name: 'Elsewhere', projects: [slug], kind: 'folder', root: 'elsewhere', prefix: 'exports/2024' });
	expect(await added()).toMatchObject({ ok: false, problem: { errors: [{ field: 'root', message: expect.stringContaining('or a living worker') as string }] } });
	const worker = startWorker(world, { PLUMBLINE_PYTHON: '/nonexistent', PLUMBLINE_LOG_LEVEL: 'info', PLUMBLINE_IMPORT_ROOTS: `elsewhere=${root}` });
	let elsewhere = '';
	const look = (path = '') => browseSource(world.app, world.admin, { slug, id: elsewhere, path, after: null, limit: 100 });
	const want = () => importFromSource(world.app, world.admin, { slug, id: elsewhere, paths: ['合同.jsonl.gz'], said: {}, skipBad: false, dryRun: true });
	try {
		await until('it says what it sees', async () => valueOf(await listImportSources(world.app, world.admin)).roots.includes('elsewhere'), 30, worker.output);
		expect(await createImportSource(world.app, world.admin, { name: 'Nowhere', projects: [], kind: 'folder', root: 'elsewhere', prefix: 'nowhere' })).toMatchObject({ ok: false, problem: { errors: [{ field: 'prefix' }] } });
		elsewhere = valueOf(await added()).id;
		expect(valueOf(await look())).toMatchObject({ path: '', folders: [], files: [{ name: '合同.jsonl.gz', taken: null }], next: null });
		expect(problemOf(await look('nowhere'))).toBe('not_found');
		const id = valueOf(await want())[0]?.id ?? '';
		await until('it is read', async () => (await read(id)).status === 'scanned', 30, worker.output);
		expect(await read(id)).toMatchObject({ rows: 4, rejected: 0 });
	} finally {
		await worker.stop();
	}
	expect(await look()).toMatchObject({ ok: false, problem: { code: 'not_ready', detail: expect.stringContaining('No living worker sees the folder “elsewhere”') as string } });
	// A worker of an earlier version, which says nothing of folders, may see it.
	const waits = async () => {
		const id = valueOf(await want())[0]?.id ?? '';
		const { message } = await read(id);
		expect(valueOf(await undoImport(world.app, world.admin, id))).toEqual({ discarded: true });
		return message;
	};
	// Nobody beats for the one on paper, and what came before may have taken longer than a silent worker is believed.
	await world.query(`update workers set heartbeat_at = now() where id = '${workerId}' returning 1`);
	expect(await waits()).toBeNull();
	await world.query(`update workers set capabilities = capabilities || '{"importRoots": ["drive"]}' where id = '${workerId}' returning 1`);
	expect(await waits()).toContain('The file is read once one does');
	// Paths may name people: nothing of what was asked stays.
	expect(await world.query(`select 1 from source_looks`)).toEqual([]);
	valueOf(await retireImportSource(world.app, world.admin, elsewhere));
}, 180_000);

describe('a file of a source', () => {
	it('comes in as an upload would, with where it was read; the same again adds nothing, a newer version what is new in it', async () => {
		const text = lines(pairRows(3));
		const first = await bringIn('pairs.jsonl');
		expect(first).toMatchObject({ status: 'published', accepted: 3, fileName: 'pairs.jsonl', bytes: text.length, totalBytes: text.length, createdBy: world.admin.userId, origin: { source: 'Exports', sha256: createHash('sha256').update(text).digest('hex') } });
		expect(valueOf(await browse()).files[0]).toMatchObject({ version: first.origin?.version, taken: { importId: first.id, same: true } });
		expect(await bringIn('pairs.jsonl')).toMatchObject({ status: 'published', accepted: 0, duplicates: 3 });
		await appendFile(join(root, 'exports', 'pairs.jsonl'), `\n${lines(pairRows(1, 'newer'))}`);
		expect(valueOf(await browse()).files[0]).toMatchObject({ taken: { same: false } });
		expect(await bringIn('pairs.jsonl')).toMatchObject({ accepted: 1, duplicates: 3 });
		expect(await bringIn('2024/合同.jsonl.gz')).toMatchObject({ accepted: 4, found: { packed: 'gzip' } });
		expect(await world.query(`select count(*)::int as n from import_reads`)).toEqual([{ n: 0 }]);
	});

	it('is looked over first where that is asked, with its columns as they are said, and taken or let go', async () => {
		await writeFile(join(root, 'exports', 'table.csv'), 'Frage;Eins;Zwei;Besser\nWelche?;A;B;B\nWelche noch?;C;D;vielleicht\n');
		const dry = await bringIn('table.csv', { dryRun: true, mapping: { prompt: 'frage', answerA: 'eins', answerB: 'zwei', verdict: 'besser' } });
		expect(dry).toMatchObject({ status: 'scanned', accepted: 1, rejected: 1, errors: [{ line: 3 }], sample: [{ line: 2 }] });
		expect(valueOf(await publishImport(world.app, world.admin, { id: dry.id, skipBad: true }))).toMatchObject({ accepted: 1 });
		expect(await bringIn('table.csv', { mapping: { prompt: 'frage', answerA: 'eins', answerB: 'zwei', verdict: 'besser' } })).toMatchObject({ status: 'refused', message: expect.stringContaining('line 3') as string });
		const waiting = await ask('pairs.jsonl');
		expect(valueOf(await undoImport(world.app, world.admin, waiting))).toEqual({ discarded: true });
		expect(await work()).toBe(false);
	});

	it('that changes while it is read is not taken half in one version and half in another', async () => {
		const path = join(root, 'exports', 'moving.jsonl');
		await writeFile(path, lines(pairRows(20_000, 'moving')));
		const file = await folderReader(root, 'exports').open('moving.jsonl');
		const reading = file.read();
		await reading.next();
		await truncate(path, 2_000_000);
		await expect((async () => { while (!(await reading.next()).done); })()).rejects.toThrow('was changed while it was read');
	});

	it('waits while its folder is away, is tried again later and then no more, and nobody calls it abandoned meanwhile', async () => {
		const gone = join(root, 'mounted');
		await mkdir(gone);
		const { id: awayId } = valueOf(await createImportSource(world.app, world.admin, { name: 'Mounted', projects: 'all', kind: 'folder', root: 'drive' }));
		const id = valueOf(await importFromSource(world.app, world.admin, { slug, id: awayId, paths: ['beside.jsonl'], said: {}, skipBad: false, dryRun: false }))[0]?.id ?? '';
		const away = { ...world.app, config: { ...world.app.config, importRoots: new Map([['drive', join(root, 'not-mounted')]]) } };
		const other = { ...world.app, config: { ...world.app.config, importRoots: new Map([['elsewhere', root]]) } };
		const late = () => world.query(`update import_reads set again_at = now() returning 1`);
		expect(await readNextFromSource(other, workerId, never)).toBe(false);
		expect(await readNextFromSource(away, workerId, never)).toBe(true);
		expect(await read(id)).toMatchObject({ status: 'staging', message: expect.stringContaining('may not be mounted') as string });
		expect(await readNextFromSource(world.app, workerId, never)).toBe(false);
		await world.query(`update imports set heartbeat_at = now() - interval '2 days' where id = '${id}' returning 1`);
		await sweep(world.app);
		expect((await read(id)).status).toBe('staging');
		await late();
		expect(await work()).toBe(true);
		expect(await read(id)).toMatchObject({ status: 'published', accepted: 1, message: null });

		const hopeless = valueOf(await importFromSource(world.app, world.admin, { slug, id: awayId, paths: ['beside.jsonl'], said: {}, skipBad: false, dryRun: false }))[0]?.id ?? '';
		for (let tries = 0; tries < 6; tries += 1) {
			expect(await readNextFromSource(away, workerId, never)).toBe(true);
			if (tries < 5) await late();
		}
		expect(await read(hopeless)).toMatchObject({ status: 'failed', accepted: 0, message: expect.stringContaining('tried 6 times') as string });
		valueOf(await retireImportSource(world.app, world.admin, awayId));
	});

	it('whose worker is killed in mid-read is begun anew by the next one: no row twice, none lost', async () => {
		const rows = pairRows(1200, 'killed');
		await writeFile(join(root, 'exports', 'long.jsonl'), [lines(rows.slice(0, 700)), 'not a row', lines(rows.slice(700))].join('\n'));
		const id = await ask('long.jsonl', { skipBad: true });
		const environment = { PLUMBLINE_PYTHON: '/nonexistent', PLUMBLINE_LOG_LEVEL: 'info', PLUMBLINE_IMPORT_ROOTS: `drive=${root}` };
		const stands = Promise.withResolvers<void>();
		const freed = Promise.withResolvers<void>();
		// A bad row cannot be written down: the worker stands in the middle of the file, with a batch staged, for as long as this takes.
		await world.query(`create function test_stand() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(7); return new; end $$`);
		await world.query(`create trigger test_stand before insert on import_errors for each row execute function test_stand()`);
		const locked = world.app.db.transaction(async (tx) => {
			await tx.execute(sql`select pg_advisory_xact_lock(7)`);
			stands.resolve();
			await freed.promise;
		});
		await stands.promise;
		const first = startWorker(world, environment);
		try {
			await until('a batch', async () => (await world.query<{ n: number }>(`select count(*)::int as n from import_rows where import_id = '${id}'`))[0]?.n === 500, 30, first.output);
		} finally {
			await first.kill9();
			freed.resolve();
			await locked;
		}
		const second = startWorker(world, environment);
		try {
			await until('its end', async () => (await read(id)).status !== 'staging', 30, second.output);
		} finally {
			await second.stop();
		}
		expect(await read(id)).toMatchObject({ status: 'published', rows: 1201, accepted: 1200, duplicates: 0, rejected: 1, errors: [{ line: 701 }] });
	}, 180_000);

	it('is fenced off from a worker that was taken for dead and comes back', async () => {
		const id = await ask('pairs.jsonl');
		const take = () => world.app.db.transaction((tx) => importReads.take(tx, { workerId, roots: ['drive'], silentSeconds: 120 }));
		const isHeld = (attempt: number) => world.app.db.transaction((tx) => importReads.isHeld(tx, id, attempt));
		expect(await take()).toMatchObject({ importId: id, attempt: 1 });
		expect(await take()).toBeNull();
		await world.query(`update imports set heartbeat_at = now() - interval '3 minutes' where id = '${id}' returning 1`);
		expect(await take()).toMatchObject({ importId: id, attempt: 2 });
		expect([await isHeld(1), await isHeld(2)]).toEqual([false, true]);
		const reading = valueOf(await readingOf(world.app, world.app.db, await members.projectById(world.app.db, (await read(id)).projectId), { dryRun: false }));
		const late = streamImport(world.app, world.admin, { id, projectId: (await read(id)).projectId, said: {}, skipBad: false, dryRun: false, ...reading, source: (async function* () { yield Buffer.from(lines(pairRows(9, 'late'))); })(), holds: (tx) => importReads.isHeld(tx, id, 1) });
		expect(problemOf(await late.done)).toBe('import_refused');
		expect(await read(id)).toMatchObject({ status: 'staging', rows: 0 });
		await takeOver(world.app, [workerId]);
		expect(await work()).toBe(true);
		expect(await read(id)).toMatchObject({ status: 'published', accepted: 0, duplicates: 4 });
	});
});
