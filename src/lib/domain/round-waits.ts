import { decisionIsDue, nextAction, pendingComparisons } from './next-action.ts';
import type { LoopFacts, RoundFacts } from './next-action.ts';

/** What people can be waited for. */
export const ROUND_WAITS = ['to_judge', 'to_adjudicate', 'to_freeze', 'to_mend', 'to_decide'] as const;

/** Something that a round waits for people to do; what it is about is told once. */
export type RoundWait = { kind: (typeof ROUND_WAITS)[number]; subjectId: string };

/** What an engineer sees to. */
const ENGINEER: LoopFacts['may'] = { judge: false, import: false, freeze: true, train: true, decide: false, manage: false };

/**
 * All that a round waits for people to do now, whoever they are. What the engine does, and what goes on by itself, is
 * waited for by nobody.
 * @param of.disputed some pair waits for a reviewer’s decision
 * @param of.automated the round is frozen and trained on without anybody asking
 */
export function roundWaits(round: RoundFacts, of: { roundId: string; disputed: boolean; automated: boolean }): RoundWait[] {
	const facts: LoopFacts = { ...round, may: ENGINEER, mine: null, disputes: Number(of.disputed), approval: false };
	const { checkpoint } = round;
	const waits: RoundWait[] = [];
	// A round that was trained on may still be judged; nobody is called for it.
	if (round.snapshot === null && pendingComparisons(facts) > 0) waits.push({ kind: 'to_judge', subjectId: of.roundId });
	if (of.disputed) waits.push({ kind: 'to_adjudicate', subjectId: of.roundId });
	const next = nextAction(facts);
	if (next.kind === 'freeze' && !of.automated) waits.push({ kind: 'to_freeze', subjectId: of.roundId });
	if (next.kind === 'mend_run') waits.push({ kind: 'to_mend', subjectId: next.runId });
	if (next.kind === 'mend_evaluation') waits.push({ kind: 'to_mend', subjectId: next.checkpointId });
	// What failed is mended first, while the round does not go on without it.
	if (checkpoint && decisionIsDue(facts) && next.kind !== 'mend_evaluation') waits.push({ kind: 'to_decide', subjectId: checkpoint.id });
	return waits;
}
