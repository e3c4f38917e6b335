import { MIN_GROUPS } from '../cluster-bootstrap.ts';
import { totalOf } from '../desensitisation/counts.ts';
import type { Manifest } from '../manifest.ts';

/** Under this a set is of the smallest class that Hugging Face's cards know. */
const FEW_ROWS = 1000;
/** Krippendorff (2018), Content Analysis: the lowest alpha for tentative conclusions. */
const LOW_ALPHA = 0.667;
/** KTO's paper keeps weighted labels between these; beyond them one side is hardly heard. */
const LEAST_SHARE = 0.2;

/** What a reader must know before they rely on a snapshot: a code, and the numbers that it is said from. Shares are 0 to 1. */
export type Limit =
	| { code: 'few_rows' | 'few_held_out' | 'single_judge' | 'no_guideline' | 'no_dev' | 'agreement_none' | 'not_looked' | 'some_looked' | 'found_only_flagged'; n: number }
	| { code: 'length_bias' | 'low_agreement'; value: number; low: number; high: number; n: number }
	| { code: 'length_unsure' | 'agreement_unsure' | 'low_agreement_unsure'; value: number; n: number }
	| { code: 'one_judge_leads' | 'single_votes' | 'imported' | 'model_judged' | 'other_origin' | 'mostly_dropped' | 'labels_uneven'; share: number; n: number }
	| { code: 'guidelines' | 'cycles' | 'neutralised' | 'documents' | 'people_left_out'; n: number }
	| { code: 'not_recorded'; n: number };

const sum = (counts: readonly number[]): number => counts.reduce((total, one) => total + one, 0);

function ofRows({ splits, heldOut, judgments, totals, labels, lengthBias }: Manifest): Limit[] {
	const limits: Limit[] = [];
	const { rows } = splits.train;
	if (rows < FEW_ROWS) limits.push({ code: 'few_rows', n: rows });
	if (heldOut.rows < MIN_GROUPS) limits.push({ code: 'few_held_out', n: heldOut.rows });
	if (splits.dev.rows === 0) limits.push({ code: 'no_dev', n: 0 });
	if (lengthBias && lengthBias.pairs > 0) {
		const { longerChosen, pairs, low, high } = lengthBias;
		const value = longerChosen / pairs;
		if (low === null || high === null) limits.push({ code: 'length_unsure', value, n: pairs });
		else if (low > 0.5 || high < 0.5) limits.push({ code: 'length_bias', value, low, high, n: pairs });
	}
	if (labels) {
		const all = labels.desirable + labels.undesirable;
		const share = all === 0 ? 0 : labels.desirable / all;
		if (all > 0 && (share < LEAST_SHARE || share > 1 - LEAST_SHARE)) limits.push({ code: 'labels_uneven', share, n: all });
	}
	const lost = sum(Object.entries(judgments.dropped).map(([reason, n]) => (reason === 'split' ? 0 : n)));
	if (lost * 2 > totals.judgments) limits.push({ code: 'mostly_dropped', share: lost / totals.judgments, n: lost });
	return limits;
}

function ofJudges({ judgedBy, guidelines }: Manifest): Limit[] {
	if (!judgedBy) return [{ code: 'not_recorded', n: 0 }];
	const { votes, origins, alpha, people } = judgedBy;
	const limits: Limit[] = [];
	const judges = sum(origins.map((one) => one.judges));
	const all = sum(origins.map((one) => one.votes));
	if (judges === 1) limits.push({ code: 'single_judge', n: all });
	else if (people.most * 2 > all) limits.push({ code: 'one_judge_leads', share: people.most / all, n: all });
	const judged = sum(votes.slice(1));
	if ((votes[1] ?? 0) * 2 > judged) limits.push({ code: 'single_votes', share: (votes[1] ?? 0) / judged, n: judged });
	const { value, low, high, n } = alpha;
	if (value === null) limits.push({ code: 'agreement_none', n });
	else if (low === null || high === null) limits.push({ code: value < LOW_ALPHA ? 'low_agreement_unsure' : 'agreement_unsure', value, n });
	else if (value < LOW_ALPHA) limits.push({ code: 'low_agreement', value, low, high, n });
	for (const one of origins) {
		if (one.origin !== 'workspace') limits.push({ code: one.origin === 'import' ? 'imported' : one.origin === 'model' ? 'model_judged' : 'other_origin', share: one.votes / all, n: one.votes });
	}
	if (guidelines.length === 0) limits.push({ code: 'no_guideline', n: 0 });
	if (guidelines.length > 1) limits.push({ code: 'guidelines', n: guidelines.length });
	return limits;
}

function ofTexts({ cycles, neutralised, documentsWithoutText, rule, desensitised }: Manifest): Limit[] {
	const limits: Limit[] = [];
	if (rule.annotators) limits.push({ code: 'people_left_out', n: rule.annotators.people });
	if (cycles > 0) limits.push({ code: 'cycles', n: cycles });
	if (neutralised > 0) limits.push({ code: 'neutralised', n: neutralised });
	if (documentsWithoutText) limits.push({ code: 'documents', n: documentsWithoutText });
	if (desensitised?.looked === 'none') limits.push({ code: 'not_looked', n: 0 });
	if (desensitised?.looked === 'some') limits.push({ code: 'some_looked', n: 0 });
	const flagged = desensitised ? totalOf(Object.fromEntries(Object.entries(desensitised.found).map(([kind, { flag = 0 }]) => [kind, { flag }]))) : 0;
	if (flagged > 0) limits.push({ code: 'found_only_flagged', n: flagged });
	return limits;
}

/** What a manifest itself says against relying on it, most about rows first. */
export function knownLimits(manifest: Manifest): Limit[] {
	return [...ofRows(manifest), ...ofJudges(manifest), ...ofTexts(manifest)];
}
