import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codePointOffset, spanErrors, spansToCanonical, spansToShown, stretch, unitOffset } from './span.ts';
import type { ShownSpan } from './span.ts';

const text = fc.string({ unit: 'binary', maxLength: 40 });
const span = (more: Partial<ShownSpan> = {}): ShownSpan => ({ side: 'left', message: 0, part: 0, start: 0, end: 3, quote: 'You', label: 'vague', ...more });
const left = [{ role: 'assistant' as const, content: 'You 👩‍⚖️ will win.' }];
const right = [{ role: 'assistant' as const, content: [{ type: 'image' as const, artifact: 'a'.repeat(64) }, { type: 'text' as const, text: '也许。' }] }];
const fields = (...spans: ShownSpan[]) => spanErrors([{ key: 'vague' }], spans, { left, right }).map((error) => error.field);

describe('offsets', () => {
	it('count code points, whatever the text', () => {
		fc.assert(
			fc.property(text, fc.nat(40), fc.nat(40), (given, start, length) => {
				const points = Array.from(given);
				expect(stretch(given, start, start + length)).toBe(points.slice(start, start + length).join(''));
				const unit = unitOffset(given, start);
				expect(unit).toBe(points.slice(0, start).join('').length);
				expect(codePointOffset(given, unit)).toBe(Math.min(start, points.length));
			})
		);
	});
});

describe('a span', () => {
	it('holds where its quote stands, also behind what takes two units and in a part of its own', () => {
		expect(fields(span(), span({ start: 9, end: 13, quote: 'will' }), span({ side: 'right', part: 1, start: 0, end: 2, quote: '也许' }))).toEqual([]);
	});

	it.each([
		['label', span({ label: 'made-up' })],
		['quote', span({ quote: 'you' })],
		['quote', span({ start: 1, end: 4 })],
		['quote', span({ end: 1_000, quote: 'You' })],
		['end', span({ start: 3, end: 3 })],
		['part', span({ message: 1 })],
		['part', span({ part: 1 })],
		['part', span({ side: 'right', part: 0 })]
	])('is refused for its %s', (field, given) => {
		expect(fields(given)).toEqual([`spans[0].${field}`]);
	});

	it('has one side where there is one answer', () => {
		expect(spanErrors([{ key: 'vague' }], [span({ side: 'right' })], { left, right: null })).toEqual([{ field: 'spans[0].side', message: expect.any(String) as unknown }]);
	});

	it('is stored by answer and comes back to its side', () => {
		const both = [span(), span({ side: 'right' })];
		expect(spansToCanonical('ab', both).map(({ side }) => side)).toEqual(['a', 'b']);
		expect(spansToCanonical('ba', both).map(({ side }) => side)).toEqual(['b', 'a']);
		for (const order of ['ab', 'ba'] as const) expect(spansToShown(order, spansToCanonical(order, both))).toEqual(both);
	});
});
