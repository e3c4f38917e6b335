import { mapAnswers } from './answer-rows.ts';
import type { DecidedComparison, MapOptions, Mapping, RenderedAnswer, RowKind } from './mapping.ts';
import { mapPairs } from './pair-rows.ts';
import { deliberate } from './prompt-bundle.ts';
import type { BundleComparison, Deliberation, DropReason, PromptBundle } from './prompt-bundle.ts';
import { mapRewrites } from './rewrite-rows.ts';
import type { MappedRewrites } from './rewrite-rows.ts';
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
	/** For each row, in the same order, the comparisons behind it. */
	origins: string[][];
	outcomes: ComparisonOutcome[];
	dispositions: JudgmentDisposition[];
	/** kto and sft: answers that were judged but gave no row. */
	droppedResponses: Mapping['droppedResponses'];
	/** Rows that rewrites give beside `rows`, and what became of each rewrite. */
	rewrites: Omit<MappedRewrites, 'rendered'>;
	/** Template marks made harmless in the rows, those of rewrites included; a mark in a prompt counts once per row. */
	neutralised: number;
	/** Document parts in the rows whose text was not supplied. */
	documentsWithoutText: number;
};

/**
 * Training rows of one prompt for an objective (semantics 11 to 13). Every
 * comparison gets exactly one outcome and every judgment exactly one
 * disposition: its own reason when it had no vote (void, surplus, filtered),
 * else its comparison's. A judgment of the minority is `used`: it was weighed.
 * @throws when a comparison names a response that the bundle lacks
 */
export function mapPrompt(objective: DatasetObjective, bundle: PromptBundle, options: MapOptions): MappedPrompt {
	const deliberations = bundle.comparisons.map((comparison) => deliberate(comparison, options));
	const { rendered: mended, ...rewrites } = mapRewrites(rowKindOf(objective), bundle, deliberations, { ...options, includeRewrites: options.includeRewrites ?? true });
	const mapping = bundle.split === (options.split ?? 'train') ? mapDecided(objective, bundle, deliberations, options) : null;
	const rendered = [...(mapping?.rendered ?? []), ...mended];
	const outcomes = bundle.comparisons.map((comparison, index): ComparisonOutcome => {
		const result = deliberations[index]?.aggregate;
		const verdict = result?.kind === 'decided' ? result.verdict : null;
		if (!mapping) return { comparisonKey: comparison.key, outcome: 'split', verdict };
		return { comparisonKey: comparison.key, outcome: mapping.drops.get(comparison.key) ?? 'row', verdict };
	});
	return {
		rows: mapping?.rows.map(({ row }) => row) ?? [],
		origins: mapping?.rows.map(({ comparisonKeys }) => comparisonKeys) ?? [],
		outcomes,
		dispositions: deliberations.flatMap(({ standings }, index) => {
			const outcome = outcomes[index]?.outcome ?? 'row';
			return standings.map(({ judgmentKey, standing }): JudgmentDisposition => {
				if (standing !== 'voting') return { judgmentKey, disposition: standing };
				return { judgmentKey, disposition: outcome === 'row' ? 'used' : outcome };
			});
		}),
		droppedResponses: mapping?.droppedResponses ?? [],
		rewrites,
		neutralised: rendered.reduce((sum, { neutralised }) => sum + neutralised, 0),
		documentsWithoutText: rendered.reduce((sum, { documentsWithoutText }) => sum + documentsWithoutText, 0)
	};
}

function mapDecided(objective: DatasetObjective, bundle: PromptBundle, deliberations: readonly Deliberation[], options: MapOptions): Mapping {
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
	const decided: DecidedComparison[] = [];
	bundle.comparisons.forEach((comparison, index) => {
		const result = deliberations[index]?.aggregate;
		const reason = reasonBefore(objective, comparison, result);
		if (reason !== null || result?.kind !== 'decided') drops.set(comparison.key, reason ?? 'incomplete');
		else decided.push({ key: comparison.key, verdict: result.verdict, a: answer(comparison.a), b: comparison.b == null ? null : answer(comparison.b) });
	});
	const prompt = renderMessages(bundle.messages, options.documentTexts);
	const kind = rowKindOf(objective);
	const mapping = kind === 'pair' ? mapPairs(prompt, decided, options) : mapAnswers(kind, prompt, decided, options);
	return { ...mapping, drops: new Map([...drops, ...mapping.drops]) };
}

/** The reason why a comparison gives no row that is known before its answers are looked at. */
function reasonBefore(objective: DatasetObjective, comparison: BundleComparison, result: Deliberation['aggregate'] | undefined): DropReason | null {
	// A single answer has nothing to be preferred to: the objective's choice leaves it out.
	if (rowKindOf(objective) === 'pair' && comparison.mode === 'single') return 'filtered';
	if (!result || result.kind === 'incomplete') return 'incomplete';
	if (result.kind === 'no_majority') return 'no_majority';
	if (result.verdict === 'tie') return 'tie';
	if (result.verdict === 'both_bad' && rowKindOf(objective) === 'pair') return 'both_bad';
	return null;
}
