import { canonicalJson } from './canonical-json.ts';
import type { DecidedCase, MapOptions, Mapping, RenderedAnswer } from './mapping.ts';
import { factsOf } from './mapping.ts';
import type { DropReason } from './prompt-bundle.ts';
import { acceptedRow, labelledRow, sameAnswer } from './training-row.ts';
import type { Rendered } from './training-row.ts';

type Labelled = { answer: RenderedAnswer; label: boolean };

/** What a verdict says of each answer: winner desirable, loser not; both_bad: neither; single mode as judged (semantics 12). */
function labelsOf({ verdict, a, b }: DecidedCase): Labelled[] {
	if (verdict === 'good' || verdict === 'bad') return [{ answer: a, label: verdict === 'good' }];
	if (b === null) return [];
	return [
		{ answer: a, label: verdict === 'a' },
		{ answer: b, label: verdict === 'b' }
	];
}

/** Which reason is told where a comparison's answers were dropped for several. */
const FIRST: readonly DropReason[] = ['conflict', 'too_long', 'bad'];

/**
 * Rows of single answers, one per answer, however often it was judged: for kto
 * (`labelled`) each with its label, for sft (`accepted`) those alone that were
 * preferred or found good. An answer that one comparison calls desirable and
 * another undesirable is a `conflict` and gives no row. A comparison is behind a
 * row when one of its answers is; when none is, it is dropped as `conflict`,
 * else `too_long`, else (sft) `bad`; sft learns nothing of `both_bad` but that
 * neither answer is one to learn.
 */
export function mapAnswers(kind: 'labelled' | 'accepted', prompt: Rendered, decided: readonly DecidedCase[], options: Pick<MapOptions, 'maxChars'>): Mapping {
	const mapping: Mapping = { rows: [], drops: new Map(), droppedResponses: [] };
	const judged = new Map<string, { answer: RenderedAnswer; labels: Set<boolean>; caseKeys: string[] }>();
	for (const comparison of decided) {
		if ((comparison.verdict === 'a' || comparison.verdict === 'b') && comparison.b && sameAnswer(comparison.a.rendered, comparison.b.rendered)) {
			mapping.drops.set(comparison.key, 'identical');
			continue;
		}
		for (const { answer, label } of labelsOf(comparison)) {
			// By content, not by key: the same text given twice is one answer.
			const content = canonicalJson([answer.rendered.messages, answer.rendered.images]);
			const entry = judged.get(content) ?? { answer, labels: new Set(), caseKeys: [] };
			entry.labels.add(label);
			if (!entry.caseKeys.includes(comparison.key)) entry.caseKeys.push(comparison.key);
			judged.set(content, entry);
		}
	}
	/** What nobody is to learn, said of both: the reason that stands before those of each answer. */
	const bothBad = new Set(kind === 'accepted' ? decided.filter(({ verdict }) => verdict === 'both_bad').map(({ key }) => key) : []);
	const withRow = new Set<string>();
	const reasons = new Map<string, DropReason>();
	for (const { answer, labels, caseKeys } of judged.values()) {
		const label = labels.has(true);
		const facts = factsOf(answer.key, prompt, answer.rendered);
		const tooLong = options.maxChars !== null && facts.chars > options.maxChars;
		const reason = labels.size > 1 ? 'conflict' : kind === 'accepted' && !label ? 'bad' : tooLong ? 'too_long' : null;
		if (reason === null) {
			mapping.rows.push({ row: kind === 'labelled' ? labelledRow(prompt, answer.rendered, label) : acceptedRow(prompt, answer.rendered), caseKeys, facts });
			for (const key of caseKeys) withRow.add(key);
			continue;
		}
		if (reason !== 'bad') mapping.droppedResponses.push({ responseKey: answer.key, reason });
		for (const key of caseKeys) {
			const told = reasons.get(key);
			if (told === undefined || FIRST.indexOf(reason) < FIRST.indexOf(told)) reasons.set(key, reason);
		}
	}
	for (const [key, reason] of reasons) if (!withRow.has(key)) mapping.drops.set(key, bothBad.has(key) ? 'both_bad' : reason);
	return mapping;
}
