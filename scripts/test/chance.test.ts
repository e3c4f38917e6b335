import fc from 'fast-check';
import { expect, it } from 'vitest';
import { seedOfChance } from './chance.mjs';

it('is the same in every ordinary run, the one that was said, or drawn anew', () => {
	expect(seedOfChance(undefined)).toEqual(seedOfChance(''));
	expect(seedOfChance(undefined).seed).toBeTypeOf('number');
	expect(seedOfChance('-17')).toEqual({ seed: -17 });
	expect(seedOfChance('random')).toEqual({});
	expect(() => seedOfChance('some')).toThrow('FAST_CHECK_SEED');
});

it('is what this run’s properties are tried with, and is told where one fails', () => {
	const { seed } = seedOfChance(process.env['FAST_CHECK_SEED']);
	expect(fc.readConfigureGlobal().seed).toBe(seed);
	const failed = fc.check(fc.property(fc.integer(), () => false));
	if (seed !== undefined) expect(failed.seed).toBe(seed);
	expect(fc.defaultReportMessage(failed)).toContain(`seed: ${failed.seed},`);
});
