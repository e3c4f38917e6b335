import type { Tally } from '../../domain/manifest.ts';
import { capper, ClassCounts, LengthCounts, matcher } from '../../domain/row-selection.ts';
import type { SnapshotRule } from '../../domain/snapshot-rule.ts';
import { CAPPED } from '../../domain/snapshot-rule.ts';
import type { Tx } from '../db/client.ts';
import * as candidates from '../db/snapshot-candidates.ts';
import type { LeftOut } from '../db/snapshot-candidates.ts';
import type { SnapshotCount } from './count-rows.ts';
import type { SelectionFacts } from './render-prompt.ts';

const BATCH = 2000;

/** Goes through the rows that are in, in the order of the lot, and leaves out those that the choice does not keep. */
async function sift(tx: Tx, counted: SnapshotCount, choose: (facts: SelectionFacts) => 'kept' | LeftOut['reason']): Promise<void> {
	let out: LeftOut[] = [];
	for await (const { seq, facts } of candidates.inOrder<SelectionFacts>(tx)) {
		const choice = choose(facts);
		if (choice === 'kept') continue;
		counted.row('train', facts, -1);
		if (facts.rewrite) counted.dropRewrite(choice);
		out.push({ seq, reason: choice });
		if (out.length < BATCH) continue;
		await candidates.leaveOut(tx, out);
		out = [];
	}
	await candidates.leaveOut(tx, out);
}

async function visit(tx: Tx, look: (facts: SelectionFacts) => void): Promise<void> {
	for await (const { facts } of candidates.inOrder<SelectionFacts>(tx)) look(facts);
}

/**
 * Caps and matching: train rows that are left out by the lot of their content
 * hash. First per prompt, then by class, then by length, so that what is
 * matched stays matched. Rows of dev and test are never among them.
 */
export async function selectRows(tx: Tx, { caps, matchLength }: Pick<SnapshotRule, 'caps' | 'matchLength'>, counted: SnapshotCount): Promise<void> {
	const { prompt } = caps;
	if (prompt !== null) await sift(tx, counted, ({ promptRank }) => (promptRank > prompt ? 'capped' : 'kept'));
	if (CAPPED.some((of) => of !== 'prompt' && caps[of] !== null)) {
		const counts = new ClassCounts();
		if (CAPPED.some((of) => caps[of] === 'smallest')) await visit(tx, (facts) => counts.add(facts));
		await sift(tx, counted, capper(caps, counts));
	}
	if (matchLength) {
		const counts = new LengthCounts();
		await visit(tx, (facts) => counts.add(facts));
		await sift(tx, counted, matcher(counts));
	}
	await candidates.settle(tx);
	counted.comparisons = tallied(await candidates.fates(tx, 'comparisons'));
	counted.judgments = tallied(await candidates.fates(tx, 'judgments'));
}

function tallied(fates: Awaited<ReturnType<typeof candidates.fates>>): Tally {
	const dropped: Tally['dropped'] = {};
	for (const { fate, count } of fates) if (fate !== 'row' && fate !== 'used') dropped[fate] = count;
	return { used: fates.filter(({ fate }) => fate === 'row' || fate === 'used').reduce((sum, { count }) => sum + count, 0), dropped };
}
