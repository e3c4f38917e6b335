const ERROR = 50; // pino's level
const SHOWN_PER_MINUTE = 20;

/**
 * Picks the lines of a child's output that belong on the terminal: errors of its structured log, and
 * everything unstructured on standard error (a crash, a warning of Node). At most twenty a minute:
 * the rest is in the file.
 * @param {string} name
 * @param {string} file
 * @param {(line: string) => void} say
 * @returns {(chunk: string, isError: boolean) => void}
 */
export function showErrors(name, file, say) {
	let minute = 0;
	let shown = 0;
	/** @type {Record<string, string>} */
	const rest = {};
	return (chunk, isError) => {
		const stream = String(isError);
		const lines = ((rest[stream] ?? '') + chunk).split('\n');
		rest[stream] = lines.pop() ?? '';
		for (const line of lines) {
			const text = readable(line, isError);
			if (!text) continue;
			const now = Math.floor(Date.now() / 60_000);
			if (now !== minute) [minute, shown] = [now, 0];
			shown += 1;
			if (shown <= SHOWN_PER_MINUTE) say(`${name}: ${text}`);
			else if (shown === SHOWN_PER_MINUTE + 1) say(`${name}: more in ${file}`);
		}
	};
}

/**
 * @param {string} line
 * @param {boolean} isError
 * @returns {string | null}
 */
export function readable(line, isError) {
	if (!line.trim()) return null;
	if (line.startsWith('{')) {
		try {
			const { level, msg, err } = JSON.parse(line);
			if (typeof level !== 'number') return isError ? line : null;
			return level >= ERROR ? [msg, err?.message].filter(Boolean).join(': ') || line : null;
		} catch {
			return isError ? line : null;
		}
	}
	return isError ? line.trimEnd() : null;
}
