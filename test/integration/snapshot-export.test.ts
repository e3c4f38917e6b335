import { createHash } from 'node:crypto';
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

it('pairs of one turn beside pairs of several go to ms-swift as rows of one kind, and as they were frozen where that is asked for', async () => {
	const { slug: mixed } = await seededProject(world, { overlap: 1, seed: 'mixed' });
	const several = [{ role: 'assistant', content: 'A careful answer.' }, { role: 'user', content: 'And then?' }, { role: 'assistant', content: 'Ask in writing.' }];
	const rows = [...questions(8), { prompt: 'Question number 8?', responses: [several, 'A vague answer to 8.'] }].map((row) => ({ ...row, group: 'one' }));
	valueOf(await world.importRows(mixed, rows));
	await judgeAll(world, mixed, await world.person('mixer', { slug: mixed, role: 'annotator' }), () => 'careful');
	const { id, rows: counts } = valueOf(await freezeSnapshot(world.app, world.admin, { slug: mixed, objective: 'dpo' }));
	const split = (['train', 'dev', 'test'] as const).find((one) => counts[one] > 0) ?? 'train';
	const exact = valueOf(await exportSnapshot(world.app, world.admin, { id, split, format: 'ms-swift', frozen: true }));
	const bytes = await buffer(exact.stream);
	expect([exact.etag, exact.bytes]).toEqual([createHash('sha256').update(bytes).digest('hex'), bytes.byteLength]);
	const frozen = lines(bytes.toString());
	expect(frozen.filter((row) => 'rejected_response' in row)).toHaveLength(8);
	const taken = valueOf(await exportSnapshot(world.app, world.admin, { id, split, format: 'ms-swift' }));
	expect([taken.etag, taken.bytes]).toEqual([undefined, undefined]);
	expect(lines((await buffer(taken.stream)).toString())).toEqual(
		frozen.map(({ rejected_response: rejected, ...row }) => (rejected === undefined ? row : { ...row, rejected_messages: [...(row['messages'] as object[]).slice(0, -1), { role: 'assistant', content: rejected }] }))
	);
	// Where all are alike, it is the frozen file that goes out.
	expect(valueOf(await take('dpo', 'ms-swift')).etag).toMatch(/^[0-9a-f]{64}$/u);
});

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
	const exact = valueOf(await exportSnapshot(world.app, world.admin, { id, split, format: 'ms-swift', frozen: true }));
	const frozen = lines((await buffer(exact.stream)).toString());
	const margins = frozen.map((row) => row['margin'] ?? null);
	expect(margins.toSorted()).toEqual([...Array<number>(4).fill(0.333333), ...Array<number>(4).fill(1), ...Array<null>(4).fill(null)].toSorted());
	// The engine reads a file as one table: a margin of every row, and a decimal, since a fraction may come after ten megabytes of whole numbers.
	const alike = (await bytes('ms-swift')).toString();
	expect(lines(alike)).toEqual(frozen.map((row) => ({ ...row, margin: row['margin'] ?? 0 })));
	// TRL takes a margin of every row of a batch or of none.
	const written = (await bytes('trl')).toString();
	const trl = lines(written);
	for (const text of [alike, written]) expect(text.match(/"margin":[\d.]+/gu)?.toSorted()).toEqual([...Array<string>(4).fill('"margin":0.0'), ...Array<string>(4).fill('"margin":0.333333'), ...Array<string>(4).fill('"margin":1.0')]);
	expect(trl.map((row) => row['margin'])).toEqual(margins.map((margin) => margin ?? 0));
	expect(lines((await unzip(await bytes('hf'))).get(`data/${split === 'dev' ? 'validation' : split}.jsonl`) ?? '')).toEqual(trl);
	const file = await bytes('parquet');
	const parquet = await parquetReadObjects({ file: file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer });
	expect(parquet.map((row) => (row['margin'] as number | undefined) ?? null)).toEqual(margins);
	expect((parse(await bytes('csv'), { columns: true }) as Record<string, string>[]).map((row) => row['margin'])).toEqual(margins.map((margin) => (margin === null ? '' : margin === 1 ? '1.0' : String(margin))));
	for (const format of ['llama-factory', 'openai'] as const) expect((await bytes(format)).toString()).not.toContain('"margin"');
	const back = await seededProject(world, { overlap: 1, seed: 'back' });
	valueOf(await world.importRows(back.slug, trl.map((row) => ({ ...row, group: 'one' }))));
	const again = valueOf(await freezeSnapshot(world.app, world.admin, { slug: back.slug, objective: 'rm', rule: { includeImports: true, strength: 'margin' } }));
	const returned = lines((await buffer(valueOf(await exportSnapshot(world.app, world.admin, { id: again.id, split: (['train', 'dev', 'test'] as const).find((one) => again.rows[one] > 0) ?? 'train', format: 'trl' })).stream)).toString());
	expect(returned).toEqual(trl);
});
