const QUIET_MS = 2000;
const PLAIN_EVERY_MS = 15_000;

/**
 * Runs one step and shows that it is alive when it takes longer than two seconds: a line that
 * counts on a terminal, a plain line every 15 s elsewhere (a log full of carriage returns is
 * unreadable). Shorter steps say nothing, so a second start stays short.
 * @template T
 * @param {string} title
 * @param {(note: (text: string) => void) => Promise<T>} work `note` replaces the detail shown behind the time
 * @param {{ isTTY?: boolean, columns?: number, write: (text: string) => unknown }} [out]
 * @returns {Promise<T>}
 */
export async function step(title, work, out = process.stdout) {
	const began = Date.now();
	const seconds = () => Math.round((Date.now() - began) / 1000);
	let detail = '';
	let shown = 0;
	const draw = () => {
		const line = `${title} … ${seconds()} s${detail ? ` · ${detail}` : ''}`;
		if (out.isTTY) out.write(`\r\x1b[2K${line.slice(0, (out.columns ?? 80) - 1)}`);
		else out.write(`${line}\n`);
		shown += 1;
	};
	const first = setTimeout(draw, QUIET_MS);
	const beat = setInterval(() => shown && draw(), out.isTTY ? 500 : PLAIN_EVERY_MS);
	const clear = () => {
		clearTimeout(first);
		clearInterval(beat);
		if (shown && out.isTTY) out.write('\r\x1b[2K');
	};
	try {
		const result = await work((text) => (detail = text));
		clear();
		if (shown) out.write(`${title}: done in ${seconds()} s\n`);
		return result;
	} catch (error) {
		clear();
		if (shown) out.write(`${title}: failed after ${seconds()} s\n`);
		throw error;
	}
}
