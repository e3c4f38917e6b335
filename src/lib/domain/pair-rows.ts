import type { DecidedCase, MapOptions, Mapping } from './mapping.ts';
import { factsOf } from './mapping.ts';
import { pairRow, sameAnswer } from './training-row.ts';
import type { Rendered } from './training-row.ts';

/**
 * Rows of decided pairs (dpo, orpo, cpo, simpo, rm), one per case. Dropped:
 * `identical` (the engine refuses a pair whose answers are the same), `too_long`.
 * @throws when a decided case has no b: single mode never gets here
 */
export function mapPairs(prompt: Rendered, decided: readonly DecidedCase[], options: Pick<MapOptions, 'maxChars'>): Mapping {
	const mapping: Mapping = { rows: [], drops: new Map(), droppedResponses: [] };
	for (const { key, verdict, a, b, margin } of decided) {
		if (b === null) throw new Error(`comparison ${key} has no b`);
		const [chosen, rejected] = verdict === 'a' ? [a, b] : [b, a];
		const facts = factsOf(chosen.key, prompt, chosen.rendered, rejected.rendered);
		if (sameAnswer(chosen.rendered, rejected.rendered)) mapping.drops.set(key, 'identical');
		else if (options.maxChars !== null && facts.chars > options.maxChars) mapping.drops.set(key, 'too_long');
		else mapping.rows.push({ row: { ...pairRow(prompt, chosen.rendered, rejected.rendered), ...(margin === undefined ? {} : { margin }) }, caseKeys: [key], facts });
	}
	return mapping;
}
