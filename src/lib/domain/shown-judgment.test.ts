import fc from 'fast-check';
import { expect, test } from 'vitest';
import { criteriaToCanonical } from './judging-form.ts';
import type { ShownCriterionVerdict } from './judging-form.ts';
import { SIDE_ORDERS, toCanonical } from './presentation.ts';
import { spansToCanonical } from './span.ts';
import { asShown } from './shown-judgment.ts';
import { SHOWN_PAIR_VERDICTS } from './verdict.ts';

test('gives back what was sent, whichever answer stood on the left', () => {
	const criterion = fc.constantFrom<ShownCriterionVerdict>('left', 'right', 'tie', 'good', 'bad');
	fc.assert(
		fc.property(fc.constantFrom(...SIDE_ORDERS), fc.constantFrom(...SHOWN_PAIR_VERDICTS), fc.dictionary(fc.constantFrom('accuracy', 'tone'), criterion), fc.constantFrom('left' as const, 'right' as const), (order, verdict, criteria, side) => {
			const spans = [{ side, message: 0, part: 0, start: 3, end: 4, quote: 'x', label: 'vague' }];
			const messages = [{ role: 'assistant' as const, content: 'As it should have been.' }];
			const stored = {
				verdict: toCanonical(order, verdict),
				criteria: criteriaToCanonical(order, criteria),
				spans: spansToCanonical(order, spans),
				rewrite: { side: toCanonical(order, side) as 'a' | 'b', messages }
			};
			expect(asShown(order, stored)).toEqual({ verdict, criteria: { ...criteria }, spans, rewrite: { side, messages } });
		})
	);
});

test('an import was shown to nobody', () => {
	expect(asShown(null, { verdict: 'a', criteria: null, spans: null, rewrite: null })).toEqual({ verdict: null, criteria: null, spans: null, rewrite: null });
});
