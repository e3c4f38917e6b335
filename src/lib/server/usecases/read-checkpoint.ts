import type { Drift } from '../../domain/drift.ts';
import { withoutTags } from '../../domain/evaluation-results.ts';
import { parseHubModel } from '../../domain/hub-model.ts';
import type { HubModel, ModelFacts } from '../../domain/hub-model.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { winRate } from '../../domain/win-rate.ts';
import type { WinRate } from '../../domain/win-rate.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as agreement from '../db/agreement.ts';
import * as champions from '../db/champions.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import * as decisionRows from '../db/decisions.ts';
import type { Decision } from '../db/decisions.ts';
import type { Executor } from '../db/client.ts';
import * as evaluations from '../db/evaluations.ts';
import type { Evaluation } from '../db/evaluations.ts';
import * as generations from '../db/generations.ts';
import type { Generation } from '../db/generations.ts';
import * as roundStats from '../db/round-stats.ts';
import * as rounds from '../db/rounds.ts';
import * as runs from '../db/runs.ts';
import * as overlaps from '../db/snapshot-overlaps.ts';
import * as snapshots from '../db/snapshots.ts';
import * as walls from '../db/walls.ts';
import { allow } from './access.ts';
import type { Access } from './access.ts';
import { singleHumanResult } from './good-answers.ts';
import type { SingleHumanResult } from './good-answers.ts';

/** What people said when they compared a checkpoint with its parent, blind, on test prompts. */
export type HumanResult = WinRate & { waiting: number; /** Not judged whole, with nobody left who could, whether a reviewer decided them or not. */ out: number; identical: number };

/** A checkpoint as the API and its page show it. */
export type CheckpointView = {
	id: string;
	name: string;
	kind: Checkpoint['kind'];
	project: string;
	round: number | null;
	runId: string | null;
	/** The sweep that its run is a point of: then it was scored on dev questions only, and nothing is decided on it. */
	sweep: { id: string; point: number } | null;
	step: number | null;
	sha256: string | null;
	bytes: number | null;
	files: Checkpoint['files'];
	/** Of a base model: the hub and commit that it comes from, where it comes from one, and what its folder says of it once that was read. */
	model: { source: HubModel | null; facts: ModelFacts | null } | null;
	snapshot: { id: string; sha256: string; stale: number } | null;
	/** Questions that it or a parent of it was trained on and that are held out since: its figures on held-out questions are not clean. */
	overlaps: number;
	parent: { id: string; name: string } | null;
	/** From this checkpoint to the base model. */
	lineage: { id: string; name: string; kind: Checkpoint['kind']; runId: string | null; /** How far it has moved from the base and from its parent; null where that was not measured. */ drift: Drift | null; /** What its run was held to while it learned: the base or its parent; null where the objective knows no reference, and for the base. */ reference: { id: string; name: string } | null }[];
	evaluation: Pick<Evaluation, 'id' | 'status' | 'done' | 'total' | 'results' | 'problem' | 'finishedAt'> | null;
	/** Whether the evaluation's slices by tag are left out, since a wall stands between this person and some of its snapshot: tags may name what lies behind. */
	tagsHidden: boolean;
	/** Names of the judging form's criteria by key, which the evaluation's slices name by key. */
	criteria: Record<string, string>;
	generation: (Pick<Generation, 'id' | 'status' | 'done' | 'total' | 'problem'> & { sampling: { temperature: number; topP: number; maxTokens: number }; intoRound: number | null }) | null;
	/** On pairs with its parent. */
	people: HumanResult | null;
	/** On its answers judged alone. */
	peopleSingle: SingleHumanResult | null;
	decisions: Decision[];
	isChampion: boolean;
	createdAt: string;
};

/** Win rate of a checkpoint against its parent (semantics 21); null for the base model. */
export async function humanResult(db: Executor, checkpoint: Checkpoint): Promise<HumanResult | null> {
	if (checkpoint.parentId === null) return null;
	const found = await roundStats.testVotes(db, { checkpointId: checkpoint.id, parentId: checkpoint.parentId });
	const judged = found.filter(({ state }) => state === 'complete');
	return {
		...winRate(judged, { seed: `people/${checkpoint.sha256 ?? checkpoint.id}` }),
		waiting: found.filter(({ state }) => state === 'waiting').length,
		out: found.filter(({ state, identical }) => state === 'out' && !identical).length,
		identical: found.filter(({ identical }) => identical).length
	};
}

