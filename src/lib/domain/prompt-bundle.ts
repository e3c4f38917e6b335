import type { Split } from './holdout.ts';
import type { Strength } from './judging-form.ts';
import type { Message } from './message.ts';
import type { Rewrite } from './rewrite.ts';
import type { Origin } from './snapshot-rule.ts';
import type { Mode, Verdict } from './verdict.ts';

/** Why a judgment or comparison gave no row (semantics 13). The order is the order of the manifest's table. */
export const DROP_REASONS = [
	'tie',
	'both_bad',
	'bad',
	'no_majority',
	'agreement',
	'incomplete',
	'conflict',
	'split',
	'void',
	'surplus',
	'filtered',
	'origin',
	'annotator',
	'criterion',
	'strength',
	'identical',
	'too_long',
	'capped',
	'matched'
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/**
 * counting: the one a slot points to · adjudication: a reviewer's · surplus: kept,
 * fills no slot · void: voided · filtered: made for another purpose (gold,
 * repeat) · outside: what an import brought along, a model or an end user said.
 */
export type JudgmentKind = 'counting' | 'adjudication' | 'surplus' | 'void' | 'filtered' | 'outside';

export type BundleJudgment = {
	key: string;
	verdict: Verdict;
	kind: JudgmentKind;
	/** Default: the workspace, for `outside` an import. */
	origin?: Origin;
	/** Names who judged; left out where nobody asks. */
	judge?: string;
	strength?: Strength | null;
	/** By how much the preferred answer is better, as a file states it. */
	margin?: number | null;
	/** Verdicts by criterion's key, canonical like the verdict. */
	criteria?: Readonly<Record<string, string>> | null;
	/** One of the two answers as the judge would have had it. */
	rewrite?: Rewrite | null;
};
/** `source` names where it came from, alike for answers of one checkpoint, endpoint or person. */
export type BundleResponse = { key: string; hash: string; messages: readonly Message[]; source?: string };
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
