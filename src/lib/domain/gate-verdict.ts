import { anytimeP, meanBounds } from './confidence-sequence.ts';
import { MIN_GROUPS } from './cluster-bootstrap.ts';
import type { Figure } from './cluster-bootstrap.ts';
import type { Gate, GateRule } from './gate.ts';
import { holm } from './holm.ts';
import { upperTail } from './normal.ts';
import type { PairedDifference } from './paired-difference.ts';
import { moreToDecide } from './sequential-look.ts';

/** A check or benchmark of the suite, of the checkpoint less its parent on the same prompts; null: the parent has no figure to set beside it. */
export type NamedDifference = { kind: 'check' | 'benchmark'; name: string; betterWhen: 'higher' | 'lower'; difference: PairedDifference | null };

/** What machines measured of a checkpoint: as it was trained, or in a form. */
export type Measured = {
	/** Held-out preference accuracy; null before it was measured. */
	heldOut: Figure | null;
	measures: readonly NamedDifference[];
};

/** What a gate is evaluated on: test prompts only, and of people's comparisons none that was chosen for what it would show. */
export type GateFacts = Measured & {
	/** A value in [0, 1] of each judged prompt group, in the stored random order (`test-sequence.ts`). */
	people: readonly number[];
	/** Judgments behind them. */
	judgments: number;
	/** Nominal α of those judgments; null where no two people judged the same. */
	agreement: { value: number | null; low: number | null; high: number | null; n: number } | null;
	/** The same of the form that it is to be promoted in, whose weights are others; null: as it was trained. People have judged no answer of a form. */
	form: Measured | null;
};

/** Why nothing can be said of a rule. */
export type Unknown = 'not_measured' | 'too_few' | 'drifted';

/** What became of a rule, with the figures it was read from. */
export type RuleVerdict = {
	rule: GateRule;
	/** The check or benchmark it is about; null for other rules, and where none was measured. */
	name: string | null;
	/** It is about the form that the checkpoint is to be promoted in; left out: about the checkpoint as it was trained. */
	inForm?: true;
	outcome: 'held' | 'not_held' | 'unknown';
	unknown: Unknown | null;
	value: number | null;
	low: number | null;
	high: number | null;
	n: number;
	/** What the value must clear. */
	bound: number;
	/** Of rules that test: one-sided p, and the same after Holm's correction, which decides. */
	p: number | null;
	adjusted: number | null;
	/** About so many more prompt groups decide it. */
	more: number | null;
};

export type GateVerdict = { level: number; passed: boolean; rules: RuleVerdict[] };

type Finding = Omit<RuleVerdict, 'rule' | 'adjusted' | 'outcome'> & { outcome: RuleVerdict['outcome'] | 'by_p' };

const unknown = (why: Unknown, bound: number, more: Partial<Finding> = {}): Finding => ({ name: null, value: null, low: null, high: null, n: 0, p: null, more: null, ...more, bound, outcome: 'unknown', unknown: why });

/**
 * One-sided p that a figure's true value lies at or below `bound`: normal, with
 * the error that its lower bound tells, and never below what so few groups can
 * show. Were the truth at the bound, a share q of groups would lie so far below
 * the value found that the mean comes down to it; a group is at most `value -
 * least` below, hence q ≥ (value − bound) / (value − least), and none of n groups
 * shows it with a chance of at most (1 − q)^n. Where all groups say the same there
 * is no error to go by and this alone is left; where all but one do, the error is
 * next to nothing and says as little.
 * @param least the smallest value that a group can have
 */
function pAbove({ value, low, groups }: Figure, bound: number, least: number): number {
	if (value === null || low === null || value <= bound) return 1;
	const unseen = (1 - Math.min(1, (value - bound) / (value - least))) ** groups;
	const error = (value - low) / 1.959963984540054;
	return error > 0 ? Math.max(upperTail((value - bound) / error), unseen) : unseen;
}

function tested(figure: Figure, bound: number, name: string | null, least: number): Finding {
	const shown = { name, value: figure.value, low: figure.low, high: figure.high, n: figure.n };
	if (figure.value === null) return unknown('not_measured', bound, shown);
	if (figure.tooFew || figure.low === null) return unknown('too_few', bound, shown);
	return { ...shown, bound, outcome: 'by_p', unknown: null, p: pAbove(figure, bound, least), more: null };
}

