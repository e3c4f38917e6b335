import { counts } from '../verdict.ts';
import type { CountingVerdict, Verdict } from '../verdict.ts';
import type { AgreementFigure, AgreementOptions } from './agreement-figure.ts';
import { shareFigure } from './share-figure.ts';

/** The verdict known for a gold item, and whether a tie may pass for it. */
export type GoldVerdict = { verdict: CountingVerdict; acceptsTie: boolean };

/** What a person said of a gold item, canonical. */
export type GoldAnswer = { group: string; verdict: Verdict; gold: GoldVerdict };

/**
 * Whether a verdict meets the gold one; null for cannot_judge, a missing value.
 * Right is the same verdict, or a tie where the gold item accepts one. The
 * tolerance is for ties only: it lets no decision pass for a gold tie, and
 * both_bad is never a tie.
 */
export function meetsGold(verdict: Verdict, gold: GoldVerdict): boolean | null {
	if (!counts(verdict)) return null;
	return verdict === gold.verdict || (gold.acceptsTie && verdict === 'tie');
}

/** Share of gold items answered right; `n` is the answers, cannot_judge left out. */
export function goldAccuracy(answers: readonly GoldAnswer[], options: AgreementOptions): AgreementFigure {
	const trials = answers.flatMap(({ group, verdict, gold }) => {
		const success = meetsGold(verdict, gold);
		return success === null ? [] : [{ group, success }];
	});
	return shareFigure(trials, options);
}

/** So many gold judgments before somebody is told how many of theirs were right, and in such steps after that. */
export const OWN_GOLD_FROM = 20;
export const OWN_GOLD_STEP = 10;

/**
 * The answers, oldest first, of which their own author may know the accuracy:
 * none before the twentieth, then ten at a time. A figure that moved with each
 * one would say which pair was gold, and how it should have been judged.
 */
export function tellableGold(answers: readonly GoldAnswer[]): readonly GoldAnswer[] {
	const judged = answers.filter(({ verdict }) => counts(verdict));
	return judged.length < OWN_GOLD_FROM ? [] : judged.slice(0, judged.length - (judged.length % OWN_GOLD_STEP));
}
