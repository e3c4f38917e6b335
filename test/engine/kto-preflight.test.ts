import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { planKtoRows } from '../../workers/engine/swift/kto-preflight.ts';
import { pairs, singleRows, writeRows } from './rows.ts';

const { environment, dir } = inject('engine');
const options = { cacheDir: join(dir, 'cache') };

async function plan(name: string, same: number, count: number, seed = 42) {
	const rows = singleRows(pairs(count));
	for (const row of rows.slice(0, same)) Object.assign(row.messages[2] ?? {}, { content: 'I cannot answer that.' });
	const paths = { rows: await writeRows(join(dir, `${name}.jsonl`), rows), target: join(dir, `${name}-planned.jsonl`) };
	const outcome = await planKtoRows(environment, paths, { totalBatch: 4, seed }, options);
	return { rows, paths, outcome };
}

it('keeps seed and order where no answer meets itself', async () => {
	const { rows, paths, outcome } = await plan('kto-fine', 0, 40);
	expect(outcome).toEqual({ ok: true, value: { dataSeed: 42, dropped: [], order: null } });
	expect((await readFile(paths.target, 'utf8')).trim().split('\n').map((line) => JSON.parse(line))).toEqual(rows);
});

it('rearranges rows when no seed fits, and the result needs no further change', async () => {
	const { rows, paths, outcome } = await plan('kto-half', 96, 240);
	if (!outcome.ok) throw new Error(outcome.problem.message);
	expect(outcome.value.order).not.toBeNull();
	const target = join(dir, 'kto-half-again.jsonl');
	const again = await planKtoRows(environment, { rows: paths.target, target }, { totalBatch: 4, seed: outcome.value.dataSeed }, options);
	expect(again).toEqual({ ok: true, value: { dataSeed: outcome.value.dataSeed, dropped: [], order: null } });
	const sorted = (text: string) => text.trim().split('\n').sort();
	expect(sorted(await readFile(paths.target, 'utf8'))).toEqual(rows.map((row) => JSON.stringify(row)).sort());
});

it('says when it is impossible', async () => {
	const { outcome } = await plan('kto-never', 30, 40);
	expect(outcome).toMatchObject({ ok: false, problem: { code: 'kto_rows' } });
});
