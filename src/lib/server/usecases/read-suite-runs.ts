import type { ExportPlan } from '../../domain/checkpoint-export.ts';
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
import { withOwnProgress } from './own-progress.ts';
import { reachInForm } from './reach-export.ts';
import type { MaybeInForm } from './reach-export.ts';

/** A run through one version of the suite, of a checkpoint as it was trained or in a form, as page and API show it. */
export type SuiteRunView = Pick<SuiteRun, 'id' | 'status' | 'problem' | 'createdAt' | 'finishedAt'> & {
	/** Answers that are there, of all that are wanted: to prompts and to the suite's own questions. */
	done: number;
	total: number;
	suiteVersion: number;
	/** Whether the version is the one in force. */
	current: boolean;
	/** The form that answered; null: as it was trained. */
	form: { id: string; plan: ExportPlan } | null;
	/** What stands beside it; null where that is itself, or there is none. */
	against: Record<Against, { id: string; name: string } | null>;
	results: SuiteResults | null;
};

/** How runs of a project are shown, in their order. */
export async function suiteRunViews(db: Executor, projectId: string, runs: readonly SuiteRun[]): Promise<SuiteRunView[]> {
	const [suite, made, counted] = await Promise.all([suites.newest(db, projectId), checkpoints.list(db, projectId), withOwnProgress(db, runs)]);
	const names = new Map(made.map(({ id, name }) => [id, name]));
	return counted.map((run) => {
		const { id, checkpointId, exportId, plan, status, done, total, problem, createdAt, finishedAt, results } = run;
		const ids: Record<Against, string | null> = { trained: exportId === null ? null : checkpointId, parent: run.parentCheckpointId, champion: run.championCheckpointId, base: run.baseCheckpointId };
		// Of a form the checkpoint as it was trained is another model, whatever part it plays.
		const named = (other: string | null) => (other === null || (exportId === null && other === checkpointId) ? null : { id: other, name: names.get(other) ?? '' });
		return {
			...{ id, status, done, total, problem, createdAt, finishedAt, results },
			suiteVersion: run.version,
			current: run.suiteVersionId === suite?.id,
			form: exportId === null || plan === null ? null : { id: exportId, plan },
			against: Object.fromEntries(AGAINST.map((one) => [one, named(ids[one])])) as SuiteRunView['against']
		};
	});
}

/** Runs of a checkpoint through the project's suite, as it was trained or in one form, newest first. */
export async function readSuiteRuns(app: Pick<App, 'db'>, actor: Actor, of: MaybeInForm): Promise<Result<{ evaluations: SuiteRunView[]; hasSuite: boolean }>> {
	const found = await reachInForm(app.db, actor, of, 'checkpoint.read');
	if (!found.ok) return found;
	const { projectId } = found.value.checkpoint;
	const [runs, suite] = await Promise.all([suiteRuns.ofCheckpoint(app.db, of.checkpointId, found.value.made?.id ?? null), suites.newest(app.db, projectId)]);
	return ok({ hasSuite: suite !== null, evaluations: await suiteRunViews(app.db, projectId, runs) });
}

/** What a gate's rules may read of a checkpoint, as it was trained or in a form: its measures under the suite in force. Null: it was not run through it yet. */
export async function measuresOfCheckpoint(db: Executor, of: { projectId: string; checkpointId: string; exportId?: string | null }): Promise<{ suiteVersion: number; suiteRunId: string; measures: NamedMeasure[] } | null> {
	const suite = await suites.newest(db, of.projectId);
	const run = suite ? await suiteRuns.finishedOf(db, { checkpointId: of.checkpointId, exportId: of.exportId ?? null, suiteVersionId: suite.id }) : null;
	return run?.results ? { suiteVersion: run.version, suiteRunId: run.id, measures: gateMeasures(run.results) } : null;
}
