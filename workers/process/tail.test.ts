import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTail } from './tail.ts';

let dir: string;
let file: string;
beforeEach(async () => {
	dir = await mkdtemp(join(tmpdir(), 'tail-'));
	file = join(dir, 'log');
});
afterEach(() => rm(dir, { recursive: true }));

it('waits for a file that is not there yet', async () => {
	const tail = openTail(file);
	expect(await tail.read()).toEqual([]);
	await writeFile(file, 'a\n');
	expect(await tail.read()).toEqual(['a']);
	expect(await tail.read()).toEqual([]);
});

it('keeps a torn line, even within a character', async () => {
	const tail = openTail(file);
	const bytes = Buffer.from('eins\nzwölf\n');
	await writeFile(file, bytes.subarray(0, 8));
	expect(await tail.read()).toEqual(['eins']);
	await appendFile(file, bytes.subarray(8));
	expect(await tail.read()).toEqual(['zwölf']);
	expect(tail.offset()).toBe(bytes.length);
});

it('goes on at an offset', async () => {
	await writeFile(file, 'a\nb\nc');
	const first = openTail(file);
	expect(await first.read()).toEqual(['a', 'b']);
	await appendFile(file, 'c\n');
	expect(await openTail(file, first.offset()).read()).toEqual(['cc']);
});

it('starts again when the file was truncated', async () => {
	const tail = openTail(file);
	await writeFile(file, 'a long first line\nb');
	await tail.read();
	await writeFile(file, 'new\n');
	expect(await tail.read()).toEqual(['new']);
});

it('gives a last line without its end only when asked for the rest', async () => {
	await writeFile(file, 'a\nb');
	const tail = openTail(file);
	expect(await tail.read()).toEqual(['a']);
	expect(await tail.rest()).toEqual(['b']);
	expect(await tail.rest()).toEqual([]);
});

it('keeps empty lines', async () => {
	await writeFile(file, '\na\n\n');
	expect(await openTail(file).read()).toEqual(['', 'a', '']);
});
