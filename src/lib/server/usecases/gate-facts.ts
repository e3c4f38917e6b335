import { agreementAlpha } from '../../domain/agreement/alpha-figure.ts';
import { PAIR_NOMINAL } from '../../domain/agreement/scale.ts';
import { gateVerdict } from '../../domain/gate-verdict.ts';
import type { GateFacts, GateVerdict, Measured } from '../../domain/gate-verdict.ts';
import { sequentialLook } from '../../domain/sequential-look.ts';
import type { SequentialLook } from '../../domain/sequential-look.ts';
import { groupValue, testSequence } from '../../domain/test-sequence.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Executor } from '../db/client.ts';
import * as evaluations from '../db/evaluations.ts';
import * as gates from '../db/gates.ts';
import * as roundStats from '../db/round-stats.ts';
import type { TestVotes } from '../db/round-stats.ts';
import { measuresOfCheckpoint } from './read-suite-runs.ts';

/** People's verdicts on a checkpoint as they may be looked at any time; null for the base model. */
export async function lookAtPeople(db: Executor, checkpoint: Checkpoint): Promise<SequentialLook | null> {
	if (checkpoint.parentId === null) return null;
	return sequentialLook(testSequence(await roundStats.testVotes(db, { checkpointId: checkpoint.id, parentId: checkpoint.parentId })));
}

/** Agreement of those whose judgments the gate reads. */
function agreementOf(votes: readonly TestVotes[], seed: string): GateFacts['agreement'] {
	const judged = votes.filter(({ state }) => state === 'complete').map(({ group, verdicts }) => ({ group, judgments: verdicts.map((verdict, place) => ({ verdict, judge: String(place) })) }));
	const { value, low, high, n } = agreementAlpha(judged, PAIR_NOMINAL, { seed });
	return n === 0 ? null : { value, low, high, n };
}

/**
 * What machines measured of a checkpoint, as it was trained or in a form: preference accuracy, and checks and benchmarks of the
 * suite in force beside the parent, those of which one way is better, also where there is no figure of the parent. No checks
 * before it was run through the suite.
 */
async function measuredOf(db: Executor, checkpoint: Checkpoint, exportId: string | null): Promise<Measured> {
	const [evaluation, found] = await Promise.all([
		exportId === null ? evaluations.newestOf(db, checkpoint.id) : evaluations.ofExports(db, [exportId]).then((of) => of.get(exportId) ?? null),
		measuresOfCheckpoint(db, { projectId: checkpoint.projectId, checkpointId: checkpoint.id, exportId })
	]);
	return {
		heldOut: evaluation?.status === 'succeeded' ? (evaluation.results?.checkpoint.accuracy ?? null) : null,
		measures: (found?.measures ?? []).flatMap(({ name, kind, better, against }) => (better === null ? [] : [{ kind: kind === 'benchmark' ? 'benchmark' : 'check', name, betterWhen: better, difference: against.parent }]))
	};
}

/** What a gate is evaluated on, of one checkpoint beside its parent. */
async function gateFacts(db: Executor, checkpoint: Checkpoint): Promise<Omit<GateFacts, 'form'>> {
	const [votes, measured] = await Promise.all([checkpoint.parentId === null ? [] : roundStats.testVotes(db, { checkpointId: checkpoint.id, parentId: checkpoint.parentId }), measuredOf(db, checkpoint, null)]);
	const { groups } = testSequence(votes);
	return {
		...measured,
		people: groups.map(groupValue),
		judgments: groups.reduce((sum, { comparisons }) => sum + comparisons.reduce((cast, one) => cast + one.length, 0), 0),
		agreement: agreementOf(votes, `gate/${checkpoint.sha256 ?? checkpoint.id}`)
	};
}

/** A checkpoint before its project's gate. */
export type GateView = { id: string; version: number; verdict: GateVerdict };

/**
 * What the project's gate says of a checkpoint now: as it was trained, and of each form that it could be promoted in; null
 * where the project has no gate, and for the base model, which began without one.
 * @param exportIds forms whose weights are others than the checkpoint's
 */
export async function readVerdicts(db: Executor, checkpoint: Checkpoint, exportIds: readonly string[]): Promise<{ trained: GateView; forms: ReadonlyMap<string, GateView> } | null> {
	const gate = checkpoint.runId === null ? null : await gates.newest(db, checkpoint.projectId);
	if (!gate) return null;
	const facts = await gateFacts(db, checkpoint);
	const view = (form: Measured | null): GateView => ({ id: gate.id, version: gate.version, verdict: gateVerdict(gate.gate, { ...facts, form }) });
	const forms = await Promise.all(exportIds.map(async (id) => [id, view(await measuredOf(db, checkpoint, id))] as const));
	return { trained: view(null), forms: new Map(forms) };
}

/** What the project's gate says of a checkpoint as it is to be promoted: as it was trained, or in a form of other weights. Null as above. */
export async function readVerdict(db: Executor, checkpoint: Checkpoint, exportId: string | null): Promise<GateView | null> {
	const verdicts = await readVerdicts(db, checkpoint, exportId === null ? [] : [exportId]);
	return (exportId === null ? verdicts?.trained : verdicts?.forms.get(exportId)) ?? null;
}
