import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentHash } from './canonical-json.ts';
import type { MapOptions } from './mapping.ts';
import type { Message } from './message.ts';
import { mapPrompt, DATASET_OBJECTIVES, rowKindOf } from './preference-dataset.ts';
import type { BundleComparison, BundleJudgment, BundleResponse, JudgmentKind, PromptBundle } from './prompt-bundle.ts';
import { PAIR_VERDICTS, SINGLE_VERDICTS } from './verdict.ts';
import type { Verdict } from './verdict.ts';

const options: MapOptions = { origins: ['workspace'], maxChars: null };
const KINDS: JudgmentKind[] = ['counting', 'adjudication', 'surplus', 'void', 'filtered', 'outside'];

function response(key: string, text = `answer ${key}`): BundleResponse {
	const messages: Message[] = [{ role: 'assistant', content: text }];
	return { key, hash: contentHash(messages), messages };
}

function bundle(comparisons: BundleComparison[], more: Partial<PromptBundle> = {}): PromptBundle {
	return { split: 'train', messages: [{ role: 'user', content: 'Why?' }], responses: ['x', 'y', 'z'].map((key) => response(key)), comparisons, ...more };
}

let made = 0;
function judgment(verdict: Verdict, kind: JudgmentKind = 'counting'): BundleJudgment {
	return { key: `j${(made += 1)}`, verdict, kind };
}

function pair(a: string, b: string, judgments: BundleJudgment[], overlap = 1): BundleComparison {
	return { key: `${a}:${b}`, mode: 'pair', a, b, overlap, judgments };
}

function single(a: string, verdict: Verdict): BundleComparison {
	return { key: a, mode: 'single', a, overlap: 1, judgments: [judgment(verdict)] };
}

const outcomesOf = (...args: Parameters<typeof mapPrompt>) => mapPrompt(...args).outcomes.map(({ outcome }) => outcome);
const dispositionsOf = (...args: Parameters<typeof mapPrompt>) => mapPrompt(...args).dispositions.map(({ disposition }) => disposition);
const labelsOf = (prompt: PromptBundle, more = options) => mapPrompt('kto', prompt, more).rows.map((row) => 'label' in row && [row.messages.at(-1)?.content, row.label]);

describe('mapPrompt for pair objectives', () => {
	it('writes the preferred answer as the conversation and the other as rejected', () => {
		expect(mapPrompt('dpo', bundle([pair('x', 'y', [judgment('b')])]), options)).toMatchObject({
			rows: [{ messages: [{ role: 'user', content: 'Why?' }, { role: 'assistant', content: 'answer y' }], rejected_response: 'answer x' }],
			origins: [['x:y']],
			outcomes: [{ comparisonKey: 'x:y', outcome: 'row', verdict: 'b' }]
		});
	});

	it('drops what is not decisive, each with its reason', () => {
		const undecided = [
			pair('x', 'y', [judgment('tie')]),
			pair('x', 'z', [judgment('both_bad')]),
			pair('y', 'z', [judgment('a'), judgment('b')], 2),
			pair('z', 'x', [judgment('a')], 2)
		];
		for (const objective of DATASET_OBJECTIVES.filter((name) => rowKindOf(name) === 'pair')) {
			expect(outcomesOf(objective, bundle(undecided), options)).toEqual(['tie', 'both_bad', 'no_majority', 'incomplete']);
			expect(mapPrompt(objective, bundle(undecided), options).rows).toEqual([]);
		}
	});

	it('uses the judgments of the minority too', () => {
		expect(dispositionsOf('dpo', bundle([pair('x', 'y', [judgment('a'), judgment('b'), judgment('a')], 3)]), options)).toEqual(['used', 'used', 'used']);
	});

	it('gives a row of each judgment where that is the rule, and none of a comparison that too few have judged', () => {
		const each: MapOptions = { ...options, aggregation: 'each' };
		const comparisons = [pair('x', 'y', [judgment('a'), judgment('b')], 2), pair('y', 'z', [judgment('a'), judgment('a')], 3)];
		expect(mapPrompt('dpo', bundle(comparisons), each).rows).toHaveLength(2);
		expect(outcomesOf('dpo', bundle(comparisons), each)).toEqual(['row', 'incomplete']);
		expect(dispositionsOf('dpo', bundle(comparisons), each)).toEqual(['used', 'used', 'incomplete', 'incomplete']);
		// A reviewer's verdict makes up for who is missing.
		expect(outcomesOf('dpo', bundle([pair('y', 'z', [judgment('a'), judgment('a', 'adjudication')], 3)]), each)).toEqual(['row']);
	});

	it('drops a pair whose answers are the same to the engine', () => {
		const responses = [response('x', 'same'), { ...response('y', 'same'), messages: [{ role: 'assistant' as const, content: [{ type: 'text' as const, text: 'same' }] }] }];
		expect(outcomesOf('dpo', bundle([pair('x', 'y', [judgment('a')])], { responses }), options)).toEqual(['identical']);
	});

	it('drops a pair whose longer answer makes the row too long', () => {
		const long = bundle([pair('x', 'y', [judgment('a')])], { responses: [response('x', 'ab'), response('y', 'abcdef')] });
		expect(outcomesOf('dpo', long, { origins: ['workspace'], maxChars: 10 })).toEqual(['row']);
		expect(outcomesOf('dpo', long, { origins: ['workspace'], maxChars: 9 })).toEqual(['too_long']);
	});

	it('leaves single answers out as filtered', () => {
		expect(outcomesOf('orpo', bundle([single('x', 'good')]), options)).toEqual(['filtered']);
	});

	it('counts template marks in the rows it writes and in no others', () => {
		const marked = bundle([pair('x', 'y', [judgment('a')]), pair('x', 'z', [judgment('tie')])], {
			messages: [{ role: 'user', content: '<img>/etc/passwd</img>' }],
			responses: [response('x', '<|im_end|>'), response('y'), response('z', '<image>')]
		});
		const mapped = mapPrompt('dpo', marked, options);
		expect(mapped.facts.reduce((sum, { neutralised }) => sum + neutralised, 0)).toBe(3);
		expect(JSON.stringify(mapped.rows)).not.toMatch(/<img>|<\|im_end/);
	});

	it('throws on a comparison whose response is missing', () => {
		expect(() => mapPrompt('dpo', bundle([pair('x', 'gone', [judgment('a')])]), options)).toThrow('gone');
	});
});

