/** What a line of the engine's own output says, beside itself. */
export type OutputLine =
	| { type: 'log'; line: string }
	| { type: 'rows'; count: number }
	| { type: 'checkpoint'; path: string; step: number }
	| { type: 'training' };

/** Lines of a progress bar, of the argument dump, and of the printed first row. */
const ARGUMENT_DUMP = /^\[INFO:swift\] args: /;
const PRINTED_ROW = /^\[INFO:swift\] \[[A-Z_]*(INPUT|INPUT_IDS|LABELS|LABELS_IDS)\]/;
/** Errors that quote a row. */
const QUOTED_ROW = /^ValueError: rejected_response: |^(AssertionError|ValueError): messages?: |^ValueError: Current row/;
const PREFIXED = /^\[(INFO|WARNING|ERROR|DEBUG):swift\]|^\[rank\d|^Traceback /;

/**
 * Reads the engine's output line by line. It prints its first training row in full, and its arguments over 500
 * lines: people's texts do not belong into a run's log, and nobody reads the second.
 */
export function createOutputReader(): (raw: string) => OutputLine[] {
	let skipping = false;
	let inDataset = false;
	return (raw) => {
		// A progress bar draws over itself with carriage returns; what stands after the last one is visible.
		const line = (raw.split('\r').at(-1) ?? '').trimEnd();
		const found: OutputLine[] = [];
		if (PREFIXED.test(line)) {
			skipping = PRINTED_ROW.test(line) || ARGUMENT_DUMP.test(line);
			inDataset = line.includes('train_dataset: Dataset({');
		}
		if (QUOTED_ROW.test(line)) {
			skipping = true;
			found.push({ type: 'log', line: `${line.slice(0, line.indexOf(':', line.indexOf(':') + 1))}: (text left out)` });
		}
		const rows = inDataset ? /^\s*num_rows: (\d+)/.exec(line) : null;
		if (rows) {
			inDataset = false;
			found.push({ type: 'rows', count: Number(rows[1]) });
		}
		const saved = /Saving model checkpoint to (.*checkpoint-(\d+))\s*$/.exec(line);
		if (saved?.[1]) found.push({ type: 'checkpoint', path: saved[1], step: Number(saved[2]) });
		if (line.includes('The logging file will be saved in')) found.push({ type: 'training' });
		const bar = /\d+%\|.*\| *\d+\/\d+ \[/.test(line);
		const metrics = /^\s*\{'(loss|train_runtime|eval_)/.test(line);
		if (!skipping && !bar && !metrics && line !== '') found.push({ type: 'log', line });
		return found;
	};
}
