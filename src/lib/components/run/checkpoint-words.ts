import { CircleCheck, CircleX, Hourglass, Undo2 } from '@lucide/svelte';
import type { Component } from 'svelte';
import { getLocale } from '#lib/paraglide/runtime.js';
import { MIN_GROUPS, verdictAgainst } from '#lib/domain/cluster-bootstrap.ts';
import type { Figure } from '#lib/domain/cluster-bootstrap.ts';
import type { EvaluationResults } from '#lib/domain/evaluation-results.ts';
import type { SingleAnswerFigures } from '#lib/domain/single-answer-figures.ts';
import * as m from '#lib/paraglide/messages.js';

export const DECISIONS = ['promote', 'reject', 'more_data'] as const;
export type DecisionName = (typeof DECISIONS)[number];

/** A decision as word, sentence, tone and icon. */
export const DECISION: Record<DecisionName | 'roll_back', { word: () => string; note: () => string; done: () => string; tone: 'ok' | 'bad' | 'neutral'; icon: Component<{ class?: string; 'aria-hidden'?: 'true' }> }> = {
	promote: { word: m.checkpoint_promote, note: m.checkpoint_promote_note, done: m.checkpoint_promoted, tone: 'ok', icon: CircleCheck },
	reject: { word: m.checkpoint_reject, note: m.checkpoint_reject_note, done: m.checkpoint_rejected, tone: 'bad', icon: CircleX },
	more_data: { word: m.checkpoint_more_data, note: m.checkpoint_more_data_note, done: m.checkpoint_more_data_asked, tone: 'neutral', icon: Hourglass },
	roll_back: { word: m.gate_back, note: m.gate_back_text, done: m.checkpoint_rolled_back, tone: 'ok', icon: Undo2 }
};

/** A figure as its component takes it. */
export function shown(figure: Figure | null): { value: number | null; interval: [number, number] | null; n: number | null; tooFew: boolean } {
	if (figure === null || figure.value === null) return { value: null, interval: null, n: null, tooFew: false };
	return { value: figure.value, interval: figure.low === null || figure.high === null ? null : [figure.low, figure.high], n: figure.n, tooFew: figure.tooFew };
}

/** Why there was nothing to measure a checkpoint on. */
export function nothingWords(code: string | undefined): string {
	return code === 'images_only' ? m.checkpoint_nothing_images_only() : m.checkpoint_nothing_no_held_out();
}

/** What an evaluation says about a checkpoint and its parent, in one sentence. */
export function evaluationSentence({ checkpoint }: EvaluationResults): string {
	if (!checkpoint.versusParent) return m.checkpoint_says_no_parent();
	const verdict = verdictAgainst(checkpoint.versusParent.risen, 0.5);
	if (verdict === 'too_few') return m.checkpoint_says_too_few({ groups: checkpoint.groups });
	return verdict === 'above' ? m.checkpoint_says_better() : verdict === 'below' ? m.checkpoint_says_worse() : m.checkpoint_says_unclear();
}

/** What an evaluation on answers judged alone says, in one sentence. */
export function singleSentence(own: SingleAnswerFigures): string {
	if (!own.versusParent) return m.checkpoint_says_no_parent();
	const verdict = verdictAgainst(own.versusParent, 0.5);
	if (verdict === 'too_few') return own.groups < MIN_GROUPS ? m.checkpoint_says_too_few({ groups: own.groups }) : m.checkpoint_single_few_of_kind(own.groupsOf);
	return verdict === 'above' ? m.checkpoint_single_better() : verdict === 'below' ? m.checkpoint_single_worse() : m.checkpoint_single_unclear();
}

/** What people's verdicts say, in one sentence. */
export function peopleSentence(winRate: Figure, groups: number): string {
	const verdict = verdictAgainst(winRate, 0.5);
	if (verdict === 'too_few') return m.checkpoint_says_too_few({ groups });
	return verdict === 'above' ? m.checkpoint_people_better() : verdict === 'below' ? m.checkpoint_people_worse() : m.checkpoint_people_unclear();
}

/** 19,563,221 → “19.6 MB”. */
export function fileSize(bytes: number): string {
	const [unit, size] = bytes >= 1e9 ? (['gigabyte', bytes / 1e9] as const) : bytes >= 1e6 ? (['megabyte', bytes / 1e6] as const) : bytes >= 1e3 ? (['kilobyte', bytes / 1e3] as const) : (['byte', bytes] as const);
	return new Intl.NumberFormat(getLocale(), { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 }).format(size);
}
