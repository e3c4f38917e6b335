import { stat, open } from 'node:fs/promises';
import type { ServerLog } from '#lib/server/db/model-servers.ts';
import { every } from '../process/every.ts';

const LOOK_MS = 5000;
/** So much of a log's end is kept: lines, signs of a line, and bytes that are read for it. */
const MOST_LINES = 200;
const LONGEST_LINE = 500;
const MOST_BYTES = 64_000;

/** The last lines of a log, each cut where it is long. Pure. */
export function lastLines(text: string, whole: boolean): ServerLog {
	// A progress bar writes over its own line: what stood there last counts. PostgreSQL takes no NUL, and no half of a character.
	const lines = text.replaceAll('\0', '').split('\n').map((line) => (line.replace(/\r+$/, '').split('\r').at(-1) ?? '').slice(0, LONGEST_LINE).toWellFormed());
	if (lines.at(-1) === '') lines.pop();
	// What was read begins in the middle of a line.
	if (!whole) lines.shift();
	return { lines: lines.slice(-MOST_LINES), cut: !whole || lines.length > MOST_LINES };
}

async function readEnd(path: string, size: number): Promise<ServerLog> {
	const file = await open(path, 'r');
	try {
		const from = Math.max(0, size - MOST_BYTES);
		const buffer = Buffer.alloc(size - from);
		const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
		return lastLines(buffer.subarray(0, bytesRead).toString('utf8'), from === 0);
	} finally {
		await file.close();
	}
}

/** Keeps the end of a growing log, each time that it has grown, until stopped; once more then. */
export function followServerLog(path: string, keep: (log: ServerLog) => Promise<void>, failed: (error: unknown) => void): { stop: () => Promise<void> } {
	let kept = -1;
	const look = async () => {
		const size = (await stat(path).catch(() => null))?.size ?? 0;
		if (size === kept) return;
		await keep(size === 0 ? { lines: [], cut: false } : await readEnd(path, size));
		kept = size;
	};
	const looking = every(LOOK_MS, look)(failed);
	return {
		stop: async () => {
			await looking.stop();
			await look().catch(failed);
		}
	};
}
