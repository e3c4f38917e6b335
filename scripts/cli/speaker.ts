/** Where a stream of the terminal goes. */
export type Sink = { isTTY?: boolean; columns?: number; write: (text: string) => unknown };

/** How a command speaks: results on standard output, everything on the way there on standard error. */
export type Speaker = {
	json: boolean;
	/** The command's result: lines for people, one JSON document under `--json`. Once a command. */
	result: (value: unknown, lines: readonly string[]) => void;
	/** Something worth knowing on the way. Silent under `--json` and `--quiet`. */
	note: (line: string) => void;
	/** A line that is drawn over itself, on a terminal alone; null wipes it. */
	progress: (line: string | null) => void;
	/** What went wrong. Never silent. */
	complain: (line: string) => void;
};

const DRAW_EVERY_MS = 100;

/** Makes a speaker over the two streams of a process. */
export function createSpeaker({ json, quiet, out, err }: { json: boolean; quiet: boolean; out: Sink; err: Sink }): Speaker {
	const drawing = err.isTTY === true && !json && !quiet;
	let [drawn, drawnAt] = [false, 0];
	const wipe = (): void => {
		if (drawn) err.write('\r\x1b[2K');
		drawn = false;
	};
	return {
		json,
		result(value, lines) {
			wipe();
			if (json) out.write(`${JSON.stringify(value, null, out.isTTY ? 2 : undefined)}\n`);
			else for (const line of lines) out.write(`${line}\n`);
		},
		note(line) {
			wipe();
			if (!json && !quiet) err.write(`${line}\n`);
		},
		progress(line) {
			if (line === null) wipe();
			else if (drawing && (!drawn || performance.now() - drawnAt >= DRAW_EVERY_MS)) {
				err.write(`\r\x1b[2K${line.slice(0, (err.columns ?? 80) - 1)}`);
				[drawn, drawnAt] = [true, performance.now()];
			}
		},
		complain(line) {
			wipe();
			err.write(`${line}\n`);
		}
	};
}

/** Rows as columns that stand under each other. */
export function columns(rows: readonly (readonly (string | number | null | undefined)[])[]): string[] {
	const cells = rows.map((row) => row.map((cell) => (cell === null || cell === undefined ? '–' : String(cell))));
	const widths = cells.reduce<number[]>((wide, row) => row.map((cell, i) => Math.max(wide[i] ?? 0, cell.length)), []);
	return cells.map((row) => row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  ').trimEnd());
}

/** `12.3 MB` */
export function size(bytes: number): string {
	const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
	let [value, unit] = [bytes, 0];
	for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
	return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
}
