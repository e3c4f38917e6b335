import type { Figure } from '../../domain/cluster-bootstrap.ts';
import { goodShare } from '../../domain/good-share.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import * as roundStats from '../db/round-stats.ts';
import type { SingleVotes } from '../db/round-stats.ts';
import * as rounds from '../db/rounds.ts';

/** How many answers on test prompts people called good. */
export type GoodAnswers = { good: Figure; waiting: number; /** Not judged whole, with nobody left who could. */ out: number };

/**
 * What people said of a checkpoint's answers when they judged them one by one,
 * and the same figure of the round that it learned from. Two figures side by
 * side and no more: other answers, judged at another time, perhaps by other
 * people, are no paired comparison, and no difference is claimed.
 */
export type SingleHumanResult = {
	own: GoodAnswers;
	/** Null where that round judged no single answers on test prompts. */
	earlier: (GoodAnswers & { round: number; /** Checkpoints that wrote these answers; null stands for answers that were brought in. */ writers: (string | null)[] }) | null;
};

function goodAnswers(found: readonly SingleVotes[], seed: string): GoodAnswers {
	const those = (which: SingleVotes['state']) => found.filter(({ state }) => state === which);
	return { good: goodShare(those('complete'), { seed }), waiting: those('waiting').length, out: those('out').length };
}

/** Share of good answers of a checkpoint and of the round it learned from; null where nothing is judged alone, and for the base model. */
export async function singleHumanResult(db: Executor, checkpoint: Checkpoint, roundId: string | null): Promise<SingleHumanResult | null> {
	const round = roundId === null ? null : await rounds.byId(db, roundId);
	if (!round) return null;
	const seed = `people/${checkpoint.sha256 ?? checkpoint.id}`;
	const [own, before] = await Promise.all([roundStats.singleVotesOf(db, checkpoint.id), roundStats.singleVotesInRound(db, { roundId: round.id, notCheckpointId: checkpoint.id })]);
	if (own.length + before.length === 0) return null;
	const writers = [...new Set(before.map(({ writer }) => writer))].sort((x, y) => (x ?? '').localeCompare(y ?? '', 'en'));
	return { own: goodAnswers(own, seed), earlier: before.length === 0 ? null : { ...goodAnswers(before, seed), round: round.number, writers } };
}
