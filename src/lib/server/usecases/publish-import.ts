import { drawSplit } from '../../domain/holdout.ts';
import { matterGroup } from '../../domain/import-row.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as artifacts from '../db/artifacts.ts';
import { record } from '../db/audit.ts';
import type { Db, Tx } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import * as desensitisation from '../db/desensitisation.ts';
import * as imports from '../db/imports.ts';
import * as members from '../db/members.ts';
import * as scans from '../db/near-duplicate-scans.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import type { Ignored } from '../db/schema/import.ts';
import * as questions from '../db/staged-questions.ts';
import { allow } from './access.ts';
import { removeRead } from './clear-uploads.ts';
import { waiting } from './stage-import.ts';
import { inTransaction, whatIf } from './transaction.ts';

/** What came, or would come, of an import: rows that add something, and rows whose content is all here. */
export type Published = { accepted: number; duplicates: number };

/** Questions of a matter that come now are one group where that is set now, though it was not when the file was read: else one matter would be learned from and held out. */
async function groupAsSet(tx: Tx, { id, projectId }: { id: string; projectId: string }): Promise<void> {
	const { matterIsGroup, splitSalt: salt, splitShares: shares } = await members.projectById(tx, projectId);
	if (!matterIsGroup) return;
	const matters = await questions.mattersOf(tx, id);
	await questions.groupByMatter(tx, id, matters.map((matter) => {
		const group = matterGroup(salt, matter);
		return { matter, groupKey: group, split: drawSplit({ salt, group, shares }) };
	}));
}

/** Makes everything of the staged rows, in the project's newest round. The import must be locked, and the project serialised before it. */
export async function makeStaged(tx: Tx, { id, projectId }: { id: string; projectId: string }): Promise<Published & { ignored: Ignored }> {
	const round = await rounds.newest(tx, projectId);
	await imports.intoRound(tx, id, round.id);
	await groupAsSet(tx, { id, projectId });
	const { comparisons: made, ...counts } = await imports.publish(tx, id);
	if (await imports.holdsArtifacts(tx, id)) await artifacts.attachImported(tx, id);
	await rounds.addCounts(tx, round.id, { comparisons: made, identical: 0 });
	if (await imports.asksForSkills(tx, id)) await comparisons.refreshExhaustionOfProject(tx, projectId);
	return counts;
}

/**
 * Makes everything of the staged rows, and ends the import. A worker looks for
 * near-duplicates among its questions afterwards. Null, and nothing is made: the
 * rows were looked through under other settings than those in force now, so that
 * what the project wants hidden may stand in them. The import must be locked, and
 * the project serialised before it.
 */
export async function publishStaged(tx: Tx, actor: Actor | null, of: { id: string; projectId: string }): Promise<Published | null> {
	if (!(await desensitisation.wasLookedThrough(tx, of))) return null;
	const { ignored, ...made } = await makeStaged(tx, of);
	await questions.tellIgnored(tx, of.id, ignored);
	await imports.finish(tx, of.id, { status: 'published', ...made, message: null });
	if (made.accepted > 0) await scans.want(tx, of.projectId);
	await record(tx, actor, { action: 'import.publish', projectId: of.projectId, subject: ['import', of.id], details: made });
	return made;
}

/** Finds out what would come of staged rows by making everything of them and taking that back; the rows wait to be taken. `ready` locks the import and throws where it is no longer so far. */
export async function scanStaged(db: Db, actor: Actor | null, of: { id: string; projectId: string }, ready: (tx: Tx) => Promise<void>): Promise<Published> {
	await db.transaction(async (tx) => {
		await ready(tx);
		await questions.refuseOtherMatters(tx, of.id);
	});
	const { ignored, ...would } = await whatIf(db, async (tx) => {
		await waiting(db, of.id, () => projects.serialise(tx, of.projectId));
		await ready(tx);
		return makeStaged(tx, of);
	});
	await db.transaction(async (tx) => {
		await ready(tx);
		await imports.scanned(tx, of.id, would);
		await questions.tellIgnored(tx, of.id, ignored);
		await record(tx, actor, { action: 'import.scan', projectId: of.projectId, subject: ['import', of.id], details: would });
	});
	return would;
}

/** Takes the rows of a dry run: everything of them appears at once, or nothing does. With rows that cannot be taken only where `skipBad` says so. */
export async function publishImport(app: Pick<App, 'db' | 'config'>, actor: Actor, { id, skipBad }: { id: string; skipBad: boolean }): Promise<Result<{ id: string; rejected: number } & Published>> {
	const taken = await inTransaction(app.db, async (tx) => {
		const found = await imports.get(tx, id);
		if (!found) return fail('not_found', 'There is no such import.');
		const access = await allow(tx, actor, { id: found.projectId }, 'import.create');
		if (!access.ok) return access;
		await projects.serialise(tx, found.projectId);
		if ((await imports.lockStatus(tx, id)) !== 'scanned') return fail('conflict', 'This import does not wait to be taken: only a dry run does, for a day.');
		// Questions may have come under another matter since the dry run.
		const rejected = found.rejected + (await questions.refuseOtherMatters(tx, id));
		if (rejected > 0 && !skipBad) return fail('conflict', `${rejected} of ${found.rows} rows cannot be taken. Send skipBad=true to take the rest, or discard the import and mend the file.`);
		const made = await publishStaged(tx, actor, found);
		if (made) return ok({ id, rejected, ...made });
		// Rows in which nothing was looked for are kept only as they were understood: they cannot be looked through again.
		return found.desensitised === null
			? fail('conflict', 'The project’s desensitisation was set since this file was read, and nothing was looked for in it. Nothing was taken. Send it again; one that is kept here can be looked over again without that.')
			: fail('conflict', 'The project’s desensitisation was changed since this file was looked through. Nothing was taken. Look through it again, or send it again.');
	});
	if (taken.ok) await removeRead(app, id);
	return taken;
}
