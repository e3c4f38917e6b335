import { mapAnswers } from './answer-rows.ts';
import { deliberate, heardOn, passes, strengthOf } from './deliberation.ts';
import type { Ballot, Deliberation } from './deliberation.ts';
import type { DecidedCase, MapOptions, Mapping, RenderedAnswer, RowFacts, RowKind } from './mapping.ts';
import { mapPairs } from './pair-rows.ts';
import { DROP_REASONS } from './prompt-bundle.ts';
import type { BundleComparison, DropReason, PromptBundle } from './prompt-bundle.ts';
import { mapRewrites } from './rewrite-rows.ts';
import type { MappedRewrites } from './rewrite-rows.ts';
import { MARGINS } from './snapshot-rule.ts';
import { renderMessages } from './training-row.ts';
import type { TrainingRow } from './training-row.ts';
import type { CountingVerdict } from './verdict.ts';

/** Objectives a preference dataset can be mapped to. */
export const DATASET_OBJECTIVES = ['dpo', 'kto', 'orpo', 'cpo', 'simpo', 'sft', 'rm'] as const;
export type DatasetObjective = (typeof DATASET_OBJECTIVES)[number];

/** What an objective learns from. */
export function rowKindOf(objective: DatasetObjective): RowKind {
	return objective === 'kto' ? 'labelled' : objective === 'sft' ? 'accepted' : 'pair';
}

/** What became of a comparison, and the verdict it came to (null: none). */
export type ComparisonOutcome = { comparisonKey: string; outcome: 'row' | DropReason; verdict: CountingVerdict | null };
/** What became of a judgment: it is behind a row, or the reason why not. */
export type JudgmentDisposition = { judgmentKey: string; disposition: 'used' | DropReason };
export type MappedPrompt = {
	rows: TrainingRow[];
	/** For each row, in the same order, the comparisons behind it, the one judgment where each has its row, and what else is known. */
	origins: string[][];
	judgments: (string | null)[];
	facts: RowFacts[];
	outcomes: ComparisonOutcome[];
	dispositions: JudgmentDisposition[];
	/** kto and sft: answers that were judged but gave no row. */
	droppedResponses: Mapping['droppedResponses'];
	/** Rows that rewrites give beside `rows`, and what became of each rewrite. */
	rewrites: MappedRewrites;
	/** How each comparison was heard, in their order. */
	deliberations: Deliberation[];
};

/** What may become a row: a comparison's finding, or one judgment of it. */
type Case = { key: string; comparison: BundleComparison; judgmentKey: string | null; verdict: CountingVerdict | null; why: DropReason; ballots: readonly Ballot[] };

/**
 * Training rows of one prompt for an objective (semantics 11 to 13). Every
 * comparison gets exactly one outcome and every judgment exactly one
 * disposition: its own reason when it had no vote (void, surplus, filtered,
 * left out by rule), else its comparison's. A judgment of the minority is
 * `used`: it was weighed. Where each judgment gives a row, its own fate counts.
 * @throws when a comparison names a response that the bundle lacks
 */
export function mapPrompt(objective: DatasetObjective, bundle: PromptBundle, options: MapOptions): MappedPrompt {
	const heard = heardOn(bundle.split, options);
	const deliberations = bundle.comparisons.map((comparison) => deliberate(comparison, heard));
	const rewrites = mapRewrites(rowKindOf(objective), bundle, deliberations, { ...options, includeRewrites: options.includeRewrites ?? true });
	const cases = bundle.comparisons.map((comparison, index) => casesOf(comparison, deliberations[index], options));
	const mapping = bundle.split === (options.split ?? 'train') ? mapCases(objective, bundle, cases.flat(), options) : null;
	const fateOf = ({ key }: Case): 'row' | DropReason => (mapping ? (mapping.drops.get(key) ?? 'row') : 'split');
	const comparisonOf = new Map(cases.flat().map(({ key, comparison, judgmentKey }) => [key, { comparisonKey: comparison.key, judgmentKey }]));
	return {
		rows: mapping?.rows.map(({ row }) => row) ?? [],
		origins: mapping?.rows.map(({ caseKeys }) => caseKeys.map((key) => comparisonOf.get(key)?.comparisonKey ?? key)) ?? [],
		judgments: mapping?.rows.map(({ caseKeys: [key] }) => comparisonOf.get(key ?? '')?.judgmentKey ?? null) ?? [],
		facts: mapping?.rows.map(({ facts }) => facts) ?? [],
		outcomes: bundle.comparisons.map((comparison, index): ComparisonOutcome => {
			const finding = deliberations[index]?.finding;
			const fates = (cases[index] ?? []).map(fateOf);
			const outcome = fates.includes('row') ? 'row' : (DROP_REASONS.find((reason) => fates.includes(reason)) ?? 'incomplete');
			return { comparisonKey: comparison.key, outcome, verdict: finding?.kind === 'decided' ? finding.verdict : null };
		}),
		dispositions: deliberations.flatMap(({ standings }, index) =>
			standings.map(({ judgmentKey, standing }): JudgmentDisposition => {
				if (standing !== 'voting') return { judgmentKey, disposition: standing };
				const own = cases[index]?.find((one) => one.judgmentKey === null || one.judgmentKey === judgmentKey);
				const fate = own ? fateOf(own) : 'incomplete';
				return { judgmentKey, disposition: fate === 'row' ? 'used' : fate };
			})
		),
		droppedResponses: mapping?.droppedResponses ?? [],
		rewrites,
		deliberations
	};
}

