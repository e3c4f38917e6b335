import { withoutTags } from '../../domain/evaluation-results.ts';
import { maySign } from '../../domain/four-eyes.ts';
import { rolesFor } from '../../domain/permission.ts';
import type { Role } from '../../domain/permission.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { newSecret, saltedHash } from '../auth/secrets.ts';
import { record } from '../db/audit.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import type { Executor, Tx } from '../db/client.ts';
import * as decisions from '../db/decisions.ts';
import type { NewDecision } from '../db/decisions.ts';
import * as evaluations from '../db/evaluations.ts';
import type { Project } from '../db/members.ts';
import * as notifications from '../db/notifications.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import * as runs from '../db/runs.ts';
import type { Run } from '../db/runs.ts';
import type { Access } from './access.ts';
import { examplesOf } from './decision-examples.ts';
import { lookAtPeople, readVerdict } from './gate-facts.ts';
import type { GateView } from './gate-facts.ts';
import { singleHumanResult } from './good-answers.ts';
import { humanResult, reachCheckpoint } from './read-checkpoint.ts';
import { promotedForm } from './promoted-form.ts';
import type { PromotedForm } from './promoted-form.ts';
import { reauthenticate } from './reauthenticate.ts';
import { inTransaction } from './transaction.ts';

export const DECISIONS = ['promote', 'reject', 'more_data'] as const;

/** A decision that is in force, or one that waits until somebody else signs it too. */
export type Decided = { id: string; decision: string; status: 'signed' | 'waiting'; /** Who may sign it. */ waitsFor: string[] };

type Input = { checkpointId: string; decision: (typeof DECISIONS)[number]; reason: string; password?: string | undefined; /** Promote although the gate does not pass. */ override?: boolean | undefined; /** Promote it in this form; left out: as it was trained. */ exportId?: string | null | undefined };

/** An erasable text under a hash that is not. */
export function sealed(reason: string): NewDecision['text'] {
	const salt = newSecret();
	return { salt, hash: saltedHash(salt, reason), reason };
}

/** Under what a person signs: their role in the project, or the site's administrator. */
export const roleOf = (role: Role | null): Role | 'admin' => role ?? 'admin';

const FOUR_EYES = 'You started this run, and in this project nobody decides on a run of their own. Ask another reviewer or owner; the owner can change that on the project’s gate page.';

/** A failed result where a person may not sign. */
export function refuseSignature(of: Parameters<typeof maySign>[0]): Result<never> | null {
	const why = maySign(of);
	if (why === null) return null;
	return fail('four_eyes', why === 'own_run' ? FOUR_EYES : 'You have signed this already: the second signature is somebody else’s.');
}

/** The run behind a checkpoint on which this person may decide so. */
async function decidable(db: Executor, actor: Actor, input: Input): Promise<Result<{ checkpoint: Checkpoint; access: Access; run: Run }>> {
	const found = await reachCheckpoint(db, actor, input.checkpointId, 'checkpoint.decide');
	if (!found.ok) return found;
	const { checkpoint, access } = found.value;
	const run = checkpoint.runId ? await runs.get(db, checkpoint.runId) : null;
	if (!run) return fail('conflict', 'The base model is where the project began; there is nothing to decide.');
	if (run.sweep) return fail('conflict', 'This checkpoint is a point of a sweep: it was scored on dev questions only, and nothing was measured on test questions. Start its settings as a run of their own and decide on that.');
	if (run.objective === 'rm' && input.decision === 'promote') return fail('conflict', 'A reward model writes no answers, so it cannot become what the next round starts from. Keep it as it is, or reject it.');
	return refuseSignature({ userId: actor.userId, startedBy: run.createdBy, fourEyes: access.project.fourEyes, signedBy: [] }) ?? ok({ checkpoint, access, run });
}

/** The figures that stand on the page: kept with the decision, and what its report is made of. Whoever may read either sees all of them. */
async function figuresNow(db: Executor, checkpoint: Checkpoint, of: { roundId: string; gate: GateView | null; form: PromotedForm | null }): Promise<Record<string, unknown>> {
	const evaluation = await evaluations.newestOf(db, checkpoint.id);
	return {
		evaluation: evaluation?.results ? withoutTags(evaluation.results) : null,
		people: await humanResult(db, checkpoint),
		peopleSingle: await singleHumanResult(db, checkpoint, of.roundId),
		look: await lookAtPeople(db, checkpoint),
		gate: of.gate ? { version: of.gate.version, ...of.gate.verdict } : null,
		examples: await examplesOf(db, checkpoint),
		...(of.form ? { form: of.form } : {})
	};
}

