import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseSettings, settingsText } from './settings-text.ts';

it('reads lines with or without a sign between name and value', () => {
	expect(parseSettings('maxSteps 200\n\n beta=0.1\nlossType = ipo\nrpoAlpha null\ndora true')).toEqual({ maxSteps: 200, beta: 0.1, lossType: 'ipo', rpoAlpha: null, dora: true });
});

it('gives back what it wrote', () => {
	const name = fc.stringMatching(/^[a-z][A-Za-z]{0,12}$/u).filter((key) => key !== '__proto__');
	fc.assert(
		fc.property(fc.dictionary(name, fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.stringMatching(/^[a-z][a-z_-]{1,12}$/u).filter((word) => !['true', 'false', 'null'].includes(word)))), (settings) => {
			expect(parseSettings(settingsText(settings))).toEqual({ ...settings });
		})
	);
});
