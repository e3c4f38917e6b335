import { verdictName } from '#lib/components/judge/verdict-names.ts';
import type { ShownVerdict } from '#lib/domain/verdict.ts';
import * as m from '#lib/paraglide/messages.js';

const SIDED: Record<string, Record<string, () => string>> = {
	left: { clearly: m.verdict_left_clearly, slightly: m.verdict_left_slightly },
	right: { clearly: m.verdict_right_clearly, slightly: m.verdict_right_slightly }
};

/** A verdict as its judge gave it, with how clearly where that was asked. */
export function saidVerdict(verdict: string | null, strength: string | null = null): string {
	if (verdict === null) return '—';
	return SIDED[verdict]?.[strength ?? '']?.() ?? verdictName(verdict as ShownVerdict);
}

const VOIDS: Record<string, () => string> = {
	spam: m.judgment_void_spam,
	conflict_of_interest: m.judgment_void_conflict_of_interest,
	erasure: m.judgment_void_erasure,
	mistake: m.judgment_void_mistake
};

/** Why a judgment is void, in a sentence. */
export function whyVoid(reason: string): string {
	return (VOIDS[reason] ?? m.judgment_void_other)();
}
