import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { counts, isVerdictOf, PAIR_VERDICTS, ShownPairVerdictSchema, ShownSingleVerdictSchema, ShownVerdictSchema, SINGLE_VERDICTS, verdictsOf } from './verdict.ts';

describe('verdicts', () => {
	it('belong to their mode; only cannot_judge belongs to both', () => {
		const both = PAIR_VERDICTS.filter((verdict) => isVerdictOf('single', verdict));
		expect(both).toEqual(['cannot_judge']);
		expect(verdictsOf('pair').every((verdict) => isVerdictOf('pair', verdict))).toBe(true);
		expect(verdictsOf('single')).toEqual(SINGLE_VERDICTS);
		expect(isVerdictOf('pair', 'good')).toBe(false);
		expect(isVerdictOf('pair', 'left')).toBe(false);
	});

	it('count, except cannot_judge', () => {
		expect([...PAIR_VERDICTS, ...SINGLE_VERDICTS].filter((verdict) => !counts(verdict))).toEqual(['cannot_judge', 'cannot_judge']);
	});

	it('are sent with sides as shown, never canonical', () => {
		expect(v.is(ShownPairVerdictSchema, 'left')).toBe(true);
		expect(v.is(ShownPairVerdictSchema, 'a')).toBe(false);
		expect(v.is(ShownPairVerdictSchema, 'good')).toBe(false);
		expect(v.is(ShownSingleVerdictSchema, 'left')).toBe(false);
		expect(v.is(ShownVerdictSchema, 'good') && v.is(ShownVerdictSchema, 'right')).toBe(true);
		expect(v.is(ShownVerdictSchema, 'b')).toBe(false);
	});
});
