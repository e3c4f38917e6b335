import { count, percent } from '#lib/components/shell/format.ts';
import type { LengthBias } from '#lib/domain/length-bias.ts';
import * as m from '#lib/paraglide/messages.js';

/** How often the longer answer wins, with its doubt, in one sentence. */
export function lengthWords(bias: LengthBias): string {
	if (bias.pairs === 0) return m.length_none();
	const of = { share: percent(bias.longerChosen / bias.pairs), n: count(bias.pairs) };
	return bias.low === null || bias.high === null ? m.length_few(of) : m.length_share({ ...of, low: percent(bias.low), high: percent(bias.high) });
}
