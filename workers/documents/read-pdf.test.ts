import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pdf } from '../../test/support/artifact-files.ts';
import { readPdf } from './read-pdf.ts';

let dir = '';
beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), 'plumbline-pdf-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const limits = { timeoutMs: 20_000, maxChars: 1_000_000 };
async function read(bytes: Uint8Array, more: Partial<Parameters<typeof readPdf>[1]> = {}) {
	const path = join(dir, String(Math.random()));
	await writeFile(path, bytes);
	return readPdf(path, { ...limits, ...more });
}

describe('readPdf', () => {
	it('reads English and Chinese, also under a character map that is not in the file', async () => {
		const pages = [{ latin: 'Lease (signed)', han: '第一条：租金每月三百元。' }, { latin: 'Second page' }];
		expect(await read(pdf(pages))).toEqual({ text: 'Lease (signed)\n第一条：租金每月三百元。\n\nSecond page', pages: 2 });
	});
	it('runs nothing that the file asks for', async () => {
		expect((await read(pdf([{ latin: 'Quiet' }], { script: 'app.alert\\(1\\)' })))?.text).toBe('Quiet');
	});
	it('gives up on what is broken, not there, or takes too long', async () => {
		expect(await read(Buffer.from('%PDF-1.7\nnothing of the kind'))).toBe(null);
		expect(await readPdf(join(dir, 'missing'), limits)).toBe(null);
		expect(await read(pdf([{ latin: 'x' }]), { timeoutMs: 1 })).toBe(null);
		expect(await read(pdf([{ latin: 'x' }]), { signal: AbortSignal.abort() })).toBe(null);
	});
	it('stops where the text becomes too long', async () => {
		expect((await read(pdf([{ latin: 'abcdef' }, { latin: 'ghi' }]), { maxChars: 4 }))?.text).toBe('abcd');
	});
});
