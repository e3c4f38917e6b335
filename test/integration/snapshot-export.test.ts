import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { sql } from 'drizzle-orm';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { JudgingFormSchema } from '#lib/domain/judging-form-schema.ts';
import type { ExportFormat } from '#lib/domain/snapshot-export/formats.ts';
import { EXPORT_FORMATS } from '#lib/domain/snapshot-export/formats.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { exportSnapshot } from '#lib/server/usecases/export-snapshot.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { putForm } from '#lib/server/usecases/put-form.ts';
import { readSnapshot } from '#lib/server/usecases/read-snapshot.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { judgeAll, questions, seededProject } from '../support/judged-project.ts';
import { unzip } from '../support/unzip.ts';
import { createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const HOSTILE = '=1+1 "q" ,\u2028\r\nend';
let world: World;
let slug: string;
const ids = new Map<string, { id: string; sha256: string; rows: number }>();

const take = (objective: string, format: ExportFormat, split: 'train' | 'dev' | 'test' = 'train') => exportSnapshot(world.app, world.admin, { id: ids.get(objective)?.id ?? '', split, format });
const bytesOf = async (objective: string, format: ExportFormat, split?: 'train' | 'dev' | 'test') => buffer(valueOf(await take(objective, format, split)).stream);
const lines = (content: string) => content.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>);

beforeAll(async () => {
	world = await createWorld();
	slug = (await seededProject(world, { overlap: 1, seed: 'export', systemPrompt: `Careful. ${HOSTILE}`, guideline: 'Prefer what is careful.' })).slug;
	valueOf(await world.importRows(slug, questions(20)));
	await judgeAll(world, slug, await world.person('judge', { slug, role: 'annotator' }), () => 'careful');
	for (const objective of ['dpo', 'kto', 'orpo', 'sft'] as const) {
		const frozen = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective }));
		ids.set(objective, { id: frozen.id, sha256: frozen.sha256, rows: frozen.rows.train });
	}
}, 240_000);
afterAll(async () => world?.close());

it.each(['dpo', 'kto', 'orpo', 'sft'])('%s: every format has every row, its name the manifest’s hash', async (objective) => {
	const { sha256, rows: count } = ids.get(objective) as { sha256: string; rows: number };
	expect(count).toBeGreaterThan(0);
	const frozen = lines((await bytesOf(objective, 'ms-swift')).toString());
	const trl = lines((await bytesOf(objective, 'trl')).toString());
	expect([frozen.length, trl.length]).toEqual([count, count]);
	const prompts = frozen.map((row) => (row['messages'] as unknown[]).slice(0, -1));
	expect(trl.map((row) => row['prompt'])).toEqual(prompts);
	expect(JSON.stringify(trl[0])).toContain('\u2028\\r\\nend');
	const table = parse(await bytesOf(objective, 'csv'), { columns: true }) as Record<string, string>[];
	expect(table.map((row) => JSON.parse(row['prompt'] ?? '') as unknown)).toEqual(prompts);
	const file = await bytesOf(objective, 'parquet');
	const parquet = await parquetReadObjects({ file: file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer });
	expect(parquet.map((row) => JSON.parse(String(row['prompt'])) as unknown)).toEqual(prompts);
	const factory = await unzip(await bytesOf(objective, 'llama-factory'));
	expect(lines(factory.get(`train-${sha256.slice(0, 12)}.jsonl`) ?? '')).toHaveLength(count);
	expect(factory.get('dataset_info.json')).toContain({ kto: 'kto_tag', sft: 'messages' }[objective] ?? 'ranking');
	const hf = await unzip(await bytesOf(objective, 'hf'));
	expect(lines(hf.get('data/train.jsonl') ?? '')).toEqual(trl);
	expect(hf.get('README.md')).toContain(sha256);
	for (const format of EXPORT_FORMATS) {
		const result = await take(objective, format);
		if (objective === 'kto' && (format === 'openai' || format === 'together')) {
			expect(problemOf(result)).toBe('unsupported_format');
			continue;
		}
		const { name, stream } = valueOf(result);
		expect(name).toContain(sha256.slice(0, 12));
		(stream as Readable).destroy();
	}
	if (objective !== 'kto' && objective !== 'sft') expect(lines((await bytesOf(objective, 'openai')).toString()).map((row) => row['input'])).toEqual(prompts.map((messages) => ({ messages })));
}, 60_000);

