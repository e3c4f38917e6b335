import { canonicalJson } from './canonical-json.ts';
import type { RowFacts, RowKind } from './mapping.ts';
import { factsOf } from './mapping.ts';
import type { DocumentTexts, Rendered, TrainingRow } from './training-row.ts';
import { acceptedRow, labelledRow, pairRow, renderMessages, sameAnswer } from './training-row.ts';
import type { Deliberation } from './deliberation.ts';
import type { DropReason, PromptBundle } from './prompt-bundle.ts';

/** What became of a rewrite: it is a row, or the reason why not. */
export type RewriteFate = { judgmentKey: string; fate: 'row' | Extract<DropReason, 'filtered' | 'split' | 'identical' | 'too_long'> };
/** Rows that rewrites give beside those of the verdicts, with the facts of each. */
export type MappedRewrites = { rows: TrainingRow[]; facts: RowFacts[]; fates: RewriteFate[] };

export type RewriteOptions = { includeRewrites: boolean; maxChars: number | null; documentTexts?: DocumentTexts };

const contentOf = (answer: Rendered): string => canonicalJson([answer.messages, answer.images]);

/**
 * Rows of a prompt's rewrites, one for each judgment that votes and brought
 * one, whatever the comparison came to: an answer that somebody had to mend is
 * worse than what they made of it. In pairs the rewrite is chosen and the
 * answer it mends rejected; for kto it is desirable and for sft an answer to
 * learn, once. Train prompts only: nobody wrote a model's answer to what it is
 * measured on.
 */
export function mapRewrites(rowKind: RowKind, bundle: PromptBundle, deliberations: readonly Deliberation[], options: RewriteOptions): MappedRewrites {
	const pairs = rowKind === 'pair';
	const mapped: MappedRewrites = { rows: [], facts: [], fates: [] };
	const prompt = renderMessages(bundle.messages, options.documentTexts);
	const answer = (key: string | null | undefined): Rendered => {
		const response = bundle.responses.find((candidate) => candidate.key === key);
		if (!response) throw new Error(`the bundle lacks response ${String(key)}`);
		return renderMessages(response.messages, options.documentTexts);
	};
	const taken = new Set<string>();
	bundle.comparisons.forEach((comparison, index) => {
		for (const { key, kind, rewrite } of comparison.judgments) {
			const votes = deliberations[index]?.standings.some((one) => one.judgmentKey === key && one.standing === 'voting');
			if (!rewrite || !votes || kind === 'outside') continue;
			const original = answer(rewrite.side === 'a' ? comparison.a : comparison.b);
			const mended = renderMessages(rewrite.messages, options.documentTexts);
			const facts = factsOf(null, prompt, mended, pairs ? original : null);
			const fateOf = (): RewriteFate['fate'] => {
				if (!options.includeRewrites) return 'filtered';
				if (bundle.split !== 'train') return 'split';
				// For kto and sft one answer is one row: what an answer of the prompt says already is judged as that answer.
				const known = !pairs && (taken.has(contentOf(mended)) || bundle.responses.some((response) => sameAnswer(answer(response.key), mended)));
				if (known || sameAnswer(original, mended)) return 'identical';
				return options.maxChars !== null && facts.chars > options.maxChars ? 'too_long' : 'row';
			};
			const fate = fateOf();
			mapped.fates.push({ judgmentKey: key, fate });
			if (fate !== 'row') continue;
			taken.add(contentOf(mended));
			mapped.rows.push(pairs ? pairRow(prompt, mended, original) : rowKind === 'labelled' ? labelledRow(prompt, mended, true) : acceptedRow(prompt, mended));
			mapped.facts.push(facts);
		}
	});
	return mapped;
}
