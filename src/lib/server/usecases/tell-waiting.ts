import { maySign } from '../../domain/four-eyes.ts';
import { completePolicy } from '../../domain/judging-policy.ts';
import { TOLD_TO } from '../../domain/notification-kind.ts';
import { rolesFor } from '../../domain/permission.ts';
import { roundWaits } from '../../domain/round-waits.ts';
import type { RoundWait } from '../../domain/round-waits.ts';
import type { App } from '../app.ts';
import { record } from '../db/audit.ts';
import * as auditChain from '../db/audit-chain.ts';
import * as automations from '../db/automations.ts';
import type { Tx } from '../db/client.ts';
import * as disputes from '../db/disputes.ts';
import * as members from '../db/members.ts';
import type { Project } from '../db/members.ts';
import * as notifications from '../db/notifications.ts';
import * as openPlaces from '../db/open-places.ts';
import * as rounds from '../db/rounds.ts';
import { waitingDecisions } from './adjudication-queue.ts';
import { loopRecord, roundFacts } from './loop-record.ts';
import type { LoopRecord } from './loop-record.ts';

/** Whether a member can do it now: somebody has a pair left, may decide a dispute, or did not start what is decided on. */
async function canNow(tx: Tx, kind: RoundWait['kind'], userId: string, { project, at }: { project: Project; at: LoopRecord }): Promise<boolean> {
	if (kind === 'to_judge') return (await openPlaces.leftFor(tx, at.round.id, userId, 1)) > 0;
	if (kind === 'to_adjudicate') return (await waitingDecisions(tx, project, userId)).mine > 0;
	if (kind === 'to_decide') return maySign({ userId, startedBy: at.atHand?.startedBy ?? null, fourEyes: project.fourEyes, signedBy: [] }) === null;
	return true;
}

/** Tells the people of one project; gives how many notifications that were. */
async function tellProject(tx: Tx, projectId: string): Promise<number> {
	if (!(await notifications.holdTelling(tx, projectId))) return 0;
	const [project, round, everybody, automation] = [await members.projectById(tx, projectId), await rounds.newest(tx, projectId), await members.list(tx, projectId), await automations.get(tx, projectId)];
	const active = everybody.filter(({ deactivatedAt }) => deactivatedAt === null);
	const at = await loopRecord(tx, projectId, round);
	const disputed = completePolicy(project.judgingPolicy).dispute !== 'never' && (await disputes.anyWaits(tx, round.id));
	let told = 0;
	for (const { kind, subjectId } of roundWaits(roundFacts(at, project), { roundId: round.id, disputed, automated: automation?.settings.enabled === true })) {
		const roles: readonly string[] = rolesFor(TOLD_TO[kind]);
		const before = await notifications.toldOf(tx, { kind, subjectId });
		const people: string[] = [];
		for (const { userId, role } of active) if (roles.includes(role) && !before.has(userId) && (await canNow(tx, kind, userId, { project, at }))) people.push(userId);
		if (people.length === 0) continue;
		await notifications.notify(tx, { projectId, kind, subjectId, comparisonId: null, userIds: people });
		await record(tx, null, { action: 'round.waits', projectId, subject: ['round', round.id], details: { for: kind, about: subjectId, people: people.length } });
		told += people.length;
	}
	return told;
}

/** Newest audit entry of each project that this worker has looked at. `again`: once all transactions before this one are over, since some were under way; null: none were. */
export type LookedAt = Map<string, { newest: string; again: bigint | null }>;

/**
 * Lets people know what their project’s newest round waits for them to do, each of everything once: a look at the
 * projects in which something was done since the last. Called by the workers; one is at a project at a time. Gives how
 * many notifications that were.
 */
export async function tellWaiting(app: Pick<App, 'db' | 'log'>, lookedAt: LookedAt = new Map()): Promise<number> {
	let told = 0;
	for (const { projectId, newest, openFrom, begunUntil } of await auditChain.newestOfProjects(app.db)) {
		const before = lookedAt.get(projectId);
		const same = before?.newest === newest;
		if (same && (before.again === null || openFrom < before.again)) continue;
		try {
			told += await app.db.transaction((tx) => tellProject(tx, projectId));
			lookedAt.set(projectId, { newest, again: same || openFrom === begunUntil ? null : begunUntil });
		} catch (error) {
			// One that cannot be read keeps nobody else's people waiting.
			app.log.warn({ err: error, projectId }, 'what a round waits for was not told');
		}
	}
	return told;
}
