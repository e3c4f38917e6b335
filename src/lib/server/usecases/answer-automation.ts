import { approvalOf } from '../../domain/automation.ts';
import { rolesFor } from '../../domain/permission.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as automations from '../db/automations.ts';
import type { Tx } from '../db/client.ts';
import * as members from '../db/members.ts';
import * as notifications from '../db/notifications.ts';
import * as rounds from '../db/rounds.ts';
import { allow } from './access.ts';
import { sealed } from './decide.ts';
import { inTransaction } from './transaction.ts';

/** What waits for a person's answer. */
type Asked = { projectId: string; roundId: string; complete: number; version: number; setBy: string };

/** The training that an automation asks for, held against whoever else would answer, or begin it. */
async function asked(tx: Tx, actor: Actor, slug: string): Promise<Result<Asked>> {
	const access = await allow(tx, actor, { slug }, 'run.start');
	if (!access.ok) return access;
	const projectId = access.value.project.id;
	await rounds.lock(tx, (await rounds.newest(tx, projectId)).id);
	const [set, facts] = [await automations.get(tx, projectId), await automations.facts(tx, projectId)];
	if (!set || !facts.collecting || approvalOf({ ...facts, version: set.version }) !== 'asked') return fail('conflict', 'Nothing waits for an approval in this round.');
	return ok({ projectId, roundId: facts.roundId, complete: facts.complete, version: set.version, setBy: set.byUserId });
}

/** Says yes to what an automation asked: it begins with the next look. */
export async function approveAutomation(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<{ approved: true }>> {
	return inTransaction(app.db, async (tx) => {
		const waiting = await asked(tx, actor, slug);
		if (!waiting.ok) return waiting;
		const { projectId, roundId, complete, version } = waiting.value;
		await automations.insertStep(tx, { projectId, roundId, kind: 'approved', version, because: { complete, agreement: null }, byUserId: actor.userId });
		await record(tx, actor, { action: 'automation.approve', projectId, subject: ['round', roundId], details: { complete } });
		return ok({ approved: true });
	});
}

/** Lets those know who waited: whoever set it up, and who was asked too and need not look any more. */
async function tellWhoWaited(tx: Tx, { projectId, setBy }: Asked, of: { stepId: string; byUserId: string }): Promise<void> {
	const able: readonly string[] = rolesFor('run.start');
	const askedToo = (await members.list(tx, projectId)).filter(({ role, deactivatedAt }) => deactivatedAt === null && able.includes(role));
	const userIds = [setBy, ...askedToo.map(({ userId }) => userId)].filter((userId) => userId !== of.byUserId);
	await notifications.notify(tx, { projectId, kind: 'declined', subjectId: of.stepId, comparisonId: null, userIds });
}

/**
 * Says no to what an automation asked, and why. It stays on and asks anew when it was set anew, or when as many
 * comparisons were judged once more as it waits for: never the same on the same facts.
 */
export async function declineAutomation(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; reason: string }): Promise<Result<{ approved: false }>> {
	return inTransaction(app.db, async (tx) => {
		const waiting = await asked(tx, actor, input.slug);
		if (!waiting.ok) return waiting;
		const { projectId, roundId, complete, version } = waiting.value;
		const text = sealed(input.reason);
		const stepId = await automations.insertStep(tx, { projectId, roundId, kind: 'declined', version, because: { complete, agreement: null }, byUserId: actor.userId, text });
		await tellWhoWaited(tx, waiting.value, { stepId, byUserId: actor.userId });
		await record(tx, actor, { action: 'automation.decline', projectId, subject: ['round', roundId], details: { complete, reasonHash: text.hash } });
		return ok({ approved: false });
	});
}