function turned(figure: Figure): Figure {
	const minus = (value: number | null) => (value === null ? null : value === 0 ? 0 : -value);
	return { ...figure, value: minus(figure.value), low: minus(figure.high), high: minus(figure.low) };
}

function winRate(above: number, { people }: GateFacts, level: number): Finding {
	const n = people.length;
	if (n === 0) return unknown('not_measured', above);
	const value = people.reduce((sum, one) => sum + one, 0) / n;
	if (n < MIN_GROUPS) return unknown('too_few', above, { value, n });
	const { low, high, drifted } = meanBounds(people, { alpha: 2 * level });
	if (drifted) return unknown('drifted', above, { value, n });
	const more = moreToDecide(people, { mean: above, alpha: 2 * level });
	return { name: null, value, low, high, n, bound: above, outcome: 'by_p', unknown: null, p: anytimeP(people, { mean: above, side: 'above', alpha: level }), more: more === 0 ? null : more };
}

type MeasuredRule = Extract<GateRule, { kind: 'held_out' | 'check' | 'benchmark' }>;

/** What a rule finds in what machines measured: one finding, or one of each check where it is about all of them. */
function found(rule: MeasuredRule, { heldOut, measures }: Measured): Finding[] {
	if (rule.kind === 'held_out') return [heldOut ? tested(heldOut, rule.above, null, 0) : unknown('not_measured', rule.above)];
	const meant = measures.filter(({ kind, name }) => kind === rule.kind && (rule.name === null || rule.name === name));
	if (meant.length === 0) return [unknown('not_measured', -rule.margin, { name: rule.name })];
	// What is measured of an answer lies between 0 and 1, a difference between −1 and 1.
	return meant.map(({ name, betterWhen, difference }) => {
		if (difference === null) return unknown('not_measured', -rule.margin, { name });
		return tested(betterWhen === 'higher' ? difference.difference : turned(difference.difference), -rule.margin, name, -1);
	});
}

/** What a rule finds. What machines measure is asked of the form too, in whose weights the champion will answer; as it was trained it may stand in. */
function findings(rule: GateRule, facts: GateFacts, level: number): Finding[] {
	switch (rule.kind) {
		case 'win_rate':
			return [winRate(rule.above, facts, level)];
		case 'held_out':
		case 'check':
		case 'benchmark':
			return [...found(rule, facts), ...(facts.form ? found(rule, facts.form).map((finding): Finding => ({ ...finding, inForm: true })) : [])];
		case 'agreement': {
			const { agreement } = facts;
			if (!agreement || agreement.value === null) return [unknown('not_measured', rule.atLeast, agreement ? { n: agreement.n } : {})];
			return [{ name: null, ...agreement, bound: rule.atLeast, outcome: agreement.value >= rule.atLeast ? 'held' : 'not_held', unknown: null, p: null, more: null }];
		}
		case 'judgments':
			return [{ name: null, value: facts.judgments, low: null, high: null, n: facts.judgments, bound: rule.atLeast, outcome: facts.judgments >= rule.atLeast ? 'held' : 'not_held', unknown: null, p: null, more: null }];
	}
}

/**
 * What a gate says of a checkpoint. It passes when every rule holds; what cannot
 * be said yet does not hold. A rule that tests holds where its p, corrected by
 * Holm over all tests of the gate, is at most the level. That all must hold would
 * need no correction for the gate as a whole; each verdict is shown, signed and
 * read by itself too, and none of those sentences may be one in twenty by luck.
 * What was not measured counts as a test that found nothing, so that leaving a
 * measure out makes the rest no easier.
 */
export function gateVerdict(gate: Gate, facts: GateFacts): GateVerdict {
	const all = gate.rules.flatMap((rule) => findings(rule, facts, gate.level).map((finding) => ({ rule, ...finding })));
	const tests = all.filter(({ rule }) => rule.kind !== 'agreement' && rule.kind !== 'judgments');
	const adjusted = new Map(holm(tests.map(({ p }) => p ?? 1)).map((p, place) => [tests[place], p]));
	const rules = all.map((finding): RuleVerdict => {
		const p = finding.p === null ? null : (adjusted.get(finding) ?? 1);
		return { ...finding, adjusted: p, outcome: finding.outcome === 'by_p' ? (p !== null && p <= gate.level ? 'held' : 'not_held') : finding.outcome };
	});
	return { level: gate.level, passed: rules.every(({ outcome }) => outcome === 'held'), rules };
}
