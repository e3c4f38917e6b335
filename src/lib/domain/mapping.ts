import type { Split } from './holdout.ts';
import type { DropReason } from './prompt-bundle.ts';
import type { DocumentTexts, Rendered, TrainingRow } from './training-row.ts';
import type { CountingVerdict } from './verdict.ts';

/** What a row is: a pair, an answer with its label, or an accepted answer. */
export type RowKind = 'pair' | 'labelled' | 'accepted';

/** The declared rule of a mapping. */
export type MapOptions = {
	/** The split whose rows are wanted; everything of another split is dropped as `split`. Default train. */
	split?: Split;
	/** Whether preferences that imports brought along count. */
	includeImports: boolean;
	/** Whether rewrites give rows of their own. Default true. */
	includeRewrites?: boolean;
	/** Longest row, prompt and longer answer together, in UTF-16 units; null: no limit. */
	maxChars: number | null;
	/** Text of documents by artifact hash; a document without one gives its title only, and is counted. */
	documentTexts?: DocumentTexts;
};

/** A row, and the comparisons it stands for (several only for kto and sft). */
export type MappedRow = { row: TrainingRow; comparisonKeys: string[] };

/** A comparison that came to a verdict, its answers rendered. */
export type DecidedComparison = { key: string; verdict: CountingVerdict; a: RenderedAnswer; b: RenderedAnswer | null };
export type RenderedAnswer = { key: string; rendered: Rendered };

/** What an objective makes of a prompt's decided comparisons. */
export type Mapping = {
	rows: MappedRow[];
	drops: Map<string, DropReason>;
	/** What was rendered into rows, once per row. */
	rendered: Rendered[];
	/** kto and sft: answers that were judged but give no row. */
	droppedResponses: { responseKey: string; reason: 'conflict' | 'too_long' }[];
};
