import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { wholePair } from '#lib/domain/training-row.ts';
import type { ConversationPairRow, PairRow } from '#lib/domain/training-row.ts';
import { readJsonl } from '#lib/server/records/jsonl.ts';

/** Rows of a file. `strict`: one that is longer than anything that is imported cannot be written anew. */
async function* rowsOf(path: string, strict: boolean): AsyncGenerator<Record<string, unknown>> {
	for await (const item of readJsonl(createReadStream(path))) {
		if ('value' in item) yield item.value as Record<string, unknown>;
		else if (strict) throw new Error(`a row ${item.error}`);
	}
}

/**
 * Pairs of one turn and pairs of several, which a snapshot may hold beside each other, as rows of one kind: those of one
 * turn written out. Gives the file to train on: the same one where all are of a kind, as nearly always.
 */
export async function alikeRows(rows: string, dir: string): Promise<string> {
	let [short, whole] = [false, false];
	for await (const row of rowsOf(rows, false)) {
		short ||= 'rejected_response' in row;
		whole ||= 'rejected_messages' in row;
		if (short && whole) break;
	}
	if (!short || !whole) return rows;
	const target = join(dir, 'train-whole-pairs.jsonl');
	async function* written(): AsyncGenerator<string> {
		for await (const row of rowsOf(rows, true)) yield `${JSON.stringify(wholePair(row as PairRow | ConversationPairRow))}\n`;
	}
	await pipeline(written, createWriteStream(target, { mode: 0o600 }));
	return target;
}
