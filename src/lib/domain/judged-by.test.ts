import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliberate } from './deliberation.ts';
import { JudgedByCount, judgedByProblems } from './judged-by.ts';
import type { BundleJudgment } from './prompt-bundle.ts';
import { createRng } from './rng.ts';

type Said = { group: string; judgments: BundleJudgment[] };
const vote = (judge: string, verdict: BundleJudgment['verdict'], more: Partial<BundleJudgment> = {}): BundleJudgment => ({ key: `${judge} ${verdict}`, judge, verdict, kind: 'counting', ...more });
const rule = { origins: ['workspace', 'import'] as const };

function counted(said: readonly Said[], criterion = false) {
	const count = new JudgedByCount();
	for (const [i, { group, judgments }] of said.entries()) count.hear(group, 'pair', deliberate({ key: `c${i}`, mode: 'pair', a: 'a', b: 'b', overlap: 1, judgments }, rule));
	return { ...count.result({ criterion }), byPerson: Object.fromEntries(count.people()) };
}

describe('who judged', () => {
	const said: Said[] = [
		{ group: 'g1', judgments: [vote('ann', 'a'), vote('bo', 'a'), vote('cy', 'b')] },
		{ group: 'g1', judgments: [vote('ann', 'b'), vote('bo', 'b')] },
		{ group: 'g2', judgments: [vote('ann', 'a'), vote('bo', 'b'), vote('eve', 'b', { kind: 'adjudication' })] },
		{ group: 'g3', judgments: [vote('judge:7', 'tie', { kind: 'outside', origin: 'import' })] },
		{ group: 'g4', judgments: [vote('ann', 'cannot_judge', { kind: 'surplus' }), vote('bo', 'a', { kind: 'void' })] }
	];

	it('is counted by votes, people and origins; a decision by a reviewer is none of the votes', () => {
		expect(counted(said)).toMatchObject({
			votes: [1, 1, 2, 1, 0, 0],
			unanimous: 1,
			adjudicated: 1,
			origins: [{ origin: 'workspace', votes: 8, judges: 4 }, { origin: 'import', votes: 1, judges: 1 }],
			people: { count: 4, most: 3 },
			byPerson: { ann: 3, bo: 3, cy: 1, eve: 1 },
			alpha: { n: 7, groups: 2, reason: 'too_few' }
		});
		// aab · bb · ab: o_ab = 2·1/2 + 1 = 2 of n = 7 values, 3 of a and 4 of b: 1 − 6 · 2·2 / (2·3·4).
		expect(counted(said).alpha.value).toBe(0);
	});

	it('has no ordinal figure where a criterion is learnt, and none at all where nobody judged the same', () => {
		expect(counted(said, true).alphaOrdinal).toBeNull();
		expect(counted([{ group: 'g', judgments: [vote('ann', 'a')] }]).alpha).toMatchObject({ value: null, reason: 'no_pairable_values' });
		expect(counted([])).toMatchObject({ votes: [0, 0, 0, 0, 0, 0], origins: [], people: { count: 0, most: 0 } });
	});

	const any: fc.Arbitrary<Said> = fc.record({ group: fc.constantFrom('g1', 'g2', 'g3'), judgments: fc.uniqueArray(fc.tuple(fc.constantFrom('ann', 'bo', 'cy', 'di', 'el', 'fo'), fc.constantFrom('a' as const, 'b' as const, 'tie' as const)).map(([judge, verdict]) => vote(judge, verdict)), { selector: ({ judge }) => judge }) });
	it('does not depend on the order of comparisons, nor on what people are called', () => {
		fc.assert(
			fc.property(fc.array(any), fc.string(), (all, seed) => {
				const { byPerson: _, ...result } = counted(all);
				const renamed = createRng(seed).shuffle(all).map((one) => ({ ...one, judgments: one.judgments.map((judgment) => ({ ...judgment, judge: `x ${judgment.judge}` })) }));
				const { byPerson: __, ...other } = counted(renamed);
				expect(other).toEqual(result);
				expect(result.votes.reduce((sum, n) => sum + n, 0)).toBe(all.length);
			})
		);
	});

	it('keeps its figures where there are too many groups to keep apart', () => {
		const many = Array.from({ length: 5000 }, (_, i): Said => ({ group: `g${i}`, judgments: [vote('ann', 'a'), vote('bo', i % 4 === 0 ? 'b' : 'a')] }));
		const { alpha, unanimous } = counted(many);
		expect(unanimous).toBe(3750);
		// Exactly as if they were apart: n = 10,000 values, 8,750 of a; D_o = 1250 · 2 / 10,000, D_e = 2 · 8750 · 1250 / (10,000 · 9,999).
		expect(alpha.value).toBeCloseTo(1 - (0.25 * 10_000 * 9999) / (2 * 8750 * 1250), 6);
		expect(alpha.groups).toBeLessThanOrEqual(4096);
		expect((alpha.low ?? 1) < (alpha.value ?? 0) && (alpha.value ?? 1) < (alpha.high ?? 0)).toBe(true);
	});
});

describe('what does not add up is said', () => {
	const whole = { ...counted([{ group: 'g', judgments: [vote('ann', 'a'), vote('bo', 'a')] }]), people: { count: 2, most: 1, roles: [{ name: 'annotator', people: 2, votes: 2 }], skills: [] }, guidelines: [] };
	it.each([
		['nothing', whole, 1, 0],
		['comparisons', whole, 2, 1],
		['people', { ...whole, people: { ...whole.people, roles: [{ name: 'annotator', people: 1, votes: 2 }] } }, 1, 1],
		['votes', { ...whole, people: { ...whole.people, most: 9 } }, 1, 1],
		['unanimity', { ...whole, unanimous: 2 }, 1, 1]
	])('%s', (_, judgedBy, comparisons, problems) => expect(judgedByProblems(judgedBy, comparisons)).toHaveLength(problems));
});
