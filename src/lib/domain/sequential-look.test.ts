import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanBounds } from './confidence-sequence.ts';
import { moreToDecide, sequentialLook, votesToFlip } from './sequential-look.ts';
import type { GroupVotes } from './test-sequence.ts';
import type { WinVote } from './win-rate.ts';

const votes = fc.array(fc.constantFrom<WinVote>('candidate', 'parent', 'tie', 'both_bad'), { minLength: 1, maxLength: 4 });
const groups = fc.array(fc.array(votes, { minLength: 1, maxLength: 2 }), { maxLength: 80 }).map((all): GroupVotes[] => all.map((comparisons, place) => ({ group: String(place), comparisons })));
const alternate = (pattern: readonly WinVote[], n: number): GroupVotes[] => Array.from({ length: n }, (_, place) => ({ group: String(place), comparisons: [[pattern[place % pattern.length] ?? 'tie']] }));
const look = (all: GroupVotes[]) => sequentialLook({ groups: all, behind: 0, waiting: 0 });

describe('how many more decide it', () => {
	it('none where it is decided, and so many that the same again decide it', () => {
		const values = Array.from({ length: 40 }, (_, place) => (place % 5 < 3 ? 1 : 0));
		const more = moreToDecide(values, { mean: 0.5, alpha: 0.05 });
		if (more === null) throw new Error('never decided');
		expect(more).toBeGreaterThan(0);
		const ahead = (n: number) => Array.from({ length: n }, (_, place) => values[place % 40] ?? 0);
		expect(meanBounds(ahead(40 + more), { alpha: 0.05 }).low).toBeGreaterThan(0.5);
		expect(meanBounds(ahead(39 + more), { alpha: 0.05 }).low).toBeLessThanOrEqual(0.5);
		expect(moreToDecide(ahead(40 + more), { mean: 0.5, alpha: 0.05 })).toBe(0);
	});

	it('is not said where neither side leads, or it is too far ahead', () => {
		expect(moreToDecide(Array.from({ length: 40 }, (_, place) => place % 2), { mean: 0.5, alpha: 0.05 })).toBeNull();
		expect(moreToDecide(Array.from({ length: 40 }, (_, place) => (place % 5 < 3 ? 1 : 0)), { mean: 0.5, alpha: 0.05, most: 3 })).toBeNull();
		expect(moreToDecide([], { mean: 0.5, alpha: 0.05 })).toBeNull();
	});
});

describe('how many votes would undo it', () => {
	it('so many turned undo it, one fewer does not', () => {
		const all = alternate(['candidate'], 40);
		const flip = votesToFlip(all, { mean: 0.5, alpha: 0.05 });
		if (flip === null) throw new Error('no verdict');
		const turned = (n: number) => all.map(({ comparisons }, place) => (place >= 40 - n ? 0 : comparisons.length));
		expect(meanBounds(turned(flip), { alpha: 0.05 }).low).toBeLessThanOrEqual(0.5);
		expect(meanBounds(turned(flip - 1), { alpha: 0.05 }).low).toBeGreaterThan(0.5);
	});

	it('is the same for the mirror image, and null exactly where nothing is decided', () => {
		const mirror: Record<WinVote, WinVote> = { candidate: 'parent', parent: 'candidate', tie: 'tie', both_bad: 'both_bad' };
		fc.assert(
			fc.property(groups, (all) => {
				const mirrored = all.map((one) => ({ ...one, comparisons: one.comparisons.map((cast) => cast.map((vote) => mirror[vote])) }));
				const flip = votesToFlip(all, { mean: 0.5, alpha: 0.05 });
				expect(votesToFlip(mirrored, { mean: 0.5, alpha: 0.05 })).toBe(flip);
				expect(flip === null).toBe(look(all).verdict === 'unclear' || (look(all).verdict === 'too_few' && votesToFlip(all, { mean: 0.5, alpha: 0.05 }) === null));
				if (flip !== null) expect(flip).toBeLessThanOrEqual(all.flatMap(({ comparisons }) => comparisons.flat()).length);
			}),
			{ numRuns: 100 }
		);
	});
});

describe('a look', () => {
	it('says which side leads, with what would undo it', () => {
		expect(look(alternate(['candidate', 'candidate', 'candidate', 'tie'], 60))).toMatchObject({ verdict: 'above', more: null, groups: 60, judgments: 60, flip: expect.any(Number) as number });
		expect(look(alternate(['parent', 'parent', 'parent', 'tie'], 60))).toMatchObject({ verdict: 'below' });
	});

	it('says about how many more decide it where it is open', () => {
		const open = look(alternate(['candidate', 'candidate', 'candidate', 'parent', 'parent'], 50));
		expect(open).toMatchObject({ verdict: 'unclear', flip: null });
		expect(open.more?.groups).toBeGreaterThan(0);
		expect(open.more?.judgments).toBe(open.more?.groups);
	});

	it('gives no verdict under 20 groups, nor of none at all', () => {
		expect(look(alternate(['candidate'], 19))).toMatchObject({ verdict: 'too_few', flip: null, more: null });
		expect(look([])).toMatchObject({ verdict: 'too_few', value: null, low: null });
	});
});
