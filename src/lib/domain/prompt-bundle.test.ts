import { describe, expect, it } from 'vitest';
import { deliberate } from './prompt-bundle.ts';
import type { JudgmentKind } from './prompt-bundle.ts';
import type { Verdict } from './verdict.ts';

function hear(overlap: number, includeImports: boolean, ...judgments: [Verdict, JudgmentKind][]): [string, string[]] {
	const comparison = { key: 'c', mode: 'pair' as const, a: 'x', b: 'y', overlap, judgments: judgments.map(([verdict, kind], i) => ({ key: `j${i}`, verdict, kind })) };
	const { aggregate, standings } = deliberate(comparison, { includeImports });
	return [aggregate.kind === 'decided' ? aggregate.verdict : aggregate.kind, standings.map(({ standing }) => standing)];
}

describe('deliberate', () => {
	it('lets only counting judgments and adjudications vote', () => {
		expect(hear(1, false, ['a', 'counting'], ['b', 'surplus'], ['b', 'void'], ['b', 'filtered'])).toEqual(['a', ['voting', 'surplus', 'void', 'filtered']]);
		expect(hear(2, false, ['a', 'counting'], ['b', 'adjudication'])).toEqual(['b', ['voting', 'voting']]);
	});

	it('keeps cannot_judge as surplus, unless it was voided or filtered', () => {
		expect(hear(1, false, ['cannot_judge', 'counting'], ['cannot_judge', 'void'], ['cannot_judge', 'filtered'])).toEqual(['incomplete', ['surplus', 'void', 'filtered']]);
	});

	it('filters imports that were not asked for', () => {
		expect(hear(1, false, ['a', 'import'])).toEqual(['incomplete', ['filtered']]);
	});

	it('needs no overlap of imports alone, and a majority of several', () => {
		expect(hear(3, true, ['a', 'import'])).toEqual(['a', ['voting']]);
		expect(hear(3, true, ['a', 'import'], ['b', 'import'])).toEqual(['no_majority', ['voting', 'voting']]);
	});

	it('sets imports aside as soon as somebody here has judged', () => {
		expect(hear(2, true, ['a', 'import'], ['b', 'counting'])).toEqual(['incomplete', ['surplus', 'voting']]);
		expect(hear(2, true, ['a', 'import'], ['b', 'adjudication'])).toEqual(['b', ['surplus', 'voting']]);
		expect(hear(2, true, ['a', 'import'], ['b', 'void'])).toEqual(['a', ['voting', 'void']]);
	});
});
