import { expect, test } from 'vitest';
import { MOST_TOLD, toldUpTo } from './told-up-to.ts';

test('a count is told as it is until it was cut off', () => {
	const told = [0, 1, MOST_TOLD - 1, MOST_TOLD, MOST_TOLD + 1].map((n) => toldUpTo(n, String));
	expect(told).toEqual(['0', '1', '499', '500+', '500+']);
});
