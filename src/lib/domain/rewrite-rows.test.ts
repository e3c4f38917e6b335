import { describe, expect, it } from 'vitest';
import { contentHash } from './canonical-json.ts';
import type { MapOptions } from './mapping.ts';
import type { Message } from './message.ts';
import { mapPrompt } from './preference-dataset.ts';
import type { BundleComparison, BundleJudgment, PromptBundle } from './prompt-bundle.ts';
import type { Rewrite } from './rewrite.ts';
import type { Verdict } from './verdict.ts';

const options: MapOptions = { origins: ['workspace'], includeRewrites: true, maxChars: null };
const says = (content: string): Message[] => [{ role: 'assistant', content }];
const responses = ['x', 'y'].map((key) => ({ key, hash: contentHash(says(key)), messages: says(`answer ${key}`) }));
const judgment = (key: string, verdict: Verdict, rewrite: [Rewrite['side'], string] | null, kind: BundleJudgment['kind'] = 'counting'): BundleJudgment => ({ key, verdict, kind, rewrite: rewrite && { side: rewrite[0], messages: says(rewrite[1]) } });
const bundle = (judgments: BundleJudgment[], more: Partial<PromptBundle & BundleComparison> = {}): PromptBundle => ({
	split: more.split ?? 'train',
	messages: [{ role: 'user', content: 'Why?' }],
	responses,
	comparisons: [{ key: 'c', mode: more.mode ?? 'pair', a: 'x', b: more.mode === 'single' ? null : 'y', overlap: judgments.filter(({ kind }) => kind === 'counting').length, judgments }]
});
const rewritesOf = (...args: Parameters<typeof mapPrompt>) => mapPrompt(...args).rewrites;
const fatesOf = (...args: Parameters<typeof mapPrompt>) => rewritesOf(...args).fates.map(({ fate }) => fate);

describe('a rewrite', () => {
	it('is preferred to the answer it mends, beside the row of the verdict', () => {
		const mapped = mapPrompt('dpo', bundle([judgment('j', 'a', ['b', 'better y'])]), options);
		expect(mapped.rows).toHaveLength(1);
		expect(mapped.rewrites.rows).toEqual([{ messages: [{ role: 'user', content: 'Why?' }, { role: 'assistant', content: 'better y' }], rejected_response: 'answer y' }]);
	});

	it('gives its row also where the verdict gives none', () => {
		for (const verdict of ['tie', 'both_bad'] as const) expect(rewritesOf('dpo', bundle([judgment('j', verdict, ['a', 'better x'])]), options).rows).toHaveLength(1);
		expect(rewritesOf('orpo', bundle([judgment('j', 'bad', ['a', 'better x'])], { mode: 'single' }), options).rows).toMatchObject([{ rejected_response: 'answer x' }]);
	});

	it('is a desirable answer for kto, once', () => {
		const two = bundle([judgment('j', 'a', ['b', 'better']), judgment('k', 'a', ['a', 'better']), judgment('l', 'a', ['b', 'answer x'])]);
		const { rows, fates } = rewritesOf('kto', two, options);
		expect(rows).toMatchObject([{ label: true, messages: [{}, { content: 'better' }] }]);
		expect(fates.map(({ fate }) => fate)).toEqual(['row', 'identical', 'identical']);
	});

	it('is an answer to learn for sft, once', () => {
		const two = bundle([judgment('j', 'tie', ['b', 'better']), judgment('k', 'tie', ['a', 'better'])]);
		expect(rewritesOf('sft', two, options).rows).toEqual([{ messages: [{ role: 'user', content: 'Why?' }, { role: 'assistant', content: 'better' }] }]);
	});

	it('counts as its judgment counts', () => {
		const kinds = ['counting', 'adjudication', 'surplus', 'void', 'filtered', 'outside'] as const;
		const judgments = kinds.map((kind) => judgment(kind, 'a', ['b', `better by ${kind}`], kind));
		expect(rewritesOf('dpo', bundle(judgments), { ...options, origins: ['workspace', 'import'] }).fates.map(({ judgmentKey }) => judgmentKey)).toEqual(['counting', 'adjudication']);
	});

	it('is left out by rule, by length and on held-out prompts, each with its reason', () => {
		const one = [judgment('j', 'a', ['b', 'better y'])];
		expect(fatesOf('dpo', bundle(one), { ...options, includeRewrites: false })).toEqual(['filtered']);
		expect(fatesOf('dpo', bundle(one), { ...options, maxChars: 10 })).toEqual(['too_long']);
		for (const split of ['dev', 'test'] as const) for (const wanted of ['train', split] as const) expect(fatesOf('dpo', bundle(one, { split }), { ...options, split: wanted })).toEqual(['split']);
		expect(fatesOf('dpo', bundle([judgment('j', 'a', ['b', 'answer y'])]), options)).toEqual(['identical']);
	});

	it('has its template marks made harmless', () => {
		const mapped = mapPrompt('dpo', bundle([judgment('j', 'tie', ['b', 'see <image>'])]), options);
		expect(mapped.rewrites.facts.map(({ neutralised }) => neutralised)).toEqual([1]);
		expect(JSON.stringify(mapped.rewrites.rows)).not.toContain('<image>');
	});
});
