import { agreementAlpha } from '../../domain/agreement/alpha-figure.ts';
import { PAIR_NOMINAL } from '../../domain/agreement/scale.ts';
import { gateVerdict } from '../../domain/gate-verdict.ts';
import type { GateFacts, GateVerdict, NamedDifference } from '../../domain/gate-verdict.ts';
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

/** Checks and benchmarks of the suite in force, beside the parent: those of which one way is better, also where there is no figure of the parent. None before the checkpoint was run through it. */
async function differences(db: Executor, checkpoint: Checkpoint): Promise<NamedDifference[]> {
	const found = await measuresOfCheckpoint(db, { projectId: checkpoint.projectId, checkpointId: checkpoint.id });
	return (found?.measures ?? []).flatMap(({ name, kind, better, against }) => (better === null ? [] : [{ kind: kind === 'benchmark' ? 'benchmark' : 'check', name, betterWhen: better, difference: against.parent }]));
}

/** What a gate is evaluated on, of one checkpoint beside its parent. */
async function gateFacts(db: Executor, checkpoint: Checkpoint): Promise<GateFacts> {
	const [votes, evaluation, measures] = await Promise.all([
		checkpoint.parentId === null ? [] : roundStats.testVotes(db, { checkpointId: checkpoint.id, parentId: checkpoint.parentId }),
		evaluations.newestOf(db, checkpoint.id),
		differences(db, checkpoint)
	]);
	const { groups } = testSequence(votes);
	return {
		people: groups.map(groupValue),
		judgments: groups.reduce((sum, { comparisons }) => sum + comparisons.reduce((cast, one) => cast + one.length, 0), 0),
		agreement: agreementOf(votes, `gate/${checkpoint.sha256 ?? checkpoint.id}`),
		heldOut: evaluation?.status === 'succeeded' ? (evaluation.results?.checkpoint.accuracy ?? null) : null,
		measures
	};
}

/** A checkpoint before its project's gate. */
export type GateView = { id: string; version: number; verdict: GateVerdict };

/** What the project's gate says of a checkpoint now; null where the project has none, and for the base model, which began without one. */
export async function readVerdict(db: Executor, checkpoint: Checkpoint): Promise<GateView | null> {
	const gate = checkpoint.runId === null ? null : await gates.newest(db, checkpoint.projectId);
	return gate ? { id: gate.id, version: gate.version, verdict: gateVerdict(gate.gate, await gateFacts(db, checkpoint)) } : null;
}
