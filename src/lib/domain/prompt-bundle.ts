import { aggregate } from './aggregate.ts';
import type { Aggregate } from './aggregate.ts';
import type { Split } from './holdout.ts';
import type { Message } from './message.ts';
import type { Rewrite } from './rewrite.ts';
import { counts } from './verdict.ts';
import type { Mode, Verdict } from './verdict.ts';

/** Why a judgment or comparison gave no row (semantics 13). The order is the order of the manifest's table. */
export const DROP_REASONS = ['tie', 'both_bad', 'bad', 'no_majority', 'incomplete', 'conflict', 'split', 'void', 'surplus', 'filtered', 'identical', 'too_long'] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/**
 * counting: the one a slot points to · adjudication: a reviewer's · surplus: kept,
 * fills no slot · void: voided · filtered: left out by the snapshot's declared
 * filter · import: the preference that an import brought along.
 */
export type JudgmentKind = 'counting' | 'adjudication' | 'surplus' | 'void' | 'filtered' | 'import';

/** `rewrite`: one of the two answers as the judge would have had it. */
export type BundleJudgment = { key: string; verdict: Verdict; kind: JudgmentKind; rewrite?: Rewrite | null };
export type BundleResponse = { key: string; hash: string; messages: readonly Message[] };
/** `a` and `b` are keys of responses; `b` is absent in single mode. */
export type BundleComparison = { key: string; mode: Mode; a: string; b?: string | null; overlap: number; judgments: readonly BundleJudgment[] };

/** All that a snapshot needs of one prompt. Keys are the caller's (ids); none gets into a row. */
export type PromptBundle = {
	split: Split;
	/** Effective messages, system prompt included. */
	messages: readonly Message[];
	responses: readonly BundleResponse[];
	comparisons: readonly BundleComparison[];
};

/** What became of a judgment's vote: it took part, or the reason why not. */
export type Standing = { judgmentKey: string; standing: 'voting' | Extract<DropReason, 'void' | 'surplus' | 'filtered'> };

/** A comparison's verdict, and which judgments took part in it. */
export type Deliberation = { aggregate: Aggregate; standings: Standing[] };

const FIXED = { void: 'void', surplus: 'surplus', filtered: 'filtered' } as const;

/**
 * The verdict of a comparison under the snapshot's rule. Imported preferences
 * vote only when `includeImports` (else `filtered`) and only where nobody here
 * has judged (else `surplus`: slots are filled by people of the workspace,
 * semantics 4); alone they need no overlap. `cannot_judge` fills no slot and is
 * `surplus`, whatever kind it has, unless void or filtered.
 */
export function deliberate(comparison: BundleComparison, options: { includeImports: boolean }): Deliberation {
	const judgedHere = comparison.judgments.some(({ kind, verdict }) => (kind === 'counting' || kind === 'adjudication') && counts(verdict));
	const standingOf = ({ kind, verdict }: BundleJudgment): Standing['standing'] => {
		if (kind === 'import' && !options.includeImports) return 'filtered';
		if (kind === 'void' || kind === 'surplus' || kind === 'filtered') return FIXED[kind];
		if (!counts(verdict)) return 'surplus';
		return kind === 'import' && judgedHere ? 'surplus' : 'voting';
	};
	const standings = comparison.judgments.map((judgment): Standing => ({ judgmentKey: judgment.key, standing: standingOf(judgment) }));
	const voting = comparison.judgments.filter((_, index) => standings[index]?.standing === 'voting');
	const onlyImports = voting.length > 0 && !judgedHere;
	const votes = voting.map((judgment) => ({ verdict: judgment.verdict, adjudication: judgment.kind === 'adjudication' }));
	return { aggregate: aggregate(votes, onlyImports ? 1 : comparison.overlap), standings };
}
