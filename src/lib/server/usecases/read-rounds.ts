import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { wilsonInterval } from '../../domain/wilson.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import * as progress from '../db/progress.ts';
import * as roundStats from '../db/round-stats.ts';
import * as rounds from '../db/rounds.ts';
import type { Round } from '../db/rounds.ts';
import * as runs from '../db/runs.ts';
import * as overlaps from '../db/snapshot-overlaps.ts';
import * as snapshots from '../db/snapshots.ts';
import { allow } from './access.ts';

/** A round with its counts. */
export type RoundLine = {
	number: number;
	status: Round['status'];
	comparisons: number;
	complete: number;
	/** Incomplete, with nobody left to judge them. */
	exhausted: number;
	/** The same, and a reviewer has decided them. */
	closed: number;
	identical: number;
	judgments: number;
	openedAt: string;
	closedAt: string | null;
	candidateCheckpointId: string | null;
	parentCheckpointId: string | null;
};

/** One round's counts, from kept tallies. */
export async function roundLine(db: Executor, round: Round): Promise<RoundLine> {
	const [totals, over] = await Promise.all([progress.totals(db, round.id), comparisons.over(db, round.id)]);
	return {
		number: round.number,
		status: round.status,
		comparisons: round.comparisons,
		complete: totals.completed,
		...over,
		identical: round.identical,
		judgments: totals.counted,
		openedAt: round.openedAt,
		closedAt: round.closedAt,
		candidateCheckpointId: round.candidateCheckpointId,
		parentCheckpointId: round.parentCheckpointId
	};
}

/** Rounds of a project, oldest first. */
export async function readRounds(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<RoundLine[]>> {
	const access = await allow(app.db, actor, { slug }, 'round.read');
	if (!access.ok) return access;
	const all = await rounds.list(app.db, access.value.project.id);
	return ok(await Promise.all(all.map((round) => roundLine(app.db, round))));
}

/** A person's part in a round. `left` is the share of decisive verdicts for the left side, with its Wilson interval. */
export type PersonLine = { name: string; judged: number; cannotJudge: number; skipped: number; secondsEach: number | null; left: { value: number; low: number; high: number; n: number } | null };

/** A round's page. */
export type RoundPage = RoundLine & {
	people: PersonLine[];
	snapshots: (Pick<snapshots.Snapshot, 'id' | 'objective' | 'sha256' | 'trainRows' | 'testRows' | 'used' | 'dropped' | 'createdAt'> & { stale: number; overlaps: number })[];
	runs: Pick<runs.Run, 'id' | 'objective' | 'status' | 'step' | 'maxSteps' | 'createdAt'>[];
	checkpoints: { id: string; name: string }[];
};

/** One round with its people, snapshots and runs. */
export async function readRound(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; number: number }): Promise<Result<RoundPage>> {
	const access = await allow(app.db, actor, { slug: input.slug }, 'round.read');
	if (!access.ok) return access;
	const { id: projectId } = access.value.project;
	const round = await rounds.byNumber(app.db, projectId, input.number);
	if (!round) return fail('not_found', 'There is no such round.');
	const [line, people, allSnapshots, allRuns, allCheckpoints] = await Promise.all([
		roundLine(app.db, round),
		roundStats.people(app.db, round.id),
		snapshots.list(app.db, projectId),
		runs.list(app.db, projectId),
		checkpoints.list(app.db, projectId)
	]);
	const own = allRuns.filter((run) => run.roundId === round.id);
	return ok({
		...line,
		people: people.map(({ name, judged, cannotJudge, skipped, leftChosen, decisive, durationMs }) => {
			const interval = decisive > 0 ? wilsonInterval(leftChosen, decisive) : null;
			return {
				name,
				judged,
				cannotJudge,
				skipped,
				secondsEach: judged > 0 && durationMs > 0 ? durationMs / judged / 1000 : null,
				left: interval ? { value: leftChosen / decisive, low: interval.low, high: interval.high, n: decisive } : null
			};
		}),
		snapshots: await Promise.all(
			allSnapshots
				.filter((snapshot) => snapshot.roundId === round.id)
				.map(async ({ id, objective, sha256, trainRows, testRows, used, dropped, createdAt }) => {
					const [stale, overlapping] = await Promise.all([snapshots.changedSince(app.db, id), overlaps.trainedHeldOut(app.db, [id])]);
					return { id, objective, sha256, trainRows, testRows, used, dropped, createdAt, stale, overlaps: overlapping };
				})
		),
		runs: own.map(({ id, objective, status, step, maxSteps, createdAt }) => ({ id, objective, status, step, maxSteps, createdAt })),
		checkpoints: allCheckpoints.filter((checkpoint) => own.some((run) => run.id === checkpoint.runId)).map(({ id, name }) => ({ id, name }))
	});
}
