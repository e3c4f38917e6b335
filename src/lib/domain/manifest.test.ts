import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256Hex } from './canonical-json.ts';
import { addTallies, buildManifest, manifestHash, manifestProblems, manifestRule, readableManifest, roundsTaken, tally } from './manifest.ts';
import type { Manifest, ManifestInput } from './manifest.ts';
import { DROP_REASONS } from './prompt-bundle.ts';
import { completeRule } from './snapshot-rule.ts';

const file = (rows: number) => ({ rows, sha256: sha256Hex(String(rows)) });

function input(more: Partial<ManifestInput> = {}): ManifestInput {
	return {
		objective: 'dpo',
		rule: manifestRule(completeRule(), [1]),
		totals: { prompts: 5, comparisons: 7, judgments: 12 },
		comparisons: { used: 3, dropped: { tie: 1, split: 3 } },
		judgments: { used: 6, dropped: { tie: 2, split: 3, void: 1 } },
		rewrites: { used: 0, dropped: {} },
		splits: { train: file(3), dev: file(1), test: file(2) },
		heldOut: file(3),
		neutralised: 2,
		guidelines: [sha256Hex('g2'), sha256Hex('g1'), sha256Hex('g2')],
		systemPrompts: [sha256Hex('s')],
		labels: null,
		desirableWeight: null,
		cycles: 0,
		lengthBias: (more.objective ?? 'dpo') === 'dpo' || more.objective === 'orpo' ? { pairs: more.splits?.train.rows ?? 3, sameLength: 0, longerChosen: 1, groups: 1, low: null, high: null } : null,
		composition: { tags: [], languages: [], sources: [], lengths: [] },
		judgedBy: null,
		desensitised: { looked: 'none', found: {} },
		...more
	};
}

const problemsOf = (more: Partial<ManifestInput>): string[] => manifestProblems(buildManifest(input(more)));

describe('buildManifest', () => {
	it('gives the same bytes whatever the order of reasons and hashes', () => {
		const other = input({ guidelines: [sha256Hex('g1'), sha256Hex('g2')], comparisons: { used: 3, dropped: { split: 3, void: 0, tie: 1 } } });
		expect(canonicalJson(buildManifest(other))).toBe(canonicalJson(buildManifest(input())));
		expect(manifestHash(buildManifest(other))).toBe(manifestHash(buildManifest(input())));
	});

	it('gives another hash when anything else differs', () => {
		const base = manifestHash(buildManifest(input()));
		const changes: Partial<ManifestInput>[] = [{ neutralised: 3 }, { cycles: 1 }, { heldOut: { ...file(3), sha256: sha256Hex('x') } }, { systemPrompts: [] }, { objective: 'orpo' }];
		for (const change of changes) expect(manifestHash(buildManifest(input(change)))).not.toBe(base);
	});
});

describe('rewrites in a manifest', () => {
	const rewrites = { used: 2, dropped: { split: 1 } };
	const splits = { train: file(5), dev: file(1), test: file(2) };
	it('give rows beside those of the comparisons', () => expect(problemsOf({ rewrites, splits })).toEqual([]));
	it('that lack their rows, or are more than there are judgments, are found', () => {
		expect(problemsOf({ rewrites })).toHaveLength(1);
		expect(problemsOf({ splits })).toHaveLength(1);
		expect(problemsOf({ rewrites: { used: 2, dropped: { split: 11 } }, splits })).toEqual(['There are more rewrites than judgments.']);
		expect(problemsOf({ rewrites, splits, rule: { ...input().rule, includeRewrites: false } })).toEqual(['Rewrites gave rows against the rule.']);
	});
	it('may be all there is', () => expect(problemsOf({ rewrites, splits: { ...splits, train: file(2) }, comparisons: { used: 0, dropped: { tie: 4, split: 3 } }, judgments: { used: 0, dropped: { tie: 12 } } })).toEqual([]));
});