/** Writes a decision down: it is in force. Promote and reject end the round; "more data" leaves it open for another decision. */
export async function putDecision(tx: Tx, actor: Actor, of: NewDecision & { projectId: string }): Promise<string> {
	const id = await decisions.insert(tx, of);
	if (of.decision === 'promote' || of.decision === 'reject') await rounds.advance(tx, of.roundId, 'decided');
	await record(tx, actor, {
		action: 'checkpoint.decide',
		projectId: of.projectId,
		subject: ['checkpoint', of.checkpointId],
		details: { decision: of.decision, decisionId: id, export: of.exportId ?? null, overridden: of.overridden, fourEyes: of.fourEyes, signatures: of.signatures.map(({ userId }) => userId) }
	});
	return id;
}

async function propose(tx: Tx, actor: Actor, of: { project: Project; checkpoint: Checkpoint; run: Run; role: Role | 'admin'; gate: GateView; form: PromotedForm | null; reason: string }): Promise<Decided> {
	const { project, checkpoint } = of;
	const overtaken = await decisions.settle(tx, { checkpointId: checkpoint.id, outcome: 'overtaken', byUserId: actor.userId });
	const figures = await figuresNow(tx, checkpoint, { roundId: of.run.roundId, gate: of.gate, form: of.form });
	const id = await decisions.propose(tx, { projectId: project.id, checkpointId: checkpoint.id, gateId: of.gate.id, text: sealed(of.reason), figures, byUserId: actor.userId, byRole: of.role });
	const waitsFor = await decisions.signers(tx, { projectId: project.id, roles: rolesFor('checkpoint.decide'), notUserIds: [actor.userId, ...(project.fourEyes ? [of.run.createdBy] : [])] });
	await notifications.notify(tx, { projectId: project.id, kind: 'signature', subjectId: id, comparisonId: null, userIds: waitsFor.map(({ userId }) => userId) });
	await record(tx, actor, { action: 'checkpoint.propose', projectId: project.id, subject: ['checkpoint', checkpoint.id], details: { proposalId: id, decision: 'promote', gate: of.gate.version, overtaken } });
	return { id, decision: 'promote', status: 'waiting', waitsFor: waitsFor.map(({ name }) => name) };
}

/**
 * A reviewer decides on a checkpoint and signs with their password (semantics
 * 18). The figures that stood on the page, and what the gate said of each of its
 * rules, are kept with it. Promoting against the gate needs `override` and
 * waits for a second person's signature.
 */
export async function decide(app: Pick<App, 'db'>, actor: Actor, input: Input): Promise<Result<Decided>> {
	const asked = await decidable(app.db, actor, input);
	if (!asked.ok) return asked;
	const known = await reauthenticate(app, actor, input.password);
	if (!known.ok) return known;
	return inTransaction(app.db, async (tx): Promise<Result<Decided>> => {
		await projects.serialise(tx, asked.value.checkpoint.projectId);
		const found = await decidable(tx, actor, input);
		if (!found.ok) return found;
		const { checkpoint, access, run } = found.value;
		const { project } = access;
		const form = await promotedForm(tx, input);
		if (!form.ok) return form;
		const gate = await readVerdict(tx, checkpoint, form.value?.changed ? form.value.id : null);
		const role = roleOf(access.role);
		if (input.decision === 'promote' && gate && !gate.verdict.passed) {
			const open = gate.verdict.rules.filter(({ outcome }) => outcome !== 'held').length;
			if (!input.override) return fail('gate_not_passed', `${open} of ${gate.verdict.rules.length} rules of the gate do not hold. Reject it, ask for more data, or promote all the same (override): then somebody else must sign too.`, { facts: { gate: gate.version, notHeld: open } });
			return ok(await propose(tx, actor, { project, checkpoint, run, role, gate, form: form.value, reason: input.reason }));
		}
		await decisions.settle(tx, { checkpointId: checkpoint.id, outcome: 'overtaken', byUserId: actor.userId });
		const id = await putDecision(tx, actor, {
			projectId: project.id,
			checkpointId: checkpoint.id,
			roundId: run.roundId,
			decision: input.decision,
			text: sealed(input.reason),
			figures: await figuresNow(tx, checkpoint, { roundId: run.roundId, gate, form: form.value }),
			exportId: form.value?.id ?? null,
			gateId: gate?.id ?? null,
			overridden: false,
			fourEyes: project.fourEyes,
			signatures: [{ userId: actor.userId, role, signedAt: null }]
		});
		return ok({ id, decision: input.decision, status: 'signed', waitsFor: [] });
	});
}
