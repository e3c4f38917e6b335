import { unfitToPromote } from '../../domain/checkpoint-export.ts';
import type { ExportPlan } from '../../domain/checkpoint-export.ts';
import { withoutTags } from '../../domain/evaluation-results.ts';
import type { EvaluationResults } from '../../domain/evaluation-results.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import type { Tx } from '../db/client.ts';
import * as evaluations from '../db/evaluations.ts';

/** The form in which a checkpoint is promoted, with what was measured of it, as a decision keeps it. */
export type PromotedForm = { id: string; plan: ExportPlan; /** Whether its weights are others than the checkpoint's: then the gate asks of it too. */ changed: boolean; sha256: string; results: EvaluationResults | null };

/** The form that a decision names, if it may be promoted, locked against who would drop it; null: the checkpoint as it was trained. */
export async function promotedForm(tx: Tx, of: { checkpointId: string; decision: string; exportId?: string | null | undefined }): Promise<Result<PromotedForm | null>> {
	if (!of.exportId) return ok(null);
	if (of.decision !== 'promote') return wrongField('exportId', 'only with promote: the other decisions are about the checkpoint');
	const made = await checkpointExports.lock(tx, of.exportId);
	if (made?.checkpointId !== of.checkpointId) return wrongField('exportId', 'an export of this checkpoint');
	const evaluation = (await evaluations.ofExports(tx, [made.id])).get(made.id);
	const unfit = unfitToPromote({ status: made.status, changed: made.changed, evaluation: evaluation?.status ?? null });
	if (unfit === 'not_made' || made.sha256 === null) return fail('conflict', 'This export is not there: it waits, is being made, or failed.');
	if (unfit && evaluation?.status === 'nothing_to_measure') return fail('conflict', 'Nothing is held out that this export could be measured on, so the checkpoint cannot be promoted in it. Promote it as it was trained.');
	if (unfit) return fail('conflict', 'The weights of this export are not those that were measured. Wait until it was measured too, or have that done again.');
	return ok({ id: made.id, plan: made.plan, changed: made.changed, sha256: made.sha256, results: evaluation?.results ? withoutTags(evaluation.results) : null });
}
