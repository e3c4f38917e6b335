import type { DocumentTexts, RowMessage } from './training-row.ts';
import { renderMessages, sameAnswer } from './training-row.ts';
import { isHeldOut } from './holdout.ts';
import { deliberate, heardOn } from './deliberation.ts';
import type { HearingRule } from './deliberation.ts';
import type { BundleComparison, PromptBundle } from './prompt-bundle.ts';
import type { CountingVerdict } from './verdict.ts';

/**
 * A held-out comparison, the same whatever the objective: prompt and answers as
 * the engine would read them, in canonical order. `b` is null in single mode.
 */
export type HeldOutRow = {
	/** Names the prompt group alike on every server: an import's group or a hash, never an id of ours. */
	group: string;
	split: 'dev' | 'test';
	messages: RowMessage[];
	a: RowMessage[];
	b: RowMessage[] | null;
	verdict: CountingVerdict;
	images?: { prompt: string[]; a: string[]; b: string[] };
};

/**
 * The held-out row of a comparison, or null where there is none: a train
 * prompt, no verdict, or two answers that are the same. Ties and both_bad are
 * listed too; who scores preferences takes the decisive ones. Filters, caps and matching choose
 * what is learnt, never what is measured; where each judgment gives a row of its
 * own, the majority is what is held out.
 * @throws when the comparison names a response that the bundle lacks
 */
export function heldOutRow(
	bundle: PromptBundle & { group: string },
	comparison: BundleComparison,
	options: HearingRule & { documentTexts?: DocumentTexts }
): HeldOutRow | null {
	const { split } = bundle;
	const { finding } = deliberate(comparison, heardOn(split, options));
	if (!isHeldOut(split) || finding.kind !== 'decided') return null;
	const render = (key: string) => {
		const response = bundle.responses.find((candidate) => candidate.key === key);
		if (!response) throw new Error(`the bundle lacks response ${key}`);
		return renderMessages(response.messages, options.documentTexts);
	};
	const prompt = renderMessages(bundle.messages, options.documentTexts);
	const a = render(comparison.a);
	const b = comparison.b == null ? null : render(comparison.b);
	if (b !== null && sameAnswer(a, b)) return null;
	const images = { prompt: prompt.images, a: a.images, b: b?.images ?? [] };
	return {
		group: bundle.group,
		split,
		messages: prompt.messages,
		a: a.messages,
		b: b?.messages ?? null,
		verdict: finding.verdict,
		...(Object.values(images).some((list) => list.length > 0) ? { images } : {})
	};
}
