import type { AgreementFigure, AgreementReason } from '#lib/domain/agreement/agreement-figure.ts';
import * as m from '#lib/paraglide/messages.js';

/** A figure as the figure's own element takes it. */
export function shown({ value, low, high, n, reason }: AgreementFigure): { value: number | null; interval: readonly [number, number] | null; n: number; tooFew: boolean } {
	return { value, interval: low === null || high === null ? null : [low, high], n, tooFew: reason === 'too_few' };
}

const REASONS: Record<AgreementReason, () => string> = {
	no_observations: m.agreement_no_observations,
	no_pairable_values: m.agreement_no_pairs,
	one_category: m.agreement_one_category,
	too_few: m.agreement_too_few,
	little_variation: m.agreement_little_variation
};

/** Why a figure says nothing, or has no interval; empty where it has one. */
export function whyNot({ reason }: AgreementFigure): string {
	return reason ? REASONS[reason]() : '';
}
