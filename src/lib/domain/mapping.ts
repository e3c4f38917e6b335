import type { HearingRule } from './deliberation.ts';
import type { Split } from './holdout.ts';
import type { DropReason } from './prompt-bundle.ts';
import type { SnapshotRule } from './snapshot-rule.ts';
import type { DocumentTexts, Rendered, TrainingRow } from './training-row.ts';
import { rowChars } from './training-row.ts';
import type { CountingVerdict } from './verdict.ts';

/** What a row is: a pair, an answer with its label, or an accepted answer. */
export type RowKind = 'pair' | 'labelled' | 'accepted';

/** The declared rule of a mapping. */
export type MapOptions = HearingRule & {
	/** The split whose rows are wanted; everything of another split is dropped as `split`. Default train. */
	split?: Split;
	/** Default: strength is not looked at. */
	strength?: SnapshotRule['strength'];
	/** Tests on criteria that a comparison must pass. Default none. */
	criteria?: SnapshotRule['criteria'];
	/** Whether rewrites give rows of their own. Default true. */
	includeRewrites?: boolean;
	/** Longest row, prompt and longer answer together, in UTF-16 units; null: no limit. */
	maxChars: number | null;
	/** Text of documents by artifact hash; a document without one gives its title only, and is counted. */
	documentTexts?: DocumentTexts;
};

/** What is known of a row besides its text. */
export type RowFacts = {
	/** Key of the answer that is learnt; null for a rewrite. */
	answerKey: string | null;
	/** Template marks made harmless in it. */
	neutralised: number;
	/** Document parts in it whose text was not supplied. */
	documentsWithoutText: number;
	/** Length of the whole row, and of a pair's answers, in UTF-16 units. */
	chars: number;
	lengths: { chosen: number; rejected: number } | null;
};

/** A row, and the keys of the cases it stands for (several only for kto and sft). */
export type MappedRow = { row: TrainingRow; caseKeys: string[]; facts: RowFacts };

/** A comparison that came to a verdict, or a judgment where each gives a row of its own; its answers rendered. */
export type DecidedCase = { key: string; verdict: CountingVerdict; a: RenderedAnswer; b: RenderedAnswer | null; /** rm: by how much. */ margin?: number };
export type RenderedAnswer = { key: string; rendered: Rendered };

/** What an objective makes of a prompt's decided cases. */
export type Mapping = {
	rows: MappedRow[];
	drops: Map<string, DropReason>;
	/** kto and sft: answers that were judged but give no row. */
	droppedResponses: { responseKey: string; reason: 'conflict' | 'too_long' }[];
};

/** The facts of a row made of a prompt, the answer that is learnt and (pairs) the other one. */
export function factsOf(answerKey: string | null, prompt: Rendered, learnt: Rendered, rejected: Rendered | null = null): RowFacts {
	const parts = [prompt, learnt, ...(rejected ? [rejected] : [])];
	const [chosen, other] = [rowChars(learnt), rejected && rowChars(rejected)];
	return {
		answerKey,
		neutralised: parts.reduce((sum, part) => sum + part.neutralised, 0),
		documentsWithoutText: parts.reduce((sum, part) => sum + part.documentsWithoutText, 0),
		chars: rowChars(prompt) + Math.max(chosen, other ?? 0),
		lengths: other === null ? null : { chosen, rejected: other }
	};
}
