import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JudgedBy } from '../judged-by.ts';
import { buildManifest, manifestRule, readableManifest } from '../manifest.ts';
import type { Manifest, ManifestInput } from '../manifest.ts';
import { completeRule } from '../snapshot-rule.ts';
import { dataCard } from './data-card.ts';
import type { CardFacts } from './data-card.ts';
import { knownLimits } from './limits.ts';
import { cardMarkdown, hubFrontMatter } from './markdown.ts';

const sha256 = 'ab'.repeat(32);
const file = (rows: number) => ({ rows, sha256 });
const figure = (value: number | null, low: number | null, high: number | null) => ({ value, low, high, n: 90, groups: 40, method: 'cluster_bootstrap' as const });

function judgedBy(more: Partial<JudgedBy> = {}): JudgedBy {
	return {
		votes: [1, 2, 30, 0, 0, 0],
		unanimous: 25,
		adjudicated: 3,
		origins: [{ origin: 'workspace', votes: 62, judges: 4 }],
		alpha: figure(0.8, 0.7, 0.9),
		alphaOrdinal: null,
		people: { count: 4, most: 20, roles: [{ name: 'annotator', people: 4, votes: 62 }], skills: [{ name: 'tax', people: 1, votes: 9 }] },
		guidelines: [{ sha256, judgments: 60 }, { sha256: null, judgments: 2 }],
		...more
	};
}

/** A manifest with nothing against it. */
function manifest(more: Partial<ManifestInput> = {}): Manifest {
	return buildManifest({
		objective: 'dpo',
		rule: manifestRule(completeRule(), [1]),
		totals: { prompts: 40, comparisons: 33, judgments: 62 },
		comparisons: { used: 28, dropped: { split: 5 } },
		judgments: { used: 52, dropped: { split: 10 } },
		rewrites: { used: 0, dropped: {} },
		splits: { train: file(2000), dev: file(30), test: file(90) },
		heldOut: file(120),
		neutralised: 0,
		guidelines: [sha256],
		systemPrompts: [],
		labels: null,
		desirableWeight: null,
		cycles: 0,
		lengthBias: { pairs: 2000, sameLength: 0, longerChosen: 1010, groups: 900, low: 0.48, high: 0.53 },
		composition: { tags: [{ name: '', train: 1, dev: 0, test: 0 }], languages: [{ name: 'zh-Hans', train: 1, dev: 0, test: 0 }, { name: '', train: 1, dev: 0, test: 0 }], sources: [{ name: 'person', train: 1, dev: 0, test: 0 }], lengths: [{ name: '256', train: 2000, dev: 0, test: 0 }] },
		judgedBy: judgedBy(),
		desensitised: { looked: 'all', found: { phone: { placeholder: 4 } } },
		...more
	});
}

const facts = (of: Manifest, more: Partial<CardFacts> = {}): CardFacts => ({ manifest: of, sha256, project: 'tenancy', frozenAt: '2026-11-28T10:00:00Z', savedRule: null, guidelineVersions: new Map([[sha256, 3]]), ...more });
const codes = (of: Manifest): string[] => knownLimits(of).map(({ code }) => code);

