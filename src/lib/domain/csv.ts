/** What a spreadsheet takes for a formula when a cell begins with it (OWASP: CSV injection), full-width forms included. */
const FORMULA = /^[\s\0]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

/** Excel reads UTF-8 only behind this mark. */
export const BYTE_ORDER_MARK = '\uFEFF';

/** One line of CSV (RFC 4180). A text that a spreadsheet would run stands behind an apostrophe; numbers stay numbers. */
export function csvLine(cells: readonly (string | number | boolean | null)[]): string {
	return `${cells.map(cell).join(',')}\r\n`;
}

function cell(value: string | number | boolean | null): string {
	if (value === null) return '';
	if (typeof value !== 'string') return String(value);
	const text = FORMULA.test(value) ? `'${value}` : value;
	return /[",\r\n]/u.test(text) || text !== value ? `"${text.replaceAll('"', '""')}"` : text;
}
