import type { DecidedComparison, MapOptions, Mapping } from './mapping.ts';
import { pairRow, rowChars, sameAnswer } from './training-row.ts';
import type { Rendered } from './training-row.ts';

/**
 * Rows of decided pairs (dpo, orpo, cpo, simpo, rm), one per comparison. Dropped:
 * `identical` (the engine refuses a pair whose answers are the same), `too_long`.
 * @throws when a decided comparison has no b: single mode never gets here
 */
export function mapPairs(prompt: Rendered, decided: readonly DecidedComparison[], options: Pick<MapOptions, 'maxChars'>): Mapping {
	const mapping: Mapping = { rows: [], drops: new Map(), rendered: [], droppedResponses: [] };
	for (const { key, verdict, a, b } of decided) {
		if (b === null) throw new Error(`comparison ${key} has no b`);
		const [chosen, rejected] = verdict === 'a' ? [a.rendered, b.rendered] : [b.rendered, a.rendered];
		const chars = rowChars(prompt) + Math.max(rowChars(chosen), rowChars(rejected));
		if (sameAnswer(chosen, rejected)) mapping.drops.set(key, 'identical');
		else if (options.maxChars !== null && chars > options.maxChars) mapping.drops.set(key, 'too_long');
		else {
			mapping.rows.push({ row: pairRow(prompt, chosen, rejected), comparisonKeys: [key] });
			mapping.rendered.push(prompt, chosen, rejected);
		}
	}
	return mapping;
}
