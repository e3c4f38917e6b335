import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOf, MOST_DRAWN, MOST_OF_A_KIND, neighbourhood } from './graph.ts';
import type { Arrow } from './graph.ts';

const round = (n: number) => keyOf('round', String(n));
const checkpoint = (n: number) => keyOf('checkpoint', String(n));
/** Round 0 → checkpoint 0 → round 1 → … */
const history = (rounds: number): Arrow[] => Array.from({ length: rounds }, (_, n) => [{ from: round(n), to: checkpoint(n) }, { from: checkpoint(n), to: round(n + 1) }]).flat();

describe('what is drawn around a thing', () => {
	it('is all that led to it and all that came of it, and nothing beside', () => {
		const arrows: Arrow[] = [...history(2), { from: round(0), to: checkpoint(7) }, { from: checkpoint(7), to: round(9) }];
		const found = neighbourhood(arrows, checkpoint(0));
		expect(found.before).toEqual([round(0)]);
		expect(found.after).toEqual([round(1), checkpoint(1), round(2)]);
		expect(found.arrows).toEqual(history(2));
		expect(found.left).toEqual([]);
	});

	it('is cut where a history is long, and says how much is behind the cut', () => {
		const found = neighbourhood(history(100), checkpoint(50));
		expect([found.before.length, found.after.length]).toEqual([MOST_DRAWN, MOST_DRAWN]);
		expect(found.left).toEqual([{ beside: found.before.at(-1), side: 'before', things: 101 - MOST_DRAWN }, { beside: found.after.at(-1), side: 'after', things: 99 - MOST_DRAWN }]);
	});

	it('shows a few of a sweep’s runs and counts the rest', () => {
		const arrows = Array.from({ length: 300 }, (_, n): Arrow => ({ from: keyOf('snapshot', 's'), to: keyOf('run', String(n)) }));
		const found = neighbourhood(arrows, keyOf('snapshot', 's'));
		expect(found.after).toEqual(arrows.slice(0, MOST_OF_A_KIND).map(({ to }) => to));
		expect(found.left).toEqual([{ beside: 'snapshot:s', side: 'after', things: 300 - MOST_OF_A_KIND }]);
	});

	it('counts everything once, drawn or left out, however the arrows go', () => {
		const key = fc.integer({ min: 0, max: 40 }).map((n) => checkpoint(n));
		fc.assert(
			fc.property(fc.array(fc.record({ from: key, to: key }), { maxLength: 120 }), (arrows) => {
				const found = neighbourhood(arrows, checkpoint(0));
				const after = new Set([checkpoint(0)]);
				for (const at of after) for (const { from, to } of arrows) if (from === at) after.add(to);
				const left = found.left.filter(({ side }) => side === 'after').reduce((sum, { things }) => sum + things, 0);
				expect(found.after.length + left).toBe(after.size - 1);
				expect(new Set(found.after).size).toBe(found.after.length);
			})
		);
	});
});
