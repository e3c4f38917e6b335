/** A number that is written with a point, also where it is whole: readers of tables that see whole numbers first refuse a fraction later. */
export const decimal = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));

/** A row as a line of JSON, its margin a decimal. */
export function jsonLine(row: object & { margin?: unknown }): string {
	const { margin, ...others } = row;
	if (typeof margin !== 'number') return `${JSON.stringify(row)}\n`;
	return `${JSON.stringify(others).slice(0, -1)},"margin":${decimal(margin)}}\n`;
}
