import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holm } from './holm.ts';

describe('Holm', () => {
	it('gives the adjusted values of R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")', () => {
		expect(holm([0.01, 0.04, 0.03, 0.005]).map((p) => Math.round(p * 1e9) / 1e9)).toEqual([0.03, 0.06, 0.06, 0.02]);
	});

	it('leaves one test as it is, never falls below p nor above Bonferroni, and keeps the order', () => {
		const ps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
		fc.assert(
			fc.property(ps, (all) => {
				const adjusted = holm(all);
				if (all.length === 1) expect(adjusted).toEqual(all);
				for (const [place, p] of all.entries()) {
					expect(adjusted[place]).toBeGreaterThanOrEqual(p);
					expect(adjusted[place]).toBeLessThanOrEqual(Math.min(1, p * all.length) + 1e-12);
					for (const [other, q] of all.entries()) if (p < q) expect(adjusted[place]).toBeLessThanOrEqual(adjusted[other] ?? 0);
				}
			})
		);
	});
});
