import * as v from 'valibot';

/** What is judged: two answers against each other, or one alone. */
export const MODES = ['pair', 'single'] as const;
export type Mode = (typeof MODES)[number];

/** Verdicts as they are stored: a and b name the responses in canonical order. */
export const PAIR_VERDICTS = ['a', 'b', 'tie', 'both_bad', 'cannot_judge'] as const;
export const SINGLE_VERDICTS = ['good', 'bad', 'cannot_judge'] as const;
export type PairVerdict = (typeof PAIR_VERDICTS)[number];
export type SingleVerdict = (typeof SINGLE_VERDICTS)[number];
export type Verdict = PairVerdict | SingleVerdict;
/** A verdict that fills a slot. */
export type CountingVerdict = Exclude<Verdict, 'cannot_judge'>;

/** Verdicts as a page or client sends them: sides as shown. */
export const SHOWN_PAIR_VERDICTS = ['left', 'right', 'tie', 'both_bad', 'cannot_judge'] as const;
export const SHOWN_SINGLE_VERDICTS = SINGLE_VERDICTS;
export type ShownVerdict = (typeof SHOWN_PAIR_VERDICTS)[number] | SingleVerdict;

const VERDICTS: { readonly [mode in Mode]: readonly Verdict[] } = { pair: PAIR_VERDICTS, single: SINGLE_VERDICTS };

/** Stored verdicts that a mode allows, in the order they are shown. */
export function verdictsOf(mode: Mode): readonly Verdict[] {
	return VERDICTS[mode];
}

/** Whether a stored verdict belongs to a mode. */
export function isVerdictOf(mode: Mode, verdict: string): verdict is Verdict {
	return (VERDICTS[mode] as readonly string[]).includes(verdict);
}

/** Whether a verdict fills a slot. `cannot_judge` is stored, frees the slot and is a missing value in agreement (semantics 6). */
export function counts(verdict: Verdict): verdict is CountingVerdict {
	return verdict !== 'cannot_judge';
}

export const ShownPairVerdictSchema = v.picklist(SHOWN_PAIR_VERDICTS);
export const ShownSingleVerdictSchema = v.picklist(SHOWN_SINGLE_VERDICTS);
/** Either mode's shown verdict; whether it fits the task's mode is checked with `isVerdictOf`. */
export const ShownVerdictSchema = v.picklist([...SHOWN_PAIR_VERDICTS, 'good', 'bad'] as const);
