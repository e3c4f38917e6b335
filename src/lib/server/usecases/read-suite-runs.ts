import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { AGAINST, gateMeasures } from '../../domain/suite/measures.ts';
import type { Against, NamedMeasure, SuiteResults } from '../../domain/suite/measures.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import * as suiteRuns from '../db/suite-runs.ts';
import type { SuiteRun } from '../db/suite-runs.ts';
import * as suites from '../db/suites.ts';
import { reachCheckpoint } from './read-checkpoint.ts';

/** A checkpoint's run through one version of the suite, as page and API show it. */
export type SuiteRunView = Pick<SuiteRun, 'id' | 'status' | 'done' | 'total' | 'problem' | 'createdAt' | 'finishedAt'> & {
	suiteVersion: number;
	/** Whether the version is the one in force. */
	current: boolean;
	/** By itself after a training, or because somebody asked. */
	against: Record<Against, { id: string; name: string } | null>;
	results: SuiteResults | null;
};

/** Runs of a checkpoint through the project's suite, newest first. */
export async function readSuiteRuns(app: Pick<App, 'db'>, actor: Actor, checkpointId: string): Promise<Result<{ evaluations: SuiteRunView[]; hasSuite: boolean }>> {
	const found = await reachCheckpoint(app.db, actor, checkpointId, 'checkpoint.read');
	if (!found.ok) return found;
	const { projectId } = found.value.checkpoint;
	const [runs, suite, made] = await Promise.all([suiteRuns.ofCheckpoint(app.db, checkpointId), suites.newest(app.db, projectId), checkpoints.list(app.db, projectId)]);
	const names = new Map(made.map(({ id, name }) => [id, name]));
	return ok({
		hasSuite: suite !== null,
		evaluations: runs.map((run) => {
			const ids: Record<Against, string | null> = { parent: run.parentCheckpointId, champion: run.championCheckpointId, base: run.baseCheckpointId };
			const named = (id: string | null) => (id === null || id === checkpointId ? null : { id, name: names.get(id) ?? '' });
			return {
				id: run.id,
				suiteVersion: run.version,
				current: run.suiteVersionId === suite?.id,
				status: run.status,
				done: run.done,
				total: run.total,
				problem: run.problem,
				createdAt: run.createdAt,
				finishedAt: run.finishedAt,
				against: Object.fromEntries(AGAINST.map((one) => [one, named(ids[one])])) as SuiteRunView['against'],
				results: run.results
			};
		})
	});
}

/** What a gate's rules may read of a checkpoint: its measures under the suite in force. Null: it was not run through it yet. */
export async function measuresOfCheckpoint(db: Executor, of: { projectId: string; checkpointId: string }): Promise<{ suiteVersion: number; suiteRunId: string; measures: NamedMeasure[] } | null> {
	const suite = await suites.newest(db, of.projectId);
	const run = suite ? await suiteRuns.finishedOf(db, of.checkpointId, suite.id) : null;
	return run?.results ? { suiteVersion: run.version, suiteRunId: run.id, measures: gateMeasures(run.results) } : null;
}
