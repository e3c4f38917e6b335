import { keyOf, kindOf, neighbourhood } from '../../domain/lineage/graph.ts';
import type { Arrow, Key, Left, LineageKind } from '../../domain/lineage/graph.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as champions from '../db/champions.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import * as lineage from '../db/lineage.ts';
import type { JudgmentPlace, Skeleton } from '../db/lineage.ts';
import * as rounds from '../db/rounds.ts';
import * as runs from '../db/runs.ts';
import * as snapshots from '../db/snapshots.ts';
import { allow } from './access.ts';
import { refuseYetToJudge } from './yet-to-judge.ts';

/** What a lineage can be asked of. */
export const LINEAGE_OF = ['round', 'judgment', 'snapshot', 'run', 'checkpoint', 'response'] as const satisfies readonly LineageKind[];
export type LineageOf = (typeof LINEAGE_OF)[number];

/** One thing of a lineage, with facts and no words of anybody's question or answer. */
export type LineageThing = { key: Key; id: string } & (
	| { kind: 'round'; number: number; status: string; comparisons: number }
	| { kind: 'judgments'; /** Of this snapshot: those that it made rows of, by rounds. */ used: number; hidden: number; rounds: number[] }
	| { kind: 'judgment'; round: number; stands: boolean; /** Snapshots that made no row of it. */ leftOut: number }
	| { kind: 'snapshot'; objective: string; sha256: string; trainRows: number }
	| { kind: 'run'; objective: string; status: string; point: number | null }
	| { kind: 'checkpoint'; name: string; isBase: boolean; isChampion: boolean; decision: Skeleton['checkpoints'][number]['decision'] }
	| { kind: 'response' }
);

/** What led to a thing and what came of it. */
export type LineageView = {
	project: string;
	focus: LineageThing;
	/** Nearest first. */
	before: LineageThing[];
	after: LineageThing[];
	/** Among all of these: from what came which. */
	arrows: Arrow[];
	/** How many things lie behind the last ones that are given. */
	left: Left[];
};

/** A thing's place in the record: its project, and what only itself is linked by. */
type Found = { projectId: string; judgment: JudgmentPlace | null; writer: string | null };

async function find(db: Executor, kind: LineageOf, id: string, viewer: string): Promise<Found | null> {
	const plain = (row: { projectId: string } | null): Found | null => row && { projectId: row.projectId, judgment: null, writer: null };
	switch (kind) {
		case 'round':
			return plain(await rounds.byId(db, id));
		case 'snapshot':
			return plain(await snapshots.get(db, id));
		case 'run':
			return plain(await runs.get(db, id));
		case 'checkpoint':
			return plain(await checkpoints.get(db, id));
		case 'judgment': {
			const judgment = await lineage.placeOfJudgment(db, id, viewer);
			return judgment && { projectId: judgment.projectId, judgment, writer: null };
		}
		case 'response': {
			const response = await lineage.placeOfResponse(db, id, viewer);
			return response && { projectId: response.projectId, judgment: null, writer: response.checkpointId };
		}
	}
}

/** The rounds whose judgments a snapshot took. */
function roundsOf({ round, taken, listed }: Skeleton['snapshots'][number], all: Skeleton['rounds']): number[] {
	if (listed !== null) return listed;
	return taken === 'all_rounds' ? all.map(({ number }) => number).filter((number) => number <= round) : [round];
}

/** Every arrow of a project, and those of the thing that is asked for. */
function arrowsOf({ rounds: all, snapshots: frozen, runs: trained, checkpoints: made, answered }: Skeleton, own: { kind: LineageOf; id: string } & Found): Arrow[] {
	const roundIds = new Map(all.map(({ number, id }) => [number, id]));
	const focus = keyOf(own.kind, own.id);
	return [
		...made.flatMap(({ id, runId }) => (runId === null ? [] : [{ from: keyOf('run', runId), to: keyOf('checkpoint', id) }])),
		...frozen.flatMap((snapshot) => [
			{ from: keyOf('judgments', snapshot.id), to: keyOf('snapshot', snapshot.id) },
			...roundsOf(snapshot, all).flatMap((number) => (roundIds.has(number) ? [{ from: keyOf('round', roundIds.get(number) ?? ''), to: keyOf('judgments', snapshot.id) }] : []))
		]),
		...trained.flatMap(({ id, snapshotId, parentId }) => [
			{ from: keyOf('snapshot', snapshotId), to: keyOf('run', id) },
			{ from: keyOf('checkpoint', parentId), to: keyOf('run', id) }
		]),
		...answered.map(({ checkpointId, roundId }) => ({ from: keyOf('checkpoint', checkpointId), to: keyOf('round', roundId) })),
		...(own.judgment
			? [
					{ from: keyOf('round', own.judgment.roundId), to: focus },
					...own.judgment.writers.map((id) => ({ from: keyOf('checkpoint', id), to: focus })),
					...own.judgment.snapshots.map((id) => ({ from: focus, to: keyOf('snapshot', id) }))
				]
			: []),
		...(own.writer === null ? [] : [{ from: keyOf('checkpoint', own.writer), to: focus }])
	];
}

