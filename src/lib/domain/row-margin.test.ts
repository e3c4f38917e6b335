import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMargin } from './row-margin.ts';

const pair = { answers: 2, prefers: true };

describe('a margin of a row', () => {
	it.each([[1 / 3, 0.333333], ['0.5', 0.5], [2, 2], [0, null], ['0', null], [1e-9, null], [undefined, null], [null, null], ['', null]])('%j is %j', (value, margin) => {
		expect(readMargin(value, pair)).toEqual({ ok: true, margin });
	});

	it.each([-0.1, Number.NaN, Number.POSITIVE_INFINITY, 1e7, '-1', 'large', ' ', true, [1], {}])('%j is none', (value) => {
		expect(readMargin(value, pair)).toEqual({ ok: false, error: { field: 'margin', message: 'by how much the preferred answer is better: a number from 0 to 1000000' } });
	});

	it('belongs to a preference between two answers', () => {
		expect(readMargin(1, { answers: 2, prefers: false, field: 'judgments[0].margin' })).toMatchObject({ ok: false, error: { field: 'judgments[0].margin', message: expect.stringContaining('preferred') as string } });
		expect(readMargin(1, { answers: 3, prefers: true })).toMatchObject({ ok: false, error: { message: expect.stringContaining('here are 3') as string } });
		expect(readMargin(0, { answers: 3, prefers: false })).toEqual({ ok: true, margin: null });
	});

	it('is what is written and read again, as a number or as a cell’s text', () => {
		fc.assert(
			fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (value) => {
				const once = readMargin(value, pair);
				if (!once.ok) throw new Error('refused');
				expect([readMargin(once.margin, pair), readMargin(once.margin === null ? '' : String(once.margin), pair)]).toEqual([once, once]);
			})
		);
	});
});
