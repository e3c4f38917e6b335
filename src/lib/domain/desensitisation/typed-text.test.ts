import { expect, it } from 'vitest';
import { typedKinds } from './typed-text.ts';

it('tells each kind of personal data once, as it comes, and no sums of money', () => {
	expect(typedKinds('Call 13800138000 or 13900139000, mail a@b.example, pay 500元.')).toEqual(['phone', 'email']);
	expect(typedKinds('Clause 3 names a wrong deadline; the fee is 1,200 EUR.')).toEqual([]);
	expect(typedKinds('')).toEqual([]);
});

it('leaves out what stood there before somebody typed', () => {
	const before = 'Your lawyer is at a@b.example.';
	expect(typedKinds(`${before} Better: write.`, before)).toEqual([]);
	expect(typedKinds(`${before} Or c@d.example.`, before)).toEqual(['email']);
});
