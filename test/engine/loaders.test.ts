import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { tableCells } from '#lib/domain/snapshot-export/table.ts';
import { trlRow } from '#lib/domain/snapshot-export/trl.ts';
import type { TrainingRow } from '#lib/domain/training-row.ts';
import { engineEnv, OFFLINE_ENV } from '../../workers/engine/swift/engine-env.ts';
import { run } from '../../workers/process/run.ts';
import { writeExports } from '../loaders/exports.ts';
import type { Exports } from '../loaders/exports.ts';

type Loaded = Record<'ms-swift' | 'hf' | 'jsonl' | 'parquet' | 'csv', Record<string, unknown>[]>;

let exports: Exports;
let loaded: Record<'dpo' | 'kto', Loaded>;
beforeAll(async () => {
	exports = await writeExports();
	const { environment, dir } = inject('engine');
	const result = await run([environment.python, 'test/loaders/swift_and_datasets.py', exports.dir], { env: engineEnv(join(dir, 'loaders'), OFFLINE_ENV), timeoutMs: 180_000 });
	if (result.code !== 0) throw new Error(result.stderr.slice(-4000));
	loaded = JSON.parse(result.stdout.trimEnd().split('\n').at(-1) ?? '') as typeof loaded;
});
afterAll(() => exports?.remove());

it.each(['dpo', 'kto'] as const)('%s: ms-swift takes every row under --strict true, to the letter', (objective) => {
	const rows = exports.rows[objective];
	expect(rows.length).toBeGreaterThan(20);
	// Of its own it adds where a row came from.
	expect(loaded[objective]['ms-swift'].map(({ dataset: _, ...row }) => row)).toEqual(rows);
});

it.each(['dpo', 'kto'] as const)('%s: `datasets` loads the folder, JSON Lines, Parquet and CSV, to the letter', (objective) => {
	const rows: TrainingRow[] = exports.rows[objective];
	expect(loaded[objective].hf).toEqual(rows.map((row) => trlRow(row)));
	expect(loaded[objective].jsonl).toEqual(rows.map((row) => trlRow(row)));
	const cells = (table: Record<string, unknown>[]) => table.map((row) => Object.values(row));
	expect(cells(loaded[objective].parquet)).toEqual(rows.map((row) => tableCells(row)));
	expect(cells(loaded[objective].csv)).toEqual(rows.map((row) => tableCells(row)));
});