describe('manifestProblems', () => {
	it('finds nothing where all adds up', () => {
		expect(problemsOf({})).toEqual([]);
		expect(problemsOf({ objective: 'kto', splits: { train: file(6), dev: file(0), test: file(0) }, labels: { desirable: 3, undesirable: 3 }, desirableWeight: { desirable: 1, undesirable: 1 } })).toEqual([]);
	});

	it('finds a judgment or comparison that was lost', () => {
		expect(problemsOf({ totals: { prompts: 5, comparisons: 7, judgments: 13 } })).toEqual(['Used and dropped judgments add up to 12, not to 13.']);
		expect(problemsOf({ totals: { prompts: 5, comparisons: 8, judgments: 12 } })).toEqual(['Used and dropped comparisons add up to 7, not to 8.']);
	});

	it('finds rows that no comparison stands for', () => {
		expect(problemsOf({ splits: { train: file(4), dev: file(1), test: file(2) } })).toHaveLength(1);
		expect(problemsOf({ heldOut: file(4) })).toHaveLength(1);
		expect(problemsOf({ objective: 'kto', splits: { train: file(6), dev: file(0), test: file(0) }, labels: { desirable: 3, undesirable: 2 } })).toHaveLength(1);
	});

	it('finds labels outside kto, wrong hashes, broken counts, unknown reasons and formats', () => {
		expect(problemsOf({ labels: { desirable: 1, undesirable: 2 } })).toHaveLength(1);
		expect(problemsOf({ heldOut: { rows: 3, sha256: 'no' } })).toHaveLength(1);
		expect(problemsOf({ neutralised: -1 })).toHaveLength(1);
		const manifest = buildManifest(input());
		const odd = { ...manifest, judgments: { used: 6, dropped: { tie: 2, split: 3, lost: 1 } } } as unknown as Manifest;
		expect(manifestProblems(odd)).toEqual(['lost is not a reason to drop judgments.']);
		expect(manifestProblems({ ...manifest, format: { name: manifest.format.name, version: 99 } })).toHaveLength(1);
	});
});

describe('a manifest of an earlier day', () => {
	it('is read without what it did not know, its bytes as they were', () => {
		const { lengthBias: _, composition: __, rewrites: ___, ...old } = { ...buildManifest(input()), format: { name: 'plumbline-preference-dataset', version: 1 } };
		const read = readableManifest(old as Manifest);
		expect(read).toMatchObject({ lengthBias: null, composition: null, rewrites: { used: 0 }, comparisons: old.comparisons });
		expect(old).not.toHaveProperty('lengthBias');
	});
});

describe('manifestRule', () => {
	it('says how many people were left out, never who', () => {
		const person = '5a1d2c3e-0000-4000-8000-000000000001';
		const rule = manifestRule(completeRule({ annotators: { mode: 'except', people: [person] }, strength: 'margin' }), [1, 2]);
		expect(rule).toMatchObject({ annotators: { mode: 'except', people: 1 }, margins: { clearly: 1 }, rounds: 'all_rounds', filter: { rounds: [1, 2] } });
		expect(JSON.stringify(rule)).not.toContain(person);
	});
});

describe('tally', () => {
	it('adds up to the number of fates, part by part or at once', () => {
		const fates = fc.array(fc.constantFrom('used' as const, 'row' as const, ...DROP_REASONS));
		fc.assert(
			fc.property(fates, fates, (one, other) => {
				const whole = tally([...one, ...other]);
				expect(addTallies(tally(one), tally(other))).toEqual(whole);
				expect(whole.used + Object.values(whole.dropped).reduce((sum, count) => sum + count, 0)).toBe(one.length + other.length);
			})
		);
	});
});

it('names a choice of rounds by that choice alone', () => {
	expect([[1], [3], [1, 2], [1, 2, 3], [2, 3], [1, 3]].map(roundsTaken)).toEqual(['this_round', 'this_round', 'all_rounds', 'all_rounds', 'some_rounds', 'some_rounds']);
});
