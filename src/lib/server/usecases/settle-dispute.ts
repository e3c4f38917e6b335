import { isDisputed } from '../../domain/dispute.ts';
import { completePolicy } from '../../domain/judging-policy.ts';
import type { Db, Tx } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import * as disputes from '../db/disputes.ts';
import * as people from '../db/people.ts';
import type { DisputeFacts } from '../db/disputes.ts';

/** Whether a reviewer must decide: the judgments that count disagree beyond the rule, nobody has decided, and it does not lie with its judges. */
const needsDecision = (facts: DisputeFacts): boolean =>
	facts.status === 'complete' && !facts.adjudicated && !facts.sentBack && isDisputed(completePolicy(facts.policy).dispute, facts.verdicts);

/** Follows up on a comparison, which is locked, after what counts or what was decided there changed. */
export async function settleDispute(tx: Tx, comparisonId: string): Promise<void> {
	const facts = await disputes.of(tx, comparisonId);
	if (!facts) return;
	if (facts.status === 'closed' && !facts.adjudicated) {
		await disputes.reopen(tx, comparisonId);
		await comparisons.refreshExhaustion(tx, comparisonId);
	}
	await disputes.set(tx, comparisonId, needsDecision(facts));
}

/** Hands back to the reviewers what was sent back to its judges and lay with them for too long. @returns how many comparisons that were */
export async function settleSentBack(db: Db): Promise<number> {
	const waiting = (await disputes.lyingTooLong(db)).filter(needsDecision);
	for (const { id, projectId } of waiting) {
		await db.transaction(async (tx) => {
			await people.hold(tx, projectId);
			await comparisons.lock(tx, id);
			await settleDispute(tx, id);
		});
	}
	return waiting.length;
}

const PAGE = 500;

/** The same for every complete comparison of the newest round, after the rule changed. @returns how many are disputed */
export async function settleDisputesOfProject(tx: Tx, projectId: string): Promise<number> {
	let disputed = 0;
	for (let after: string | null = null; ; ) {
		const page: DisputeFacts[] = await disputes.page(tx, projectId, after, PAGE);
		for (const facts of page) {
			const needs = needsDecision(facts);
			disputed += Number(needs);
			if (needs !== facts.disputed) await disputes.set(tx, facts.id, needs);
		}
		const last = page.at(-1);
		if (!last || page.length < PAGE) return disputed;
		after = last.id;
	}
}