describe('known limits are read from the figures', () => {
	it('and there are none where nothing is against it', () => expect(codes(manifest())).toEqual([]));
	it.each<[string, Partial<ManifestInput>]>([
		['few_rows', { splits: { train: file(999), dev: file(1), test: file(1) } }],
		['few_held_out', { heldOut: file(19) }],
		['no_dev', { splits: { train: file(2000), dev: file(0), test: file(1) } }],
		['length_bias', { lengthBias: { pairs: 100, sameLength: 0, longerChosen: 70, groups: 50, low: 0.61, high: 0.79 } }],
		['length_bias', { lengthBias: { pairs: 100, sameLength: 0, longerChosen: 30, groups: 50, low: 0.21, high: 0.39 } }],
		['length_unsure', { lengthBias: { pairs: 10, sameLength: 0, longerChosen: 9, groups: 5, low: null, high: null } }],
		['labels_uneven', { objective: 'kto', lengthBias: null, labels: { desirable: 90, undesirable: 10 } }],
		['mostly_dropped', { judgments: { used: 20, dropped: { tie: 40, split: 2 } } }],
		['single_judge', { judgedBy: judgedBy({ origins: [{ origin: 'workspace', votes: 62, judges: 1 }] }) }],
		['one_judge_leads', { judgedBy: judgedBy({ people: { count: 4, most: 32, roles: [], skills: [] } }) }],
		['single_votes', { judgedBy: judgedBy({ votes: [0, 20, 13, 0, 0, 0] }) }],
		['agreement_none', { judgedBy: judgedBy({ alpha: figure(null, null, null) }) }],
		['agreement_unsure', { judgedBy: judgedBy({ alpha: figure(0.8, null, null) }) }],
		['low_agreement_unsure', { judgedBy: judgedBy({ alpha: figure(0.3, null, null) }) }],
		['low_agreement', { judgedBy: judgedBy({ alpha: figure(0.5, 0.4, 0.6) }) }],
		['imported', { judgedBy: judgedBy({ origins: [{ origin: 'workspace', votes: 60, judges: 4 }, { origin: 'import', votes: 2, judges: 1 }] }) }],
		['model_judged', { judgedBy: judgedBy({ origins: [{ origin: 'workspace', votes: 60, judges: 4 }, { origin: 'model', votes: 2, judges: 1 }] }) }],
		['other_origin', { judgedBy: judgedBy({ origins: [{ origin: 'workspace', votes: 60, judges: 4 }, { origin: 'feedback', votes: 2, judges: 1 }] }) }],
		['no_guideline', { guidelines: [] }],
		['guidelines', { guidelines: [sha256, 'cd'.repeat(32)] }],
		['people_left_out', { rule: manifestRule(completeRule({ annotators: { mode: 'except', people: ['5a1d2c3e-0000-4000-8000-000000000001'] } }), [1]) }],
		['cycles', { cycles: 1 }],
		['neutralised', { neutralised: 2 }],
		['documents', { documentsWithoutText: 1 }],
		['not_looked', { desensitised: { looked: 'none', found: {} } }],
		['some_looked', { desensitised: { looked: 'some', found: {} } }],
		['found_only_flagged', { desensitised: { looked: 'all', found: { amount: { flag: 3, mask: 1 } } } }]
	])('%s', (code, more) => {
		expect(codes(manifest(more))).toEqual([code]);
		for (const locale of ['en', 'zh'] as const) {
			const [said] = dataCard(facts(manifest(more)), locale).sections.find(({ key }) => key === 'limits')?.list ?? [];
			expect(said).toMatch(/[.。]$/u);
			expect(said).not.toMatch(/undefined|NaN|null|\[object/u);
		}
	});
});

describe('a card', () => {
	it('has the same sections and tables in both languages, every setting of the rule, and names nobody', () => {
		const [en, zh] = [dataCard(facts(manifest()), 'en'), dataCard(facts(manifest()), 'zh')];
		const shape = ({ sections }: typeof en) => sections.map(({ key, tables, list, text }) => [key, list.length, text.length, ...tables.map(({ columns, rows }) => [columns.length, rows.length])]);
		expect(shape(zh)).toEqual(shape(en));
		expect(en.sections.flatMap(({ tables }) => tables).every(({ columns, rows }) => rows.every((cells) => cells.length === columns.length))).toBe(true);
		expect(en.sections.find(({ key }) => key === 'rule')?.tables[0]?.rows).toHaveLength(15);
		const text = cardMarkdown(en);
		for (const words of ['| Version 3 · abababababab | 60 |', '| without a guideline | 2 |', '| 256–511 | 2,000 | 0 | 0 |', '| telephone number | 4 | 0 |', '| Krippendorff’s α, nominal | 0.80 | 0.70 – 0.90 | 90 |', '83 %']) expect(text).toContain(words);
		expect(text + cardMarkdown(zh)).not.toMatch(/undefined|NaN|\[object/u);
	});

	it('of an earlier day says what it does not know, and guesses nothing', () => {
		const { judgedBy: _, desensitised: __, composition: ___, lengthBias: ____, ...old } = { ...manifest(), format: { name: 'plumbline-preference-dataset', version: 1 } };
		const read = readableManifest(old as Manifest);
		expect(codes(read)).toEqual(['not_recorded']);
		const { sections } = dataCard(facts(read), 'en');
		expect(sections.filter(({ text }) => text.includes('Not recorded when this snapshot was frozen.')).map(({ key }) => key)).toEqual(['judges', 'agreement', 'made', 'hidden']);
	});

	it('keeps a name in its cell, whatever it holds', () => {
		const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.trim() !== '');
		fc.assert(
			fc.property(fc.oneof(name, fc.constantFrom('a | b', '<script>', '[x](y)', '# h', '`c`', 'two\nlines', '\\')), (tag) => {
				const composition = { tags: [{ name: tag, train: 1, dev: 0, test: 0 }], languages: [], sources: [], lengths: [] };
				const text = cardMarkdown(dataCard(facts(manifest({ composition })), 'en'));
				const row = text.split('\n').find((_, i, lines) => lines[i - 2]?.startsWith('| Tag |')) ?? '';
				expect(row.match(/(?<!\\)(?:\\\\)*\|/gu)).toHaveLength(5);
				expect(text).not.toMatch(/(?<!\\)<script>/u);
			})
		);
	});

	it('begins for a hub with what it is, its languages as codes, and which file is which split', () => {
		const front = hubFrontMatter(facts(manifest()), [{ split: 'train', path: 'data/train.jsonl', rows: 2000 }, { split: 'test', path: 'data/test.jsonl', rows: 90 }]);
		expect(front).toBe(
			'---\npretty_name: "tenancy, DPO abababababab"\nlanguage:\n- zh\nlicense: unknown\nannotations_creators:\n- expert-generated\ntask_categories:\n- text-generation\nsize_categories:\n- 1K<n<10K\ntags:\n- preference\n- dpo\n- trl\n- plumbline\nconfigs:\n- config_name: dpo-abababababab\n  data_files:\n  - split: train\n    path: data/train.jsonl\n  - split: test\n    path: data/test.jsonl\n---\n\n'
		);
		const imported = manifest({ judgedBy: judgedBy({ origins: [{ origin: 'workspace', votes: 1, judges: 1 }, { origin: 'import', votes: 1, judges: 1 }, { origin: 'feedback', votes: 1, judges: 1 }], people: { count: 1, most: 1, roles: [], skills: [] } }) });
		expect(hubFrontMatter(facts(imported), [])).toContain('annotations_creators:\n- other\n- found\ntask');
	});
});
