import type { Tx } from '../db/client.ts';
import * as snapshots from '../db/snapshots.ts';
import type { Fate, RowLine } from '../db/snapshots.ts';

/** Rows and fates of a snapshot on their way to the database, which gets no more than so many signs of rows at a time, or one row that is longer. */
export class SnapshotBatch {
	readonly #tx: Tx;
	readonly #most: number;
	#rows: RowLine[] = [];
	#fates: Fate[] = [];
	#chars = 0;

	constructor(tx: Tx, most: number) {
		this.#tx = tx;
		this.#most = most;
	}

	/** Takes a row; there is something to wait for only where those before it must be sent first. */
	row(row: RowLine): Promise<void> | undefined {
		if (this.#rows.length === 0 || this.#chars + row.line.length <= this.#most) return void this.#hold(row);
		return this.flush().then(() => this.#hold(row));
	}

	/** Takes what became of judgments and comparisons. */
	fates(fates: readonly Fate[]): void {
		this.#fates.push(...fates);
	}

	/** Sends what is held. */
	async flush(): Promise<void> {
		const [rows, fates] = [this.#rows, this.#fates];
		[this.#rows, this.#fates, this.#chars] = [[], [], 0];
		await snapshots.addRows(this.#tx, rows, fates);
	}

	#hold(row: RowLine): void {
		this.#rows.push(row);
		this.#chars += row.line.length;
	}
}