/** Finds a checkpoint with which the actor may do this. */
export async function reachCheckpoint(db: Executor, actor: Actor, id: string, action: 'checkpoint.read' | 'checkpoint.decide' | 'run.start' | 'run.cancel' | 'snapshot.data' | 'generation.read'): Promise<Result<{ checkpoint: Checkpoint; access: Access }>> {
	const checkpoint = await checkpoints.get(db, id);
	if (!checkpoint) return fail('not_found', 'There is no such checkpoint.');
	const access = await allow(db, actor, { id: checkpoint.projectId }, action);
	return access.ok ? ok({ checkpoint, access: access.value }) : access;
}

/** One checkpoint beside its parent, with everything that is known about it. */
export async function readCheckpoint(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<CheckpointView>> {
	const { db } = app;
	const found = await reachCheckpoint(db, actor, id, 'checkpoint.read');
	if (!found.ok) return found;
	const { checkpoint, access } = found.value;
	const run = checkpoint.runId ? await runs.get(db, checkpoint.runId) : null;
	const [round, snapshot, parent, lineage, evaluation, made, people, peopleSingle, decisions, champion, allRounds, overlapping, criteria] = await Promise.all([
		run ? rounds.byId(db, run.roundId) : null,
		run ? snapshots.get(db, run.snapshotId) : null,
		checkpoint.parentId ? checkpoints.get(db, checkpoint.parentId) : null,
		checkpoints.lineage(db, id),
		evaluations.newestOf(db, id).then((found) => found ?? evaluations.newestOf(db, id, 'dev')),
		generations.ofCheckpoint(db, id),
		humanResult(db, checkpoint),
		singleHumanResult(db, checkpoint, run?.roundId ?? null),
		decisionRows.of(db, id),
		champions.championOf(db, checkpoint.projectId),
		rounds.list(db, checkpoint.projectId),
		overlaps.trainedHeldOutOf(db, id),
		agreement.criteriaEver(db, checkpoint.projectId)
	]);
	const tagsHidden = evaluation?.results?.slices?.some(({ by }) => by === 'tag') === true && (await walls.hidesOfSnapshot(db, actor.userId, evaluation.snapshotId));
	const drifts = await Promise.all(lineage.map(async (ancestor) => (await evaluations.newestOf(db, ancestor.id))?.results?.drift ?? null));
	const named = new Map(lineage.map((ancestor) => [ancestor.id, ancestor.name]));
	const references = await Promise.all(
		lineage.map(async ({ runId }) => {
			const held = runId === null ? null : ((await runs.get(db, runId))?.referenceCheckpointId ?? null);
			return held === null ? null : { id: held, name: named.get(held) ?? '' };
		})
	);
	const generation = made[0];
	return ok({
		id,
		name: checkpoint.name,
		kind: checkpoint.kind,
		project: access.project.slug,
		round: round?.number ?? null,
		runId: checkpoint.runId,
		sweep: run?.sweep ?? null,
		step: checkpoint.step,
		sha256: checkpoint.sha256,
		bytes: checkpoint.bytes,
		files: checkpoint.files,
		model: checkpoint.kind === 'base' ? { source: parseHubModel(checkpoint.location ?? ''), facts: checkpoint.model } : null,
		snapshot: snapshot ? { id: snapshot.id, sha256: snapshot.sha256, stale: await snapshots.changedSince(db, snapshot.id) } : null,
		overlaps: overlapping,
		parent: parent ? { id: parent.id, name: parent.name } : null,
		lineage: lineage.map(({ id: own, name, kind, runId }, index) => ({ id: own, name, kind, runId, drift: drifts[index] ?? null, reference: references[index] ?? null })),
		evaluation: evaluation ? { id: evaluation.id, status: evaluation.status, done: evaluation.done, total: evaluation.total, results: tagsHidden && evaluation.results ? withoutTags(evaluation.results) : evaluation.results, problem: evaluation.problem, finishedAt: evaluation.finishedAt } : null,
		tagsHidden,
		criteria: Object.fromEntries(criteria.map(({ key, name }) => [key, name])),
		generation: generation
			? {
					id: generation.id,
					status: generation.status,
					done: generation.done,
					total: generation.total,
					problem: generation.problem,
					sampling: { temperature: generation.sampling.temperatures[0] ?? 0, topP: generation.sampling.topP, maxTokens: generation.sampling.maxTokens },
					intoRound: allRounds.find((one) => one.id === generation.intoRoundId)?.number ?? null
				}
			: null,
		people,
		peopleSingle,
		decisions,
		isChampion: champion.id === id,
		createdAt: checkpoint.createdAt
	});
}
