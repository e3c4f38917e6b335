import { expect, it } from 'vitest';
import { applyKtoPlan, ktoRemainder } from './kto-preflight.ts';

it('drops and orders lines as planned', () => {
	expect(applyKtoPlan(['a', 'b', 'c'], { dataSeed: 1, dropped: [], order: null })).toEqual(['a', 'b', 'c']);
	expect(applyKtoPlan(['a', 'b', 'c'], { dataSeed: 1, dropped: [2], order: null })).toEqual(['a', 'b']);
	expect(applyKtoPlan(['a', 'b', 'c', 'd', 'e'], { dataSeed: 1, dropped: [4], order: [2, 0, 3, 1] })).toEqual(['c', 'a', 'd', 'b']);
});
it('knows a remainder', () => expect([ktoRemainder(25, 4), ktoRemainder(24, 4)]).toEqual([1, 0]));
