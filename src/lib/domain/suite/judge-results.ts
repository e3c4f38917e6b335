import type { Figure } from '../cluster-bootstrap.ts';
import type { PairedDifference } from '../paired-difference.ts';
import type { Against } from './measures.ts';

/** How a judge agrees with people, beside how each of them agrees with the rest (semantics 25). */
export type Calibration = {
	/** Agreement of the judge, of the person left out, and the difference of the two, over pairs of comparison and person. */
	judge: Figure;
	person: Figure;
	difference: PairedDifference;
	/** People who were left out one after the other. */
	people: number;
	/** Comparisons on dev prompts that the judge was asked about (a reward model only of questions that it learned nothing from), and those that it gave no usable verdict on. */
	comparisons: number;
	missed: number;
	/** `level`: at most ten points below the people, with its whole interval; `below`: shown to be below; `unclear`: neither; `too_few`: under 20 groups. Only at `level` may it count. */
	verdict: 'level' | 'below' | 'unclear' | 'too_few';
};

/** A judge's comparison of the checkpoint with another model. */
export type JudgedAgainst = {
	/** Win 1, tie ½; both orders must agree for a win. */
	winRate: Figure;
	/** Beside it: what it would be were both answers of one length. */
	lengthControlled: Figure;
	/** Win rate less ½. */
	edge: PairedDifference;
	/** Pairs in which the two orders contradicted each other: ties. A reward model knows no order. */
	disagreed: number;
	/** Equal answers, which are ties without asking. */
	identical: number;
	/** Pairs without a verdict in both orders: in no figure. */
	missed: number;
};

/** What a judge said of a checkpoint. */
export type JudgeResults = {
	/** Its name: an endpoint's, or a reward model's. */
	endpoint: string;
	template: string;
	against: Record<Against, JudgedAgainst | null>;
	/** Null: it was never compared with people. */
	calibration: Calibration | null;
	/** Whether a gate may take it into account. */
	counts: boolean;
};
