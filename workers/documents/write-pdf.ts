import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pdfmake from 'pdfmake';
import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import subsetFont from 'subset-font';
import type { CardTable } from '#lib/domain/data-card/data-card.ts';
import type { Quote, ReportDocument, ReportSection } from '#lib/domain/report/document.ts';
import { familiesOf, runsOf, UNPRINTABLE } from './font-runs.ts';
import type { FontPart } from './font-runs.ts';

/** Weights of running text and of headings: the fonts are variable. */
const WEIGHTS = { normal: 420, bold: 650 };

// Whatever a text says, nothing is fetched and no file is opened for it.
pdfmake.setUrlAccessPolicy(() => false);
pdfmake.setLocalAccessPolicy(() => false);

/** The letters that a text needs of a font, cut out of it at both weights; the same letters give the same bytes. */
async function cut(part: FontPart, letters: string): Promise<{ normal: Buffer; bold: Buffer }> {
	const font = await readFile(fileURLToPath(import.meta.resolve(part.file)));
	const at = (wght: number) => subsetFont(font, letters, { targetFormat: 'sfnt', variationAxes: { wght } });
	return { normal: await at(WEIGHTS.normal), bold: await at(WEIGHTS.bold) };
}

/** A hash or address that may be longer than its line. */
const UNBROKEN = /[!-~]{30,}/u;

/** Where the library finds fonts that lie in memory; its types do not tell of it. */
const fontFiles = (pdfmake as unknown as { virtualfs: { writeFileSync: (name: string, bytes: Buffer) => void } }).virtualfs;

type Styled = { style?: string; bold?: boolean };

/** A text as pieces of one font each. Letters that no font has are shown as a box. */
function rich(text: string, styled: Styled = {}): Content {
	return { ...styled, ...(UNBROKEN.test(text) ? { wordBreak: 'break-all' } : {}), text: runsOf(text).map(({ part, text: piece }) => (part ? { text: piece, font: part.name } : { text: UNPRINTABLE, font: runsOf(UNPRINTABLE)[0]?.part?.name ?? '' })) };
}

/** Characters of a cell that surely fits on a page: what is higher than a page and may not be broken would be cut off. */
const FITS_ON_A_PAGE = 800;

function table({ columns, rows, numbers }: CardTable): Content {
	const cell = (text: string, place: number, head: boolean): Content => ({ ...(rich(text, head ? { style: 'head' } : {}) as object), alignment: numbers && place > 0 ? 'right' : 'left' }) as Content;
	const widths = columns.map((_, place) => (place === 0 || !numbers ? '*' : 'auto'));
	return { style: 'table', layout: 'lightHorizontalLines', table: { headerRows: 1, dontBreakRows: rows.every((row) => row.every((text) => text.length <= FITS_ON_A_PAGE)), widths, body: [columns.map((text, place) => cell(text, place, true)), ...rows.map((row) => columns.map((_, place) => cell(row[place] ?? '', place, false)))] } };
}

const quote = ({ label, text }: Quote): Content => ({ style: 'quote', stack: [rich(label, { style: 'head' }), rich(text)] });

function section({ title, text, tables, list, quotes }: ReportSection): Content[] {
	return [{ ...(rich(title, { style: 'h2' }) as object), headlineLevel: 1 } as Content, ...text.map((line) => rich(line, { style: 'line' })), ...(list.length > 0 ? [{ ul: list.map((line) => rich(line)), style: 'line' } as Content] : []), ...tables.map(table), ...quotes.flatMap((together) => together.map(quote))];
}

function definition({ locale, title, lead, sections, foot }: ReportDocument): TDocumentDefinitions {
	return {
		// The clock is not asked: the same document gives the same file.
		info: { title, creationDate: new Date(0) },
		language: locale === 'zh' ? 'zh-Hans' : 'en',
		pageSize: 'A4',
		pageMargins: [56, 56, 56, 64],
		// A heading does not stand alone at the foot of a page.
		pageBreakBefore: (node, following) => node.headlineLevel === 1 && following.getFollowingNodesOnPage().length === 0,
		defaultStyle: { fontSize: 9.5, lineHeight: 1.35, font: runsOf('a')[0]?.part?.name ?? '' },
		styles: { h1: { fontSize: 18, bold: true }, h2: { fontSize: 12, bold: true, margin: [0, 14, 0, 4] }, head: { fontSize: 8.5, bold: true, color: '#5e584e' }, line: { margin: [0, 0, 0, 4] }, muted: { color: '#5e584e' }, table: { margin: [0, 4, 0, 8] }, quote: { margin: [10, 2, 0, 6] } },
		footer: (page, pages) => ({ ...(rich(`${page} / ${pages}`, { style: 'muted' }) as object), alignment: 'center', margin: [0, 20, 0, 0] }) as Content,
		content: [rich(title, { style: 'h1' }), rich(lead, { style: 'muted' }), ...sections.flatMap(section), { ...(rich(foot, { style: 'muted' }) as object), margin: [0, 16, 0, 0] } as Content]
	};
}

/** Every text of a document, and what the frame around it needs. */
function words(document: ReportDocument): string {
	return JSON.stringify(document) + UNPRINTABLE + '0123456789/• ';
}

let busy: Promise<unknown> = Promise.resolve();

/** A report as a PDF with its fonts in it, for Latin, Greek, Cyrillic and Chinese script. */
export function writePdf(document: ReportDocument): Promise<Buffer> {
	// The library keeps its fonts in one place: one report after the other.
	const written = busy.then(async () => {
		const fonts: Record<string, { normal: string; bold: string }> = {};
		for (const [part, letters] of familiesOf(words(document))) {
			const { normal, bold } = await cut(part, letters);
			fonts[part.name] = { normal: `${part.name}.ttf`, bold: `${part.name}-bold.ttf` };
			fontFiles.writeFileSync(`${part.name}.ttf`, normal);
			fontFiles.writeFileSync(`${part.name}-bold.ttf`, bold);
		}
		pdfmake.setFonts(fonts);
		return (await pdfmake.createPdf(definition(document)).getBuffer()) as Buffer;
	});
	busy = written.catch(() => undefined);
	return written;
}