describe('mapPrompt and splits', () => {
	it('writes no row of another split, but keeps a judgment’s own reason', () => {
		const held = bundle([pair('x', 'y', [judgment('a'), judgment('b', 'void'), judgment('a', 'surplus')])], { split: 'test' });
		const mapped = mapPrompt('dpo', held, options);
		expect(mapped.rows).toEqual([]);
		expect(mapped.outcomes).toEqual([{ comparisonKey: 'x:y', outcome: 'split', verdict: 'a' }]);
		expect(mapped.dispositions.map(({ disposition }) => disposition)).toEqual(['split', 'void', 'surplus']);
		expect(mapPrompt('dpo', held, { ...options, split: 'test' }).rows).toHaveLength(1);
	});
});

describe('mapPrompt and imports', () => {
	const imported = pair('x', 'y', [judgment('a', 'outside')], 3);

	it('filters imported preferences unless they were asked for; alone they need no overlap', () => {
		expect(outcomesOf('dpo', bundle([imported]), options)).toEqual(['origin']);
		expect(dispositionsOf('dpo', bundle([imported]), options)).toEqual(['origin']);
		expect(dispositionsOf('dpo', bundle([imported]), { ...options, origins: ['workspace', 'import'] })).toEqual(['used']);
	});

	it('lets the people here decide where they have judged', () => {
		const both = bundle([pair('x', 'y', [judgment('a', 'outside'), judgment('b')])]);
		const mapped = mapPrompt('dpo', both, { ...options, origins: ['workspace', 'import'] });
		expect(mapped.outcomes[0]).toMatchObject({ outcome: 'row', verdict: 'b' });
		expect(mapped.dispositions.map(({ disposition }) => disposition)).toEqual(['surplus', 'used']);
		expect(outcomesOf('dpo', bundle([pair('x', 'y', [judgment('a', 'outside'), judgment('b')], 3)]), { ...options, origins: ['workspace', 'import'] })).toEqual(['incomplete']);
	});

	it('takes imports back up when the only person here could not judge', () => {
		const unsure = bundle([pair('x', 'y', [judgment('a', 'outside'), judgment('cannot_judge')], 3)]);
		expect(dispositionsOf('dpo', unsure, { ...options, origins: ['workspace', 'import'] })).toEqual(['used', 'surplus']);
	});
});

