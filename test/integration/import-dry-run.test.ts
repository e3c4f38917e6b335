import { gzipSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishImport } from '#lib/server/usecases/publish-import.ts';
import { readImport, readImportErrors } from '#lib/server/usecases/read-import.ts';
import { sweep } from '#lib/server/usecases/sweep.ts';
import { undoImport } from '#lib/server/usecases/undo-import.ts';
import { createWorld, importText, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world?.close());

const EVERYTHING = ['prompt_groups', 'prompts', 'comparisons', 'judgments'] as const;
const made = async (projectId: string) => Promise.all(EVERYTHING.map(async (table) => (await world.query<{ n: number }>(`select count(*)::int as n from ${table} where project_id = '${projectId}'`))[0]?.n));
const staged = async (id: string) => (await world.query<{ n: number }>(`select count(*)::int as n from import_rows where import_id = '${id}'`))[0]?.n;
const text = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const rows = [
	{ messages: [{ role: 'user', content: 'How long is the notice?' }], responses: ['Three months.', 'Two weeks.'], preferred: 1 },
	{ prompt: 'Is it valid?', completion: 'No.', label: false }
];

describe('a dry run', () => {
	it('shows how a file is understood and what would come of it, and makes nothing until its rows are taken', async () => {
		const { slug, id: projectId } = await world.project();
		await world.importRows(slug, [rows[0]]);
		const before = await made(projectId);
		const dry = valueOf(await importText(world.app, world.admin, slug, gzipSync(text([...rows, { prompt: 'Q', chosen: 'a' }])), { dryRun: true }));
		expect(dry).toMatchObject({ status: 'scanned', accepted: 1, duplicates: 1, rejected: 1, errors: [{ line: 3, field: 'rejected', message: 'missing' }] });
		expect(dry.found).toEqual({ packed: 'gzip', format: 'jsonl', encoding: 'utf-8', delimiter: null, attachments: false, shape: 'plumbline', accepted: false, labels: 0, mapping: null, columns: null, unread: [], ignored: {} });
		expect(dry.sample).toEqual([
			{ line: 1, prompt: [{ role: 'user', content: 'How long is the notice?' }], answers: [[{ role: 'assistant', content: 'Three months.' }], [{ role: 'assistant', content: 'Two weeks.' }]], preferred: 1, margin: null, label: null, judgments: [] },
			{ line: 2, prompt: [{ role: 'user', content: 'Is it valid?' }], answers: [[{ role: 'assistant', content: 'No.' }]], preferred: null, margin: null, label: 'bad', judgments: [] }
		]);
		expect(await made(projectId)).toEqual(before);
		expect(problemOf(await publishImport(world.app, world.admin, { id: dry.id, skipBad: false }))).toBe('conflict');
		expect(valueOf(await publishImport(world.app, world.admin, { id: dry.id, skipBad: true }))).toEqual({ id: dry.id, accepted: 1, duplicates: 1, rejected: 1 });
		expect(await made(projectId)).toEqual(before.map((n) => Number(n) + 1));
		expect(await staged(dry.id)).toBe(0);
		expect(problemOf(await publishImport(world.app, world.admin, { id: dry.id, skipBad: true }))).toBe('conflict');
		expect((await world.query<{ action: string }>(`select action from audit_entries where subject_id = '${dry.id}' order by id`)).map(({ action }) => action)).toEqual(['import.start', 'import.scan', 'import.publish']);
	});

	it('can be let go, goes by itself in a day, and is taken once by two who take it at once', async () => {
		const { slug, id: projectId } = await world.project();
		const scan = async () => valueOf(await importText(world.app, world.admin, slug, text(rows), { dryRun: true })).id;
		const [first, second, third] = [await scan(), await scan(), await scan()];
		expect(valueOf(await undoImport(world.app, world.admin, first))).toEqual({ discarded: true });
		expect(valueOf(await undoImport(world.app, world.admin, first))).toEqual({ discarded: true });
		expect(problemOf(await publishImport(world.app, world.admin, { id: first, skipBad: true }))).toBe('conflict');
		await world.app.db.execute(sql`update imports set heartbeat_at = now() - interval '25 hours' where id = ${second}`);
		await sweep(world.app);
		expect(valueOf(await readImport(world.app, world.admin, second))).toMatchObject({ status: 'discarded', accepted: 1 + 1 });
		expect(await world.query(`select actor_kind, actor_id, action, project_id from audit_entries where subject_id = '${second}' order by id desc limit 1`)).toEqual([{ actor_kind: 'system', actor_id: null, action: 'import.discard', project_id: projectId }]);
		const both = await Promise.all([1, 2].map(() => publishImport(world.app, world.admin, { id: third, skipBad: false })));
		expect(both.filter(({ ok }) => ok)).toHaveLength(1);
		expect(await made(projectId)).toEqual([2, 2, 2, 2]);
		expect(await Promise.all([first, second, third].map(staged))).toEqual([0, 0, 0]);
	});

	it('shows its rows to nobody but who sent the file, and is taken only by who may import', async () => {
		const { slug } = await world.project();
		const { id } = valueOf(await importText(world.app, world.admin, slug, text(rows), { dryRun: true }));
		const reviewer = await world.person('rev', { slug, role: 'reviewer' });
		const engineer = await world.person('eng', { slug, role: 'engineer' });
		const annotator = await world.person('ann', { slug, role: 'annotator' });
		for (const one of [reviewer, engineer]) expect(valueOf(await readImport(world.app, one, id)).sample).toEqual([]);
		expect(valueOf(await readImport(world.app, world.admin, id)).sample).toHaveLength(2);
		for (const one of [reviewer, annotator]) {
			expect(problemOf(await publishImport(world.app, one, { id, skipBad: true }))).toBe('forbidden');
			expect(problemOf(await undoImport(world.app, one, id))).toBe('forbidden');
		}
		expect(problemOf(await readImportErrors(world.app, annotator, id))).toBe('forbidden');
	});

	it('refuses what holds no rows, like any import', async () => {
		const { slug } = await world.project();
		expect(problemOf(await importText(world.app, world.admin, slug, '\n', { dryRun: true }))).toBe('import_refused');
	});
});

it('every row that cannot be taken is in the file of errors, however many they are', async () => {
	const { slug } = await world.project();
	const bad = Array.from({ length: 12_001 }, (_, index) => (index % 2 === 0 ? '{"prompt":"Q"' : '{"prompt":"Q","chosen":"a"}'));
	const { id, errors, rejected } = valueOf(await importText(world.app, world.admin, slug, `${bad.join('\n')}\n${text(pairRows(1))}`, { skipBad: true }));
	expect([rejected, errors.length]).toEqual([12_001, 1000]);
	let file = '';
	for await (const piece of valueOf(await readImportErrors(world.app, world.admin, id))) file += piece;
	const lines = file.trimEnd().split('\n').map((line) => JSON.parse(line) as { line: number; field: string | null });
	expect(lines.map(({ line }) => line)).toEqual(Array.from({ length: 12_001 }, (_, index) => index + 1));
	expect(lines[1]).toEqual({ line: 2, field: 'rejected', message: 'missing' });
});
