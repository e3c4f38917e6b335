import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { tableCells } from '#lib/domain/snapshot-export/table.ts';
import { trlRow } from '#lib/domain/snapshot-export/trl.ts';
import type { TrainingRow } from '#lib/domain/training-row.ts';
import { engineEnv, OFFLINE_ENV } from '../../workers/engine/swift/engine-env.ts';
import { run } from '../../workers/process/run.ts';
import { writeExports } from '../loaders/exports.ts';
import { writeLateColumns } from '../loaders/late-columns.ts';
import type { ExportedSet, Exports } from '../loaders/exports.ts';

type Loaded = Record<'ms-swift' | 'hf' | 'jsonl' | 'parquet' | 'csv', Record<string, unknown>[]>;

let exports: Exports;
let loaded: Record<ExportedSet, Loaded>;
beforeAll(async () => {
	exports = await writeExports();
	const { environment, dir } = inject('engine');
	const result = await run([environment.python, 'test/loaders/swift_and_datasets.py', exports.dir], { env: engineEnv(join(dir, 'loaders'), OFFLINE_ENV), timeoutMs: 180_000 });
	if (result.code !== 0) throw new Error(result.stderr.slice(-4000));
	loaded = JSON.parse(result.stdout.trimEnd().split('\n').at(-1) ?? '') as typeof loaded;
});
afterAll(() => exports?.remove());

it.each(['dpo', 'kto', 'turns'] as const)('%s: ms-swift takes every row under --strict true, to the letter', (objective) => {
	const rows = exports.rows[objective];
	expect(rows.length).toBeGreaterThan(20);
	if (objective === 'turns') expect(rows.some((row) => 'rejected_messages' in row && row.messages.length > row.rejected_messages.length)).toBe(true);
	// Of its own it adds where a row came from.
	expect(loaded[objective]['ms-swift'].map(({ dataset: _, ...row }) => row)).toEqual(rows);
});

it.each(['dpo', 'kto', 'turns'] as const)('%s: `datasets` loads the folder, JSON Lines, Parquet and CSV, to the letter', (objective) => {
	const rows: TrainingRow[] = exports.rows[objective];
	expect(loaded[objective].hf).toEqual(rows.map((row) => trlRow(row)));
	expect(loaded[objective].jsonl).toEqual(rows.map((row) => trlRow(row)));
	const cells = (table: Record<string, unknown>[]) => table.map((row) => Object.values(row));
	expect(cells(loaded[objective].parquet)).toEqual(rows.map((row) => tableCells(row)));
	expect(cells(loaded[objective].csv)).toEqual(rows.map((row) => tableCells(row)));
});

it('what first comes after ten megabytes, or has several turns, is taken as it goes out; written row by row it would be refused', async () => {
	const { environment, dir } = inject('engine');
	const { paths, rows } = await writeLateColumns(join(dir, 'late'));
	const result = await run([environment.python, 'test/loaders/late_columns.py', ...paths], { env: engineEnv(join(dir, 'late-cache'), OFFLINE_ENV), timeoutMs: 180_000 });
	if (result.code !== 0) throw new Error(result.stderr.slice(-4000));
	const found = JSON.parse(result.stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, Record<'ms-swift' | 'datasets', number | string>>;
	for (const [name, count] of Object.entries(rows)) {
		if (name !== 'table') expect(found[name], name).toEqual({ 'ms-swift': count, datasets: count });
		else expect(found[name]?.['datasets']).toBe(count);
		expect(typeof found[`plain-${name}`]?.[name === 'turns' ? 'ms-swift' : 'datasets'], name).toBe('string');
	}
});