describe('mapPrompt for kto', () => {
	it('labels the winner desirable and the loser not, both undesirable when both are bad, none when tied', () => {
		expect(labelsOf(bundle([pair('x', 'y', [judgment('a')])]))).toEqual([['answer x', true], ['answer y', false]]);
		expect(labelsOf(bundle([pair('x', 'y', [judgment('both_bad')])]))).toEqual([['answer x', false], ['answer y', false]]);
		expect(labelsOf(bundle([pair('x', 'y', [judgment('tie')])]))).toEqual([]);
		expect(labelsOf(bundle([single('x', 'good'), single('y', 'bad')]))).toEqual([['answer x', true], ['answer y', false]]);
	});

	it('writes one row per answer however often it won', () => {
		const mapped = mapPrompt('kto', bundle([pair('x', 'y', [judgment('a')]), pair('x', 'z', [judgment('a')])]), options);
		expect(mapped.rows).toHaveLength(3);
		expect(mapped.origins).toEqual([['x:y', 'x:z'], ['x:y'], ['x:z']]);
	});

	it('writes no row for an answer that is good here and bad there, and says so', () => {
		const mapped = mapPrompt('kto', bundle([pair('x', 'y', [judgment('a')]), pair('y', 'z', [judgment('a')])]), options);
		expect(mapped.rows).toHaveLength(2);
		expect(mapped.droppedResponses).toEqual([{ responseKey: 'y', reason: 'conflict' }]);
		expect(mapped.outcomes.map(({ outcome }) => outcome)).toEqual(['row', 'row']);
	});

	it('drops a comparison as conflict when none of its answers has a row', () => {
		const cycle = bundle([pair('x', 'y', [judgment('a')]), pair('y', 'z', [judgment('a')]), pair('z', 'x', [judgment('a')])]);
		expect(outcomesOf('kto', cycle, options)).toEqual(['conflict', 'conflict', 'conflict']);
		expect(dispositionsOf('kto', cycle, options)).toEqual(['conflict', 'conflict', 'conflict']);
		expect(mapPrompt('dpo', cycle, options).rows).toHaveLength(3);
	});

	it('takes the same text under two keys as one answer', () => {
		const responses = [response('x', 'same'), response('y', 'other'), response('z', 'same')];
		expect(labelsOf(bundle([pair('x', 'y', [judgment('a')]), single('z', 'good')], { responses }))).toEqual([['same', true], ['other', false]]);
		expect(outcomesOf('kto', bundle([pair('x', 'z', [judgment('a')])], { responses }), options)).toEqual(['identical']);
		expect(labelsOf(bundle([pair('x', 'z', [judgment('both_bad')])], { responses }))).toEqual([['same', false]]);
	});

	it('drops only the answer that is too long', () => {
		const long = bundle([pair('x', 'y', [judgment('a')])], { responses: [response('x', 'ab'), response('y', 'abcdef')] });
		expect(labelsOf(long, { origins: ['workspace'], maxChars: 6 })).toEqual([['ab', true]]);
		expect(outcomesOf('kto', long, { origins: ['workspace'], maxChars: 3 })).toEqual(['too_long']);
	});
});

const anyComparison = fc
	.record({
		mode: fc.constantFrom('pair' as const, 'single' as const),
		sides: fc.shuffledSubarray(['x', 'y', 'z', 'same', 'same2'], { minLength: 2, maxLength: 2 }),
		overlap: fc.integer({ min: 1, max: 3 }),
		kinds: fc.array(fc.tuple(fc.constantFrom(...KINDS), fc.nat()), { maxLength: 5 })
	})
	.map(({ mode, sides, overlap, kinds }): BundleComparison => {
		const verdicts = mode === 'pair' ? PAIR_VERDICTS : SINGLE_VERDICTS;
		const judgments = kinds.map(([kind, n]) => judgment(verdicts[n % verdicts.length] as Verdict, kind));
		return { key: `c${(made += 1)}`, mode, a: sides[0] as string, b: mode === 'pair' ? (sides[1] as string) : null, overlap, judgments };
	});

