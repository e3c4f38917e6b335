import type { CardTable } from '../data-card/data-card.ts';
import type { Quote, ReportDocument, ReportSection } from './document.ts';

const MARKS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A text in HTML: what it holds is text, not marks. Characters that turn what stands around them are shown as what they are. */
const escaped = (text: string): string => text.replace(/[&<>"']/gu, (mark) => MARKS[mark] ?? '').replace(/(?![\t\n\r])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (control) => `[U+${control.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`);

const STYLE = `:root{color-scheme:light}body{font:11pt/1.6 "Source Serif 4",Georgia,"Noto Serif SC","Songti SC",serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#1c1a17;background:#fff}h1,h2,th,figcaption,.lead{font-family:Inter,"Helvetica Neue","Noto Sans SC","PingFang SC",sans-serif}h1{font-size:1.6rem;line-height:1.3;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .5rem;border-bottom:1px solid #c9c3b8;padding-bottom:.25rem}table{border-collapse:collapse;width:100%;margin:.6rem 0;font-size:.92em}th,td{text-align:start;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #e4dfd5;overflow-wrap:anywhere}th{font-size:.85em;color:#5e584e}.n td:not(:first-child),.n th:not(:first-child){text-align:end}figure{margin:.8rem 0;padding:.2rem 0 .2rem .9rem;border-inline-start:3px solid #c9c3b8}figcaption{font-size:.85em;color:#5e584e}blockquote{margin:.1rem 0 .6rem;white-space:pre-wrap;overflow-wrap:anywhere}.lead,footer{color:#5e584e}footer{margin-top:2.5rem;font-size:.9em}@media print{body{margin:0;max-width:none}h2,tr,figure{break-inside:avoid}h2{break-after:avoid}}`;

function table({ columns, rows, numbers }: CardTable): string {
	const cells = (tag: 'th' | 'td', of: readonly string[]) => of.map((cell) => `<${tag}${tag === 'th' ? ' scope="col"' : ''}>${escaped(cell)}</${tag}>`).join('');
	return `<table${numbers ? ' class="n"' : ''}><thead><tr>${cells('th', columns)}</tr></thead><tbody>${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n')}</tbody></table>\n`;
}

const quote = ({ label, text }: Quote): string => `<figcaption>${escaped(label)}</figcaption><blockquote dir="auto">${escaped(text)}</blockquote>\n`;

function section({ key, title, text, tables, list, quotes }: ReportSection): string {
	return `<section id="${escaped(key)}"><h2>${escaped(title)}</h2>\n${text.map((line) => `<p>${escaped(line)}</p>\n`).join('')}${list.length > 0 ? `<ul>${list.map((line) => `<li>${escaped(line)}</li>`).join('\n')}</ul>\n` : ''}${tables.map(table).join('')}${quotes.map((together) => `<figure>\n${together.map(quote).join('')}</figure>\n`).join('')}</section>\n`;
}

/** A report as one HTML file that needs nothing else: no script, no image, no address. The same document gives the same bytes. */
export function reportHtml({ locale, title, lead, sections, foot }: ReportDocument): string {
	return `<!doctype html>\n<html lang="${locale === 'zh' ? 'zh-Hans' : 'en'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${escaped(title)}</title><style>${STYLE}</style></head>\n<body>\n<header><h1>${escaped(title)}</h1><p class="lead">${escaped(lead)}</p></header>\n<main>\n${sections.map(section).join('')}</main>\n<footer><p>${escaped(foot)}</p></footer>\n</body></html>\n`;
}
