import { chooseExamples } from '../../domain/decision-examples.ts';
import type { Example } from '../../domain/decision-examples.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import * as roundStats from '../db/round-stats.ts';
import * as walls from '../db/walls.ts';

/** Comparisons on test prompts that a report shows, won and lost: of matters before which no wall stands for anybody. */
export async function examplesOf(db: Executor, checkpoint: Checkpoint): Promise<Example[]> {
	if (checkpoint.parentId === null) return [];
	const votes = (await roundStats.testVotes(db, { checkpointId: checkpoint.id, parentId: checkpoint.parentId })).filter(({ state }) => state === 'complete');
	const open = await walls.openToAll(db, votes.map(({ comparisonId }) => comparisonId));
	return chooseExamples(votes.filter(({ comparisonId }) => open.has(comparisonId)));
}
