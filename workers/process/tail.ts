import { open } from 'node:fs/promises';

/** Follows a growing file by byte offset. */
export type Tail = {
	/** Complete lines written since the last read; a torn last line waits for its end. */
	read(): Promise<string[]>;
	/** Everything left, a last line without its end included. For when the writer is gone. */
	rest(): Promise<string[]>;
	/** Bytes of complete lines read so far: where a later tail goes on. */
	offset(): number;
};

/** A file that grows without line ends must not grow in memory for ever: such a line is cut here. */
const LONGEST_LINE = 1 << 20;

/** Opens a tail on a file that need not exist yet. A file that became shorter is read from its start again. */
export function openTail(path: string, start = 0): Tail {
	let consumed = start;
	let torn: Buffer = Buffer.alloc(0);

	async function grown(): Promise<Buffer> {
		let file;
		try {
			file = await open(path, 'r');
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
			throw error;
		}
		try {
			const { size } = await file.stat();
			if (size < consumed + torn.length) {
				consumed = 0;
				torn = Buffer.alloc(0);
			}
			const from = consumed + torn.length;
			const buffer = Buffer.alloc(size - from);
			const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
			return buffer.subarray(0, bytesRead);
		} finally {
			await file.close();
		}
	}

	async function read(): Promise<string[]> {
		// Bytes, not text: a read can end within a character.
		const more = await grown(); // first, since it forgets the torn line of a truncated file
		const all = Buffer.concat([torn, more]);
		let end = all.lastIndexOf(0x0a) + 1;
		if (end === 0 && all.length > LONGEST_LINE) end = all.length;
		torn = all.subarray(end);
		consumed += end;
		const text = all.subarray(0, end).toString('utf8').replace(/\n$/, '');
		return end === 0 ? [] : text.split('\n');
	}

	return {
		read,
		rest: async () => {
			const lines = await read();
			if (torn.length === 0) return lines;
			consumed += torn.length;
			const last = torn.toString('utf8');
			torn = Buffer.alloc(0);
			return [...lines, last];
		},
		offset: () => consumed
	};
}
