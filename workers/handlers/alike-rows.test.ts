import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pairRow, renderMessages } from '#lib/domain/training-row.ts';
import { alikeRows } from './alike-rows.ts';

let dir: string;
beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), 'plumbline-alike-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const said = (...turns: [role: 'user' | 'assistant', content: string][]) => renderMessages(turns.map(([role, content]) => ({ role, content })), new Map());
const short = pairRow(said(['user', 'Q']), said(['assistant', 'good']), said(['assistant', 'bad']));
const whole = pairRow(said(['user', 'Q']), said(['assistant', 'one'], ['user', 'and?'], ['assistant', 'two']), said(['assistant', 'bad']));
const laid = async (name: string, rows: readonly object[]) => {
	const path = join(dir, `${name}.jsonl`);
	await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
	return path;
};

it('rows of one kind stay where they are', async () => {
	for (const rows of [[short, short], [whole], [{ messages: [], label: true }]]) {
		const path = await laid('one-kind', rows);
		expect(await alikeRows(path, dir)).toBe(path);
	}
});

it('pairs of one turn are written out beside pairs of several, with the images of their question on both sides', async () => {
	const pictured = { ...short, images: ['/i.png'], margin: 2 };
	const path = await alikeRows(await laid('mixed', [short, whole, pictured]), dir);
	const rows = (await readFile(path, 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
	expect(rows.every((row) => 'rejected_messages' in row && !('rejected_response' in row))).toBe(true);
	const without = { margin: 0 };
	expect(rows[0]).toEqual({ messages: short.messages, rejected_messages: [{ role: 'user', content: 'Q' }, { role: 'assistant', content: 'bad' }], ...without });
	expect(rows[1]).toEqual({ ...whole, ...without });
	expect(rows[2]).toEqual({ ...rows[0], images: ['/i.png'], rejected_images: ['/i.png'], margin: 2 });
});
