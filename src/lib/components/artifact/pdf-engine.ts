import { getDocument, GlobalWorkerOptions, TextLayer, VerbosityLevel } from 'pdfjs-dist';
import type { PDFDocumentProxy } from 'pdfjs-dist';
import workerAddress from 'pdfjs-dist/build/pdf.worker.min.mjs?url';
import './pdf.css';

export type { PDFDocumentProxy };

// The library's own tables and fonts, served from here: character maps for Chinese, Japanese and Korean, the fourteen standard fonts, decoders of scans.
const files: Record<string, string> = {
	...import.meta.glob<string>('/node_modules/pdfjs-dist/cmaps/*.bcmap', { query: '?url&no-inline', import: 'default', eager: true }),
	...import.meta.glob<string>('/node_modules/pdfjs-dist/standard_fonts/*.{pfb,ttf}', { query: '?url&no-inline', import: 'default', eager: true }),
	...import.meta.glob<string>('/node_modules/pdfjs-dist/wasm/*.wasm', { query: '?url&no-inline', import: 'default', eager: true })
};
const FOLDERS: Record<string, string> = { cMapUrl: 'cmaps', standardFontDataUrl: 'standard_fonts', wasmUrl: 'wasm' };

/** Hands those files to the library by name; what is not among them does not exist. */
class OwnFiles {
	async fetch({ kind, filename }: { kind: string; filename: string }): Promise<Uint8Array> {
		const address = files[`/node_modules/pdfjs-dist/${FOLDERS[kind] ?? ''}/${filename}`];
		const answer = address === undefined ? null : await fetch(address);
		if (!answer?.ok) throw new Error(`no ${kind} ${filename}`);
		return new Uint8Array(await answer.arrayBuffer());
	}
}

/** Most pixels of one image inside a PDF that are decoded. */
const MOST_IMAGE_PIXELS = 60_000_000;

/**
 * Opens a PDF in a worker of its own. Its scripts, forms and links are not run,
 * filled or followed; nothing is fetched but the library's own files.
 */
export async function openPdf(data: ArrayBuffer): Promise<{ pdf: PDFDocumentProxy; close: () => void }> {
	GlobalWorkerOptions.workerSrc = workerAddress;
	const loading = getDocument({
		// The library takes the bytes away: a copy, so that the panel can be opened again.
		data: new Uint8Array(data.slice(0)),
		BinaryDataFactory: OwnFiles,
		useWorkerFetch: false,
		enableXfa: false,
		maxImageSize: MOST_IMAGE_PIXELS,
		verbosity: VerbosityLevel.ERRORS
	});
	return { pdf: await loading.promise, close: () => void loading.destroy() };
}

/** Where a page is laid out, and how: as wide as the room, enlarged so many times. */
export type Sheet = { canvas: HTMLCanvasElement; text: HTMLElement; room: number; enlarged: number };

/** More pixels than this no browser holds well. */
const MOST_PIXELS = 16_000_000;

/**
 * Lays one page out: its picture, and its text over it. `sized` hears its sides
 * before it is drawn. Nothing is brought in after `ended`.
 */
export async function layPage(pdf: PDFDocumentProxy, number: number, { canvas, text, room, enlarged }: Sheet, sized: (sides: { width: number; height: number }) => void, ended: AbortSignal): Promise<void> {
	const page = await pdf.getPage(number);
	if (ended.aborted) return;
	const viewport = page.getViewport({ scale: (room / page.getViewport({ scale: 1 }).width) * enlarged });
	sized({ width: viewport.width, height: viewport.height });
	const sharp = Math.min(devicePixelRatio, Math.sqrt(MOST_PIXELS / (viewport.width * viewport.height)));
	// Drawn beside and then brought in at once: a page that is laid out again does not blink.
	const drawn = document.createElement('canvas');
	drawn.width = Math.max(1, Math.floor(viewport.width * sharp));
	drawn.height = Math.max(1, Math.floor(viewport.height * sharp));
	const task = page.render({ canvas: drawn, viewport, transform: [sharp, 0, 0, sharp, 0, 0] });
	ended.addEventListener('abort', () => task.cancel());
	await task.promise;
	if (ended.aborted) return;
	canvas.width = drawn.width;
	canvas.height = drawn.height;
	canvas.getContext('2d')?.drawImage(drawn, 0, 0);
	text.replaceChildren();
	text.style.setProperty('--total-scale-factor', String(viewport.scale));
	const layer = new TextLayer({ textContentSource: page.streamTextContent(), container: text, viewport });
	ended.addEventListener('abort', () => layer.cancel());
	await layer.render();
	if (!ended.aborted) text.dataset['page'] = String(number);
}