function casesOf(comparison: BundleComparison, deliberation: Deliberation | undefined, options: MapOptions): Case[] {
	const { finding, ballots } = deliberation ?? { finding: { kind: 'undecided', why: 'incomplete' } as const, ballots: [] };
	// Where fewer have judged than should, no row is made of those who have (semantics 6).
	const incomplete = finding.kind === 'undecided' && finding.why === 'incomplete';
	if (options.aggregation === 'each' && !incomplete && ballots.length > 0) {
		return ballots.map((ballot) => ({ key: `${comparison.key} ${ballot.judgment.key}`, comparison, judgmentKey: ballot.judgment.key, verdict: ballot.verdict, why: 'incomplete', ballots: [ballot] }));
	}
	return [{ key: comparison.key, comparison, judgmentKey: null, verdict: finding.kind === 'decided' ? finding.verdict : null, why: finding.kind === 'undecided' ? finding.why : 'incomplete', ballots }];
}

function mapCases(objective: DatasetObjective, bundle: PromptBundle, cases: readonly Case[], options: MapOptions): Mapping {
	const drops = new Map<string, DropReason>();
	const answers = new Map<string, RenderedAnswer>();
	const answer = (key: string): RenderedAnswer => {
		const known = answers.get(key);
		if (known) return known;
		const response = bundle.responses.find((candidate) => candidate.key === key);
		if (!response) throw new Error(`the bundle lacks response ${key}`);
		const rendered = { key, rendered: renderMessages(response.messages, options.documentTexts) };
		answers.set(key, rendered);
		return rendered;
	};
	const decided: DecidedCase[] = [];
	for (const one of cases) {
		const reason = reasonBefore(objective, one, options);
		if (reason !== null || one.verdict === null) {
			drops.set(one.key, reason ?? one.why);
			continue;
		}
		const strength = options.strength === 'margin' ? strengthOf(one.ballots, one.verdict, MARGINS) : null;
		const { a, b } = one.comparison;
		decided.push({ key: one.key, verdict: one.verdict, a: answer(a), b: b == null ? null : answer(b), ...(strength ? { margin: strength.margin } : {}) });
	}
	const prompt = renderMessages(bundle.messages, options.documentTexts);
	const kind = rowKindOf(objective);
	const mapping = kind === 'pair' ? mapPairs(prompt, decided, options) : mapAnswers(kind, prompt, decided, options);
	return { ...mapping, drops: new Map([...drops, ...mapping.drops]) };
}

/** The reason why a case gives no row that is known before its answers are looked at. */
function reasonBefore(objective: DatasetObjective, { comparison, verdict, why, ballots }: Case, options: MapOptions): DropReason | null {
	const pairs = rowKindOf(objective) === 'pair';
	// A single answer has nothing to be preferred to: the objective's choice leaves it out.
	if (pairs && comparison.mode === 'single') return 'filtered';
	if (verdict === null) return why;
	if (verdict === 'tie') return 'tie';
	if (verdict === 'both_bad' && pairs) return 'both_bad';
	if (!(options.criteria ?? []).every((test) => passes(test, comparison.mode, ballots, verdict))) return 'criterion';
	const decisive = verdict === 'a' || verdict === 'b';
	if (options.strength === 'clear_only' && decisive && strengthOf(ballots, verdict, MARGINS)?.clear !== true) return 'strength';
	return null;
}
