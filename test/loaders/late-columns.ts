import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { alikeColumns } from '#lib/domain/alike-rows.ts';
import { csvLine } from '#lib/domain/csv.ts';
import { columnsOf, tableCells } from '#lib/domain/snapshot-export/table.ts';
import type { PairRow, TrainingRow } from '#lib/domain/training-row.ts';
import { countKeys } from '#lib/server/records/key-counts.ts';
import { alikeLines, csvLines } from '#lib/server/records/snapshot-file.ts';

/** More than the ten megabytes by which readers of tables decide which columns there are. */
const FIRST = 12;
const MEGABYTE = 1_000_000;
/** `datasets` reads CSV in pieces of ten thousand lines. */
const CSV_LINES = 10_000;

const pair = (n: number, more: Partial<PairRow>, chars = 0): PairRow => ({ messages: [{ role: 'user', content: `Question ${n}?` }, { role: 'assistant', content: `Good ${n}. ${'x'.repeat(chars)}` }], rejected_response: `Bad ${n}.`, ...more });
const late = (first: Partial<PairRow>, last: Partial<PairRow>): PairRow[] => [...Array.from({ length: FIRST }, (_, n) => pair(n, first, MEGABYTE)), ...[1, 2, 3].map((n) => pair(FIRST + n, last))];

const SETS: Record<string, TrainingRow[]> = {
	margin: late({}, { margin: 0.5 }),
	fraction: late({ margin: 1 }, { margin: 0.333333 }),
	images: late({}, { messages: [{ role: 'user', content: '<image>What?' }, { role: 'assistant', content: 'A lease.' }], images: ['/tmp/none.png'] }),
	turns: [pair(1, {}), { messages: [{ role: 'user', content: 'q' }, { role: 'assistant', content: 'a' }, { role: 'user', content: 'more' }, { role: 'assistant', content: 'b' }], rejected_messages: [{ role: 'user', content: 'q' }, { role: 'assistant', content: 'c' }] }]
};

/** How many rows each set has, and its files: `<set>.jsonl` as rows go out, `plain-<set>.jsonl` as they would be written one by one; of margins also CSV. */
export async function writeLateColumns(dir: string): Promise<{ paths: string[]; rows: Record<string, number> }> {
	await mkdir(dir, { recursive: true });
	const files = new Map<string, string>();
	for (const [name, rows] of Object.entries(SETS)) {
		const plain = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
		const columns = alikeColumns(await countKeys(Readable.from([Buffer.from(plain)])));
		files.set(`plain-${name}.jsonl`, plain);
		if (columns) files.set(`${name}.jsonl`, await text(alikeLines(() => Readable.from(rows), columns)));
	}
	const margins = Array.from({ length: CSV_LINES + 1 }, (_, n) => pair(n, { margin: n < CSV_LINES ? 1 : 0.333333 }));
	const of = { kind: 'pair', margins: true } as const;
	files.set('table.csv', await text(csvLines(Readable.from(margins), of)));
	files.set('plain-table.csv', [columnsOf(of), ...margins.map((row) => tableCells(row, of))].map((cells) => csvLine(cells)).join(''));
	for (const [name, content] of files) await writeFile(join(dir, name), content);
	return { paths: [...files.keys()].map((name) => join(dir, name)), rows: { ...Object.fromEntries(Object.entries(SETS).map(([name, rows]) => [name, rows.length])), table: margins.length } };
}
