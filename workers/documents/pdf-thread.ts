import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { getDocument, VerbosityLevel } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { PdfText } from './read-pdf.ts';

/** Pages of a document that are read. */
const MOST_PAGES = 5000;

/**
 * A thread of its own, because a hostile PDF may take all memory or never end:
 * then the thread is ended, and nothing else. It reads text and runs nothing.
 */
async function read({ path, maxChars }: { path: string; maxChars: number }): Promise<PdfText> {
	const library = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));
	const loading = getDocument({
		data: new Uint8Array(await readFile(path)),
		cMapUrl: `${join(library, 'cmaps')}/`,
		standardFontDataUrl: `${join(library, 'standard_fonts')}/`,
		useSystemFonts: false,
		enableXfa: false,
		verbosity: VerbosityLevel.ERRORS
	});
	const pdf = await loading.promise;
	const pages: string[] = [];
	let chars = 0;
	for (let number = 1; number <= Math.min(pdf.numPages, MOST_PAGES) && chars < maxChars; number++) {
		const page = await pdf.getPage(number);
		const { items } = await page.getTextContent();
		const text = items.map((item) => ('str' in item ? `${item.str}${item.hasEOL ? '\n' : ''}` : '')).join('');
		chars += text.length;
		pages.push(text.trim());
		page.cleanup();
	}
	const text = pages.filter((page) => page !== '').join('\n\n').slice(0, maxChars).replaceAll('\0', '').toWellFormed();
	return { text, pages: pdf.numPages };
}

parentPort?.postMessage(await read(workerData as { path: string; maxChars: number }));
