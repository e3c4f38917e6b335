import { Parser } from 'csv-parse';
import type { InfoRecord, Options } from 'csv-parse';

/** Cells of a row that are kept: a file of nothing but delimiters would fill the memory with empty ones. */
export const MOST_CELLS = 100_000;
/** Bytes that are read between two looks at how many there are. */
const STRETCH_BYTES = 64 * 1024;

/**
 * csv-parse without its stream: what is given to it is read before the call comes back,
 * which tells us what every row was read from. `row` hears of each: its cells, where in all
 * that was read it ends, and whether it has more than are kept (then it has none).
 */
export class RowParser extends Parser {
	declare private readonly state: { record: string[] };
	/** Whether cells of the row that is read were let go. */
	#isWide = false;

	constructor(options: Options, row: (cells: string[], end: number, isWide: boolean) => void) {
		// A misplaced quotation mark is found in what was read: where csv-parse refuses it, it reads on within quotation marks and takes the rows after it along.
		super({
			...options,
			relax_quotes: true,
			relax_column_count: true,
			on_record: (cells: string[], { bytes }: InfoRecord) => {
				const isWide = this.#isWide || cells.length > MOST_CELLS;
				this.#isWide = false;
				row(isWide ? [] : cells, bytes, isWide);
				return null;
			}
		});
	}

	/** How many cells are kept of the row that is read. */
	get kept(): number {
		return this.state.record.length;
	}

	feed(bytes: Buffer): void {
		for (let at = 0; at < bytes.length; at += STRETCH_BYTES) {
			super._transform(bytes.subarray(at, at + STRETCH_BYTES), 'utf8', (error) => {
				if (error) throw error;
			});
			// csv-parse bounds what cells hold (`max_record_size`), not how many they are. One stays: a row of none would be passed over as an empty line.
			if (this.kept > MOST_CELLS) [this.#isWide, this.state.record.length] = [true, 1];
		}
	}

	/** Whether all that was opened is closed. */
	finish(): boolean {
		let failed = false;
		super._flush((error) => {
			failed = Boolean(error);
		});
		return !failed;
	}
}