/** Says what is known of each thing that is drawn. */
function describer(bones: Skeleton, own: Found, { championId, hidden }: { championId: string; hidden: ReadonlyMap<string, number> }): (key: Key) => LineageThing {
	const byId = <T extends { id: string }>(list: readonly T[]): ReadonlyMap<string, T> => new Map(list.map((one) => [one.id, one]));
	const [allRounds, allSnapshots, allRuns, allCheckpoints] = [byId(bones.rounds), byId(bones.snapshots), byId(bones.runs), byId(bones.checkpoints)];
	return (key) => {
		const kind = kindOf(key);
		const id = key.slice(kind.length + 1);
		const thing = { key, id };
		const [round, snapshot, run, checkpoint] = [allRounds.get(id), allSnapshots.get(id), allRuns.get(id), allCheckpoints.get(id)];
		if (kind === 'round' && round) return { ...thing, kind, number: round.number, status: round.status, comparisons: round.comparisons };
		if (kind === 'judgments' && snapshot) return { ...thing, kind, used: snapshot.used, hidden: hidden.get(id) ?? 0, rounds: roundsOf(snapshot, bones.rounds) };
		if (kind === 'snapshot' && snapshot) return { ...thing, kind, objective: snapshot.objective, sha256: snapshot.sha256, trainRows: snapshot.trainRows };
		if (kind === 'run' && run) return { ...thing, kind, objective: run.objective, status: run.status, point: run.point };
		if (kind === 'checkpoint' && checkpoint) return { ...thing, kind, name: checkpoint.name, isBase: checkpoint.kind === 'base', isChampion: id === championId, decision: checkpoint.decision };
		if (kind === 'judgment' && own.judgment) return { ...thing, kind, round: own.judgment.round, stands: own.judgment.stands, leftOut: own.judgment.leftOut };
		if (kind === 'response') return { ...thing, kind };
		throw new Error(`${key} is not in the record`);
	};
}

/**
 * What led to a thing and what came of it: which judgments shaped a checkpoint
 * (or an answer's checkpoint), and into which snapshots, runs, checkpoints and
 * rounds one judgment went. Counts, not words; a judgment or answer behind a
 * wall for who asks is not there.
 */
export async function readLineage(app: Pick<App, 'db'>, actor: Actor, { kind, id }: { kind: LineageOf; id: string }): Promise<Result<LineageView>> {
	const { db } = app;
	const found = await find(db, kind, id, actor.userId);
	if (!found) return fail('not_found', 'There is no such thing, or it is not yours to see.');
	const access = await allow(db, actor, { id: found.projectId }, 'checkpoint.read');
	if (!access.ok) return access;
	const tooEarly = found.judgment && (await refuseYetToJudge(db, actor, access.value, found.judgment.comparisonId));
	if (tooEarly) return tooEarly;
	const [bones, champion] = await Promise.all([lineage.skeleton(db, found.projectId), champions.championOf(db, found.projectId)]);
	const { focus, before, after, arrows, left } = neighbourhood(arrowsOf(bones, { kind, id, ...found }), keyOf(kind, id));
	const drawnSnapshots = [...before, ...after].flatMap((key) => (kindOf(key) === 'judgments' ? [key.slice('judgments:'.length)] : []));
	const describe = describer(bones, found, { championId: champion.id, hidden: await lineage.hiddenOf(db, drawnSnapshots, actor.userId) });
	return ok({ project: access.value.project.slug, focus: describe(focus), before: before.map(describe), after: after.map(describe), arrows, left });
}
