import type { ColumnPages } from './parquet-pages.ts';
import { UnreadableFile } from './record.ts';

/** Pages of a row group by the column that holds them; one of structs or lists of them has several. */
export type GroupColumns = Map<string, ColumnPages[]>;

/**
 * Rows decoded at a time: so many `rows`, or fewer where their pages unpack to so much
 * `more` than those of the first, or they hold more than `held` once they are decoded.
 * `column` and `all`: what the pages of one column, and of all, may come to that hold
 * one row. Those of a column are unpacked at once, those of the next one after it.
 */
export type ParquetLimits = { rows: number; more: number; held: number; column: number; all: number };

/** DuckDB writes pages of a hundred megabytes. */
export const PARQUET_LIMITS: ParquetLimits = { rows: 20_000, more: 8 * 1024 * 1024, held: 64 * 1024 * 1024, column: 256 * 1024 * 1024, all: 1024 * 1024 * 1024 };

/** About what a decoded value takes beside its bytes. */
export const VALUE_BYTES = 16;

/** What has to be unpacked to read rows `from` to `to` of these columns. */
function costOf(columns: Iterable<ColumnPages>, from: number, to: number): number {
	let cost = 0;
	for (const { pages, dictionary } of columns) {
		cost += dictionary.unpacked + dictionary.values * VALUE_BYTES;
		// The last page that begins no later than the first row.
		let [low, high] = [0, pages.length - 1];
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if ((pages[middle]?.firstRow ?? 0) <= from) low = middle;
			else high = middle - 1;
		}
		for (let at = low; at < pages.length; at += 1) {
			const page = pages[at];
			if (!page || page.firstRow >= to) break;
			cost += page.unpacked + page.values * VALUE_BYTES;
		}
	}
	return cost;
}

/**
 * Where the rows end that are decoded together from a row on.
 * @throws UnreadableFile where the pages of that row alone come to more than is unpacked
 */
export function endOf(columns: GroupColumns, of: { from: number; rows: number }, limits: ParquetLimits): number {
	const { from, rows } = of;
	for (const [name, pages] of columns) {
		const least = costOf(pages, from, from + 1);
		if (least > limits.column) throw new UnreadableFile(`The pages of column “${name.slice(0, 100)}” of the Parquet file that hold row ${from + 1} of a group come to ${least} bytes; at most ${limits.column}. Write it with smaller pages (DuckDB: a smaller ROW_GROUP_SIZE), or as JSON Lines.`);
	}
	const all = [...columns.values()].flat();
	const least = costOf(all, from, from + 1);
	if (least > limits.all) throw new UnreadableFile(`The pages of the Parquet file that hold row ${from + 1} of a group come to ${least} bytes; at most ${limits.all}. Write it with smaller pages (DuckDB: a smaller ROW_GROUP_SIZE), or as JSON Lines.`);
	let [low, high] = [from + 1, Math.min(rows, from + limits.rows)];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (costOf(all, from, middle) <= least + limits.more) low = middle;
		else high = middle - 1;
	}
	return low;
}
