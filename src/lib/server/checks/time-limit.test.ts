import { expect, it } from 'vitest';
import { TookTooLong, withinTime } from './time-limit.ts';

it('gives what the function gives, and throws what it throws', () => {
	const value = { a: 1 };
	expect(withinTime(60_000, () => value)).toBe(value);
	expect(() => withinTime(60_000, () => { throw new RangeError('deep'); })).toThrow(RangeError);
});

it('ends what does not end, though it would catch everything, and runs the next as before', () => {
	const forEver = () => {
		for (;;) {
			try {
				for (;;);
			} catch {
				// Goes on.
			}
		}
	};
	expect(() => withinTime(20, forEver)).toThrow(TookTooLong);
	expect(withinTime(60_000, () => 'after')).toBe('after');
});
