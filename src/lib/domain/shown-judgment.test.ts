import fc from 'fast-check';
import { expect, test } from 'vitest';
import { criteriaToCanonical } from './judging-form.ts';
import type { ShownCriterionVerdict } from './judging-form.ts';
import { SIDE_ORDERS, toCanonical } from './presentation.ts';
import { asShown } from './shown-judgment.ts';
import { SHOWN_PAIR_VERDICTS } from './verdict.ts';

test('gives back what was sent, whichever answer stood on the left', () => {
	const criterion = fc.constantFrom<ShownCriterionVerdict>('left', 'right', 'tie', 'good', 'bad');
	fc.assert(
		fc.property(fc.constantFrom(...SIDE_ORDERS), fc.constantFrom(...SHOWN_PAIR_VERDICTS), fc.dictionary(fc.constantFrom('accuracy', 'tone'), criterion), fc.constantFrom('left' as const, 'right' as const), (order, verdict, criteria, side) => {
			const stored = {
				verdict: toCanonical(order, verdict),
				criteria: criteriaToCanonical(order, criteria),
				spans: [{ side: toCanonical(order, side), start: 3 }],
				rewrite: { side: toCanonical(order, side), messages: ['kept'] }
			};
			expect(asShown(order, stored)).toEqual({ verdict, criteria: { ...criteria }, spans: [{ side, start: 3 }], rewrite: { side, messages: ['kept'] } });
		})
	);
});

test('an import was shown to nobody', () => {
	expect(asShown(null, { verdict: 'a', criteria: null, spans: null, rewrite: null })).toEqual({ verdict: null, criteria: null, spans: null, rewrite: null });
});
