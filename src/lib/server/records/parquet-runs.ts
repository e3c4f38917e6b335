import { Numbers, varintAt } from './byte-numbers.ts';

/**
 * Walks so many numbers of `width` bits that are written as runs and packed bits by
 * turns, from a place on. `each` hears of every number, or of a run of them, where it
 * asks for that.
 * @throws RangeError where a run is longer than what is left: who unfolds it would fill the memory with it
 */
export function walkRuns(bytes: Uint8Array, of: { at: number; end: number; width: number; count: number }, each?: (value: number, times: number) => void): void {
	const { end, width, count } = of;
	let at = of.at;
	let left = count;
	while (left > 0) {
		if (at >= end) throw new RangeError('runs are cut off');
		const { value: header, next } = varintAt(bytes, at);
		at = next;
		const isRun = header % 2 === 0;
		const times = isRun ? header / 2 : Math.floor(header / 2) * 8;
		if (isRun) {
			if (times > left) throw new RangeError('a run is longer than its page');
			let value = 0;
			for (let byte = 0; byte < Math.ceil(width / 8); byte += 1) value += (bytes[at + byte] ?? 0) * 256 ** byte;
			at += Math.ceil(width / 8);
			each?.(value, times);
			left -= times;
			continue;
		}
		// The last packed numbers may be more than there are: some writers fill up eight, DuckDB 256. Those lie in the page, or they are too many.
		if (times - left >= 8 && (width === 0 || at + (times / 8) * width > end)) throw new RangeError('packed numbers are more than their page has');
		if (each) for (let n = 0; n < Math.min(times, left); n += 1) each(bitsAt(bytes, at * 8 + n * width, width), 1);
		at += (times / 8) * width;
		left -= Math.min(times, left);
	}
	if (at > end) throw new RangeError('runs are cut off');
}

const MOST_BLOCK = 2 ** 20;

/**
 * Walks so many numbers that are written by their differences, from a place on; `each` hears of
 * every number, of those that 32 bits hold. Gives the place after them.
 * @throws RangeError where they are cut off
 */
export function walkDeltas(bytes: Uint8Array, of: { at: number; count: number }, each?: (value: number) => void): number {
	const next = new Numbers(bytes, of.at);
	const [block, parts] = [next.varint(), next.varint(), next.varint()] as [number, number, number];
	const size = block / parts;
	if (parts < 1 || block > MOST_BLOCK || size < 8 || size % 8 !== 0) throw new RangeError('differences are broken');
	let value = next.zigzag();
	if (of.count > 0) each?.(value);
	for (let left = of.count - 1; left > 0; ) {
		const least = next.zigzag();
		const widths = bytes.subarray(next.at, next.at + parts);
		next.at += parts;
		for (let part = 0; part < parts && left > 0; part += 1) {
			const width = widths[part] ?? 65;
			if (width > 64 || next.at + (size / 8) * width > bytes.byteLength) throw new RangeError('differences are cut off');
			if (each) {
				for (let n = 0; n < Math.min(size, left); n += 1) {
					value = (value + least + bitsAt(bytes, next.at * 8 + n * width, width)) | 0;
					each(value);
				}
			}
			left -= Math.min(size, left);
			next.at += (size / 8) * width;
		}
	}
	return next.at;
}

/** `width` bits from a place on, the lowest first. */
function bitsAt(bytes: Uint8Array, bit: number, width: number): number {
	let value = 0;
	for (let n = 0; n < width; n += 1) value += (((bytes[(bit + n) >> 3] ?? 0) >> ((bit + n) & 7)) & 1) * 2 ** n;
	return value;
}
