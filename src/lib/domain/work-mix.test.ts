import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completePolicy } from './judging-policy.ts';
import { drawPurpose, sideOrderApart } from './work-mix.ts';

const draw = (had: number, policy: Parameters<typeof completePolicy>[0], more: { seed?: string; userId?: string; gold?: number } = {}) =>
	drawPurpose({ seed: more.seed ?? 's', userId: more.userId ?? 'ann', had, gold: more.gold ?? 0, policy: completePolicy(policy) });

describe('the mix of work', () => {
	it('is counting alone where the policy asks for nothing', () => {
		fc.assert(fc.property(fc.string(), fc.nat(10_000), (seed, had) => draw(had, {}, { seed }) === 'counting'));
	});

	it('begins with the warm-up, by gold judged and not by tasks had', () => {
		expect(draw(0, { warmUp: 2 })).toBe('warm_up');
		expect(draw(90, { warmUp: 2 }, { gold: 1 })).toBe('warm_up');
		expect(draw(2, { warmUp: 2 }, { gold: 2 })).toBe('counting');
	});

	it('meets its rates, and one person’s draws tell nothing of another’s', () => {
		const n = 20_000;
		const of = (userId: string) => Array.from({ length: n }, (_, had) => draw(had, { goldRate: 0.1, repeatRate: 0.05 }, { userId }));
		const [ann, bob] = [of('ann'), of('bob')];
		const share = (all: string[], what: string) => all.filter((one) => one === what).length / n;
		expect(share(ann, 'gold')).toBeCloseTo(0.1, 1.5);
		expect(share(ann, 'repeat')).toBeCloseTo(0.05, 1.5);
		const both = ann.filter((one, i) => one === 'gold' && bob[i] === 'gold').length / n;
		expect(both).toBeCloseTo(0.01, 2);
	});

	it('draws the same again', () => {
		fc.assert(fc.property(fc.string(), fc.string(), fc.nat(), (seed, userId, had) => draw(had, { goldRate: 0.3 }, { seed, userId }) === draw(had, { goldRate: 0.3 }, { seed, userId })));
	});

	it('puts the sides of gold to each side about as often', () => {
		const left = Array.from({ length: 4000 }, (_, i) => sideOrderApart({ seed: 's', comparison: `c${i}`, userId: 'ann' })).filter((order) => order === 'ab').length;
		expect(left / 4000).toBeGreaterThan(0.46);
		expect(left / 4000).toBeLessThan(0.54);
	});
});
