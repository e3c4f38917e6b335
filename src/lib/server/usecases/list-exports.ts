import { canMake, EXPORT_FORMATS, refusedForm, unfitToPromote } from '../../domain/checkpoint-export.ts';
import type { ExportFormat } from '../../domain/checkpoint-export.ts';
import { headline } from '../../domain/evaluation-results.ts';
import type { EvaluationResults } from '../../domain/evaluation-results.ts';
import type { Figure } from '../../domain/cluster-bootstrap.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import type { CheckpointExport } from '../db/checkpoint-exports.ts';
import type { Executor } from '../db/client.ts';
import * as decisions from '../db/decisions.ts';
import * as deployments from '../db/deployments.ts';
import * as evaluations from '../db/evaluations.ts';
import type { Evaluation } from '../db/evaluations.ts';
import * as suiteRuns from '../db/suite-runs.ts';
import * as users from '../db/users.ts';
import * as workers from '../db/workers.ts';
import { writesAnswers } from './queue-suite-run.ts';
import { reachCheckpoint } from './read-checkpoint.ts';
import { suiteRunViews } from './read-suite-runs.ts';
import type { SuiteRunView } from './read-suite-runs.ts';

/** What was measured of an export's weights, beside the checkpoint as it was trained. */
export type ExportMeasured = {
	status: Evaluation['status'];
	problem: RunProblem | null;
	split: Evaluation['split'];
	/** Preference accuracy on held-out pairs, or else AUC of answers judged alone, in this form and as it was trained. */
	figure: Figure | null;
	own: Figure | null;
	/** Nats by which the margin of held-out pairs rose or fell. */
	difference: Figure | null;
	/** Nats a token that answers moved. */
	moved: Figure | null;
};

/** A form of a checkpoint as its page and the API show it. */
export type ExportView = Pick<CheckpointExport, 'id' | 'plan' | 'changed' | 'status' | 'command' | 'calibrationRows' | 'sha256' | 'files' | 'bytes' | 'problem' | 'createdAt' | 'finishedAt' | 'droppedAt'> & {
	byName: string | null;
	/** Null: its weights are the checkpoint's, whose figures hold; or it was not made yet. */
	evaluation: ExportMeasured | null;
	/** Its newest run through the project's suite; null: there was none. */
	suite: SuiteRunView | null;
	/** The newest of these runs that has results, which a newer one does not take away; null: none has. */
	checked: SuiteRunView | null;
	/** Why it may not be what is promoted; null: it may. */
	unfit: ReturnType<typeof unfitToPromote>;
	/** Whether a decision promoted the checkpoint in this form. */
	promoted: boolean;
	/** Whether some server serves it. */
	served: boolean;
};

/** A form that can be asked for: `refused` on this checkpoint whatever the machine; `able`: a living worker has what it needs. */
export type FormChoice = { format: ExportFormat; refused: string | null; able: boolean };

function measured(evaluation: Evaluation | undefined): ExportMeasured | null {
	if (!evaluation) return null;
	const { status, problem, split, results } = evaluation;
	const of = (one: EvaluationResults | null) => {
		const { accuracy, auc } = headline(one);
		return accuracy ?? auc;
	};
	const asTrained = results ? { ...results, checkpoint: results.parent, single: results.single ? { ...results.single, checkpoint: results.single.parent } : null } : null;
	return { status, problem, split, figure: of(results), own: of(asTrained), difference: results?.checkpoint.versusParent?.difference ?? null, moved: results?.drift?.fromParent ?? null };
}

/** What the project's suite says of one of these exports. */
async function checksOf(db: Executor, projectId: string, exportIds: readonly string[]): Promise<(exportId: string) => Pick<ExportView, 'suite' | 'checked'>> {
	const shown = await suiteRunViews(db, projectId, await suiteRuns.newestOfExports(db, exportIds));
	return (exportId) => {
		const runs = shown.filter(({ form }) => form?.id === exportId);
		return { suite: runs[0] ?? null, checked: runs.find(({ results }) => results !== null) ?? null };
	};
}

/** Exports of a checkpoint, newest first, and which forms can be asked for. */
export async function listExports(app: Pick<App, 'db'>, actor: Actor, checkpointId: string): Promise<Result<{ exports: ExportView[]; forms: FormChoice[] }>> {
	const { db } = app;
	const found = await reachCheckpoint(db, actor, checkpointId, 'checkpoint.read');
	if (!found.ok) return found;
	const { checkpoint } = found.value;
	const [all, decided, living, writes] = await Promise.all([checkpointExports.ofCheckpoint(db, checkpointId), decisions.of(db, checkpointId), workers.alive(db), writesAnswers(db, checkpoint)]);
	const ids = all.map(({ id }) => id);
	const [evaluated, checked, served, names] = await Promise.all([evaluations.ofExports(db, ids), checksOf(db, checkpoint.projectId, ids), deployments.servedForms(db, ids), Promise.all([...new Set(all.map(({ createdBy }) => createdBy))].map(async (id) => [id, (await users.personOf(db, id))?.name ?? null] as const)).then((pairs) => new Map(pairs))]);
	const ready = living.filter(({ draining, capabilities }) => !draining && capabilities.engine.state === 'ready');
	return ok({
		exports: all.map(({ id, plan, changed, status, command, calibrationRows, sha256, files, bytes, problem, createdBy, createdAt, finishedAt, droppedAt }) => {
			const evaluation = evaluated.get(id);
			return {
				...{ id, plan, changed, status, command, calibrationRows, sha256, files, bytes, problem, createdAt, finishedAt, droppedAt },
				byName: names.get(createdBy) ?? null,
				evaluation: measured(evaluation),
				...checked(id),
				unfit: unfitToPromote({ status, changed, evaluation: evaluation?.status ?? null }),
				promoted: decided.some(({ exportId, decision }) => exportId === id && decision !== 'more_data' && decision !== 'reject'),
				served: served.has(id)
			};
		}),
		forms: EXPORT_FORMATS.map((format) => ({ format, refused: refusedForm(format, { kind: checkpoint.kind, writes }), able: ready.some(({ capabilities }) => canMake(format, capabilities)) }))
	});
}
