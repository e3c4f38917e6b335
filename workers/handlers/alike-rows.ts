import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { alikeColumns } from '#lib/domain/alike-rows.ts';
import { countKeys } from '#lib/server/records/key-counts.ts';
import { alikeLines, frozenRows } from '#lib/server/records/snapshot-file.ts';

/**
 * Rows that differ in what they have, such as pairs of one turn and of several, written so that the engine takes them
 * all. Gives the file to train on: the same one where all are alike, as nearly always.
 */
export async function alikeRows(rows: string, dir: string): Promise<string> {
	const columns = alikeColumns(await countKeys(createReadStream(rows)));
	if (!columns) return rows;
	const target = join(dir, 'train-alike.jsonl');
	await pipeline(alikeLines(() => frozenRows(createReadStream(rows)), columns), createWriteStream(target, { mode: 0o600 }));
	return target;
}
