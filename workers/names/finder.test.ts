import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inUnits } from './finder.ts';

it('turns code points into units of UTF-16, whatever stands before', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme' }), (before, name, after) => {
			const count = (text: string) => [...text].length;
			const [found] = inUnits(before + name + after, [['person', count(before), count(before) + count(name)]]);
			expect((before + name + after).slice(found?.start, found?.end)).toBe(name);
		})
	);
});
