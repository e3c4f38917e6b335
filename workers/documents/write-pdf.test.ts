import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { reportDocument } from '#lib/domain/report/document.ts';
import { sampleFacts } from '#lib/domain/report/sample-facts.ts';
import { runsOf } from './font-runs.ts';
import { readPdf } from './read-pdf.ts';
import { writePdf } from './write-pdf.ts';

it('writes Chinese, Latin and Greek with the fonts in the file, the same to the byte, and a box for what no font has', async () => {
	const document = reportDocument(sampleFacts({ examples: [{ won: true, votes: ['candidate'], prompt: '租客可以提前解除合同吗？', candidate: 'It depends, α ≥ ½ – שלום', parent: 'Привет' }] }), 'zh');
	const [first, second] = [await writePdf(document), await writePdf(document)];
	expect(first.equals(second)).toBe(true);
	const dir = await mkdtemp(join(tmpdir(), 'plumbline-pdf-'));
	try {
		const path = join(dir, 'report.pdf');
		await writeFile(path, first);
		const found = await readPdf(path, { timeoutMs: 30_000, maxChars: 100_000, signal: new AbortController().signal });
		const said = (found?.text ?? '').replace(/\s+/gu, '');
		for (const words of ['决定与签署', '租客可以提前解除合同吗', '张三', 'Itdepends', 'α', 'Привет', '□□□□']) expect(said).toContain(words);
	} finally {
		await rm(dir, { recursive: true, force: true });
	}
}, 60_000);

it('cuts a text where the font changes', () => {
	expect(runsOf('Law 合同 α\nx').map(({ text }) => text).join('')).toBe('Law 合同 α\nx');
	expect(runsOf('合同')[0]?.part?.name).toMatch(/^noto-sans-sc-/u);
	expect(runsOf('a')[0]?.part?.name).toBe('inter-latin');
	expect(runsOf('ש')[0]?.part).toBeNull();
});