it('an annotator takes nothing out, and whoever does is in the audit', async () => {
	const annotator = await world.person('curious', { slug, role: 'annotator' });
	expect(problemOf(await exportSnapshot(world.app, annotator, { id: ids.get('dpo')?.id ?? '', split: 'train', format: 'trl' }))).toBe('forbidden');
	await bytesOf('dpo', 'hf');
	const entries = await rowsOf<{ details: { format: string; split: string } }>(world.app.db, sql`select details from audit_entries where action = 'snapshot.export' and details->>'format' = 'hf' order by id`);
	expect(entries.at(-1)?.details).toEqual({ format: 'hf', split: 'all' });
});

it('how clearly somebody preferred goes out as a margin where a trainer reads one, and comes back with the same pair', async () => {
	const { slug: rm } = await seededProject(world, { overlap: 1, seed: 'margins' });
	valueOf(await world.importRows(rm, questions(12).map((row) => ({ ...row, group: 'one' }))));
	const judge = await world.person('sure', { slug: rm, role: 'annotator' });
	// The first four are judged before anybody is asked how sure they are.
	for (let n = 0; ; n++) {
		if (n === 4) valueOf(await putForm(world.app, world.admin, { slug: rm, form: v.parse(JudgingFormSchema, { strength: true }) }));
		const task = valueOf(await claimTask(world.app, judge, { slug: rm }));
		if (!task) break;
		valueOf(await submitJudgment(world.app, judge, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'left', ...(n < 4 ? {} : { strength: n % 2 ? 'clearly' : 'slightly' }) }));
	}
	const { id } = valueOf(await freezeSnapshot(world.app, world.admin, { slug: rm, objective: 'rm', rule: { strength: 'margin' } }));
	const { rows } = valueOf(await readSnapshot(world.app, world.admin, id));
	const split = (['train', 'dev', 'test'] as const).find((one) => rows[one] > 0) ?? 'train';
	const bytes = async (format: ExportFormat) => buffer(valueOf(await exportSnapshot(world.app, world.admin, { id, split, format })).stream);
	const frozen = lines((await bytes('ms-swift')).toString());
	const margins = frozen.map((row) => row['margin'] ?? null);
	expect(margins.toSorted()).toEqual([...Array<number>(4).fill(0.333333), ...Array<number>(4).fill(1), ...Array<null>(4).fill(null)].toSorted());
	// TRL takes a margin of every row of a batch or of none.
	const trl = lines((await bytes('trl')).toString());
	expect(trl.map((row) => row['margin'])).toEqual(margins.map((margin) => margin ?? 0));
	expect(lines((await unzip(await bytes('hf'))).get(`data/${split === 'dev' ? 'validation' : split}.jsonl`) ?? '')).toEqual(trl);
	const file = await bytes('parquet');
	const parquet = await parquetReadObjects({ file: file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer });
	expect(parquet.map((row) => (row['margin'] as number | undefined) ?? null)).toEqual(margins);
	expect((parse(await bytes('csv'), { columns: true }) as Record<string, string>[]).map((row) => row['margin'])).toEqual(margins.map((margin) => (margin === null ? '' : String(margin))));
	for (const format of ['llama-factory', 'openai'] as const) expect((await bytes(format)).toString()).not.toContain('"margin"');
	const back = await seededProject(world, { overlap: 1, seed: 'back' });
	valueOf(await world.importRows(back.slug, trl.map((row) => ({ ...row, group: 'one' }))));
	const again = valueOf(await freezeSnapshot(world.app, world.admin, { slug: back.slug, objective: 'rm', rule: { includeImports: true, strength: 'margin' } }));
	const returned = lines((await buffer(valueOf(await exportSnapshot(world.app, world.admin, { id: again.id, split: (['train', 'dev', 'test'] as const).find((one) => again.rows[one] > 0) ?? 'train', format: 'trl' })).stream)).toString());
	expect(returned).toEqual(trl);
});
