import { hoursLeft } from '../../domain/pace.ts';
import { doneInTens } from '../../domain/told-in-tens.ts';
import type { Executor } from '../db/client.ts';
import type { Project } from '../db/members.ts';
import * as progress from '../db/progress.ts';
import * as roundStats from '../db/round-stats.ts';
import type { Round } from '../db/rounds.ts';

/** How far a round's judging is, for everybody who works on it. */
export type RoundProgress = {
	/** Judgments that count, and how many a complete round holds. */
	done: number;
	wanted: number;
	/** Judgments that are still to be made before the round can train whole; what nobody is left to judge is not among them. */
	left: number;
	/** Whether the counts are told in tens. */
	inTens: boolean;
	/** At the pace of the last days; null where nothing honest can be said. */
	hoursLeft: number | null;
};

/** Reads it from kept counts and the judgments of the last week. */
export async function roundProgress(db: Executor, project: Pick<Project, 'id' | 'overlap'>, round: Pick<Round, 'id' | 'comparisons'>, inTens: boolean): Promise<RoundProgress> {
	const [totals, { unfillable, recent, hours }] = await Promise.all([progress.totals(db, round.id), roundStats.recentWork(db, { projectId: project.id, roundId: round.id })]);
	const wanted = round.comparisons * project.overlap;
	const done = inTens ? doneInTens(totals.counted, wanted - unfillable) : totals.counted;
	const left = Math.max(0, wanted - done - unfillable);
	return { done, wanted, left, inTens, hoursLeft: wanted === 0 ? null : hoursLeft({ left, recent, hours }) };
}