describe('mapPrompt for sft', () => {
	const learnt = (prompt: PromptBundle) => mapPrompt('sft', prompt, options).rows.map((row) => row.messages.at(-1)?.content);

	it('learns the winner, once, as a conversation without a word of the other answer', () => {
		const prompt = bundle([pair('x', 'y', [judgment('a')]), pair('z', 'x', [judgment('b')])]);
		expect(mapPrompt('sft', prompt, options)).toMatchObject({ rows: [{ messages: [{ role: 'user', content: 'Why?' }, { role: 'assistant', content: 'answer x' }] }], origins: [['x:y', 'z:x']] });
		expect(outcomesOf('sft', prompt, options)).toEqual(['row', 'row']);
	});

	it('leaves out an answer that won once and was found bad or lost elsewhere', () => {
		const prompt = bundle([pair('x', 'y', [judgment('a')]), pair('y', 'z', [judgment('a')]), pair('x', 'z', [judgment('both_bad')])]);
		expect(learnt(prompt)).toEqual([]);
		expect(outcomesOf('sft', prompt, options)).toEqual(['conflict', 'conflict', 'both_bad']);
		expect(outcomesOf('sft', bundle(prompt.comparisons.slice(0, 2)), options)).toEqual(['row', 'conflict']);
	});

	it('takes answers judged alone when they are good', () => {
		expect(learnt(bundle([single('x', 'good'), single('y', 'bad')]))).toEqual(['answer x']);
		expect(outcomesOf('sft', bundle([single('x', 'good'), single('y', 'bad')]), options)).toEqual(['row', 'bad']);
	});

	it('learns exactly the answers that kto calls desirable', () => {
		const responses = [response('x'), response('y'), response('z'), response('same', 'same'), response('same2', 'same')];
		fc.assert(
			fc.property(fc.array(anyComparison, { maxLength: 6 }), (comparisons) => {
				const prompt = bundle(comparisons, { responses });
				const desirable = mapPrompt('kto', prompt, options).rows.filter((row) => 'label' in row && row.label);
				expect(mapPrompt('sft', prompt, options).rows.map((row) => row.messages)).toEqual(desirable.map((row) => row.messages));
			})
		);
	});
});

describe('mapPrompt for anything', () => {
	const responses = [response('x'), response('y'), response('z'), response('same', 'same'), response('same2', 'same')];
	const anyBundle = fc.record({ split: fc.constantFrom('train' as const, 'dev' as const, 'test' as const), comparisons: fc.array(anyComparison, { maxLength: 6 }) });

	it('accounts for every comparison and judgment exactly once, and rows stand behind exactly the used ones', () => {
		fc.assert(
			fc.property(fc.constantFrom(...DATASET_OBJECTIVES), anyBundle, fc.boolean(), fc.constantFrom(null, 11), (objective, { split, comparisons }, includeImports, maxChars) => {
				const mapped = mapPrompt(objective, bundle(comparisons, { split, responses }), { origins: includeImports ? ['workspace', 'import'] : ['workspace'], maxChars });
				expect(mapped.outcomes.map(({ comparisonKey }) => comparisonKey)).toEqual(comparisons.map(({ key }) => key));
				expect(mapped.dispositions.map(({ judgmentKey }) => judgmentKey)).toEqual(comparisons.flatMap(({ judgments }) => judgments.map(({ key }) => key)));
				const withRow = new Set(mapped.outcomes.filter(({ outcome }) => outcome === 'row').map(({ comparisonKey }) => comparisonKey));
				expect(new Set(mapped.origins.flat())).toEqual(withRow);
				const used = new Set(mapped.dispositions.filter(({ disposition }) => disposition === 'used').map(({ judgmentKey }) => judgmentKey));
				expect(new Set(comparisons.filter(({ judgments }) => judgments.some(({ key }) => used.has(key))).map(({ key }) => key))).toEqual(withRow);
				if (rowKindOf(objective) === 'pair') expect(mapped.rows).toHaveLength(withRow.size);
				if (objective === 'sft') expect(mapped.rows.length).toBeLessThanOrEqual(withRow.size);
				if (split !== 'train') expect(mapped.rows).toEqual([]);
			}),
			{ numRuns: 1000 }
		);
	});

	it('gives the same rows when the canonical sides are swapped', () => {
		const swap = (verdict: Verdict): Verdict => (verdict === 'a' ? 'b' : verdict === 'b' ? 'a' : verdict);
		fc.assert(
			fc.property(fc.constantFrom(...DATASET_OBJECTIVES), fc.array(anyComparison, { maxLength: 6 }), (objective, comparisons) => {
				const swapped = comparisons.map((comparison) =>
					comparison.mode === 'single' || comparison.b == null
						? comparison
						: { ...comparison, a: comparison.b, b: comparison.a, judgments: comparison.judgments.map((one) => ({ ...one, verdict: swap(one.verdict) })) }
				);
				const rowsOf = (list: BundleComparison[]) => new Set(mapPrompt(objective, bundle(list, { responses }), options).rows.map(contentHash));
				expect(rowsOf(swapped)).toEqual(rowsOf(comparisons));
			})
		);
	});
});
