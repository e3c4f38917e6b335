import type { KeyCounts } from '../../domain/alike-rows.ts';

const LINE_FEED = 10;
/** Written so, these are keys of a row and nothing else: within a text the marks around a key would stand behind backslashes. */
const KEYS = { whole: '"rejected_messages":', margins: '"margin":', images: '"images":', rejectedImages: '"rejected_images":' } as const;
const NAMES = Object.keys(KEYS) as (keyof typeof KEYS)[];
const MARKS = Object.fromEntries(Object.entries(KEYS).map(([name, key]) => [name, Buffer.from(key)])) as Record<keyof typeof KEYS, Buffer>;
/** The longest margin is read to here. */
const NUMBER_BYTES = 32;

function addFrom(lines: Buffer, counts: KeyCounts): void {
	for (let at = lines.indexOf(LINE_FEED); at >= 0; at = lines.indexOf(LINE_FEED, at + 1)) counts.rows += 1;
	for (const name of NAMES) {
		const mark = MARKS[name];
		for (let at = lines.indexOf(mark); at >= 0; at = lines.indexOf(mark, at + mark.byteLength)) {
			counts[name] += 1;
			const after = at + mark.byteLength;
			if (name === 'margins' && /^-?\d+[,}]/u.test(lines.toString('latin1', after, after + NUMBER_BYTES))) counts.integers += 1;
		}
	}
}

/**
 * Counts keys in a file of rows, one JSON object a line without blanks among its marks, as snapshots are frozen. Bytes
 * are looked through, nothing is parsed: a gigabyte takes seconds.
 */
export async function countKeys(source: AsyncIterable<Uint8Array>): Promise<KeyCounts> {
	const counts: KeyCounts = { rows: 0, bytes: 0, whole: 0, margins: 0, integers: 0, images: 0, rejectedImages: 0 };
	let pending: Uint8Array[] = [];
	for await (const chunk of source) {
		counts.bytes += chunk.byteLength;
		const end = chunk.lastIndexOf(LINE_FEED) + 1;
		if (end > 0) {
			addFrom(Buffer.concat([...pending, chunk.subarray(0, end)]), counts);
			pending = [];
		}
		if (end < chunk.byteLength) pending.push(chunk.subarray(end));
	}
	return counts;
}
