import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteRange } from './byte-range.ts';

describe('byteRange', () => {
	it('reads the three forms of one range', () => {
		expect(byteRange('bytes=0-9', 100)).toEqual({ start: 0, end: 9 });
		expect(byteRange('bytes=90-', 100)).toEqual({ start: 90, end: 99 });
		expect(byteRange('bytes=-10', 100)).toEqual({ start: 90, end: 99 });
		expect(byteRange('bytes=90-500', 100)).toEqual({ start: 90, end: 99 });
	});
	it.each([null, '', 'bytes=-', 'bytes=5-2', 'bytes=100-', 'bytes=0-1,4-5', 'lines=0-1', 'bytes=a-b', 'bytes=-0'])('gives everything for %s', (header) => {
		expect(byteRange(header, 100)).toBe(null);
	});
	it('never leaves the file', () => {
		fc.assert(
			fc.property(fc.string(), fc.nat(), fc.nat(), fc.nat(1000), (junk, from, to, size) => {
				for (const header of [junk, `bytes=${from}-${to}`, `bytes=${from}-`, `bytes=-${to}`]) {
					const part = byteRange(header, size);
					if (part) expect(part.start >= 0 && part.start <= part.end && part.end < size).toBe(true);
				}
			})
		);
	});
});
