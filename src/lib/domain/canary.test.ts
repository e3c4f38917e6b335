import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inCanary, lotOf } from './canary.ts';

it('draws the share that was asked for', () => {
	for (const percent of [1, 10, 50]) {
		const drawn = Array.from({ length: 20_000 }, (_, i) => inCanary({ candidateId: 'c', percent, user: `user ${i}` })).filter(Boolean).length;
		expect(Math.abs(drawn / 200 - percent)).toBeLessThan(1);
	}
});

it('draws nobody at 0 and everybody at 100', () => {
	fc.assert(fc.property(fc.string(), fc.string(), (candidateId, user) => !inCanary({ candidateId, percent: 0, user }) && inCanary({ candidateId, percent: 100, user })));
});

it('keeps whoever was drawn when the share grows', () => {
	fc.assert(fc.property(fc.string(), fc.double({ min: 0, max: 100, noNaN: true }), fc.double({ min: 0, max: 100, noNaN: true }), (user, a, b) => !inCanary({ candidateId: 'c', percent: Math.min(a, b), user }) || inCanary({ candidateId: 'c', percent: Math.max(a, b), user })));
});

it('draws anew for the next candidate', () => {
	const users = Array.from({ length: 2000 }, (_, i) => `user ${i}`);
	const both = users.filter((user) => inCanary({ candidateId: 'c', percent: 50, user }) && inCanary({ candidateId: 'd', percent: 50, user })).length;
	expect(Math.abs(both - 500)).toBeLessThan(100);
	expect(lotOf('c', 'user')).toBe(lotOf('c', 'user'));
});
