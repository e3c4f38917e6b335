import { rolesFor } from '../../domain/permission.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as decisions from '../db/decisions.ts';
import * as notifications from '../db/notifications.ts';
import * as projects from '../db/projects.ts';
import * as runs from '../db/runs.ts';
import * as users from '../db/users.ts';
import { putDecision, refuseSignature, roleOf, sealed } from './decide.ts';
import type { PromotedForm } from './promoted-form.ts';
import { reachCheckpoint } from './read-checkpoint.ts';
import { reauthenticate } from './reauthenticate.ts';
import { inTransaction } from './transaction.ts';

/** What became of a decision that waited: it is in force, or it is gone. */
export type Settled = { id: string; status: 'signed' | 'declined' | 'withdrawn' };

const NOTHING = 'No decision on this checkpoint waits for a signature.';

/** A second person signs a promotion against the gate: the same figures and reason that the first signed. */
async function sign(app: Pick<App, 'db'>, actor: Actor, input: { checkpointId: string; password?: string | undefined }): Promise<Result<Settled>> {
	const reached = await reachCheckpoint(app.db, actor, input.checkpointId, 'checkpoint.decide');
	if (!reached.ok) return reached;
	const known = await reauthenticate(app, actor, input.password);
	if (!known.ok) return known;
	return inTransaction(app.db, async (tx): Promise<Result<Settled>> => {
		const found = await reachCheckpoint(tx, actor, input.checkpointId, 'checkpoint.decide');
		if (!found.ok) return found;
		const { checkpoint, access } = found.value;
		await projects.serialise(tx, checkpoint.projectId);
		const waiting = await decisions.waiting(tx, checkpoint.id);
		const run = checkpoint.runId ? await runs.get(tx, checkpoint.runId) : null;
		if (!waiting || !run) return fail('conflict', NOTHING);
		const refused = refuseSignature({ userId: actor.userId, startedBy: run.createdBy, fourEyes: access.project.fourEyes, signedBy: [waiting.by.userId] });
		if (refused) return refused;
		// The first signature must count still: four eyes may have been asked for since, or they may sign no more.
		const able = await decisions.signers(tx, { projectId: checkpoint.projectId, roles: rolesFor('checkpoint.decide'), notUserIds: [] });
		const first = await users.get(tx, waiting.by.userId);
		const stands = first !== null && first.deactivatedAt === null && (first.isAdmin || able.some(({ userId }) => userId === first.id));
		if (!stands || refuseSignature({ userId: waiting.by.userId, startedBy: run.createdBy, fourEyes: access.project.fourEyes, signedBy: [] })) return fail('four_eyes', 'The first signature counts no longer: who gave it started the run, or may not decide any more. Decline it, and let somebody else sign first.');
		const { form } = waiting.figures as { form?: PromotedForm };
		const id = await putDecision(tx, actor, {
			projectId: checkpoint.projectId,
			checkpointId: checkpoint.id,
			roundId: run.roundId,
			decision: 'promote',
			text: sealed(waiting.reason),
			figures: waiting.figures,
			exportId: form?.id ?? null,
			gateId: waiting.gateId,
			overridden: true,
			fourEyes: access.project.fourEyes,
			signatures: [
				{ userId: waiting.by.userId, role: waiting.by.role, signedAt: waiting.by.signedAt },
				{ userId: actor.userId, role: roleOf(access.role), signedAt: null }
			]
		});
		await decisions.settle(tx, { checkpointId: checkpoint.id, outcome: 'signed', byUserId: actor.userId, decisionId: id });
		return ok({ id, status: 'signed' });
	});
}

/** Somebody who could sign declines and says why, which who signed first is told; or who proposed it takes it back. */
async function decline(app: Pick<App, 'db'>, actor: Actor, input: { checkpointId: string; reason?: string | undefined }): Promise<Result<Settled>> {
	return inTransaction(app.db, async (tx): Promise<Result<Settled>> => {
		const found = await reachCheckpoint(tx, actor, input.checkpointId, 'checkpoint.decide');
		if (!found.ok) return found;
		const { checkpoint } = found.value;
		await projects.serialise(tx, checkpoint.projectId);
		const waiting = await decisions.waiting(tx, checkpoint.id);
		if (!waiting) return fail('conflict', NOTHING);
		const status = waiting.by.userId === actor.userId ? 'withdrawn' : 'declined';
		if (status === 'declined' && input.reason === undefined) return wrongField('reason', 'why it is not signed: who signed first reads it');
		const text = input.reason === undefined ? undefined : sealed(input.reason);
		await decisions.settle(tx, { checkpointId: checkpoint.id, outcome: status, byUserId: actor.userId, text });
		if (status === 'declined') await notifications.notify(tx, { projectId: checkpoint.projectId, kind: 'unsigned', subjectId: waiting.id, comparisonId: null, userIds: [waiting.by.userId] });
		await record(tx, actor, { action: `checkpoint.${status === 'withdrawn' ? 'withdraw' : 'decline'}`, projectId: checkpoint.projectId, subject: ['checkpoint', checkpoint.id], details: { proposalId: waiting.id, ...(text ? { reasonHash: text.hash } : {}) } });
		return ok({ id: waiting.id, status });
	});
}

/** Signs a decision that waits for a second signature, or ends its waiting. */
export async function signDecision(app: Pick<App, 'db'>, actor: Actor, input: { checkpointId: string; sign: boolean; password?: string | undefined; reason?: string | undefined }): Promise<Result<Settled>> {
	return input.sign ? sign(app, actor, input) : decline(app, actor, input);
}
