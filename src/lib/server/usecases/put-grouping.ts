import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as projects from '../db/projects.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** How questions that come are put into groups: where `matterIsGroup`, those of one matter are one group. */
export type Grouping = { matterIsGroup: boolean };

/** How questions of a project are grouped. */
export async function readGrouping(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<Grouping>> {
	const access = await allow(app.db, actor, { slug }, 'import.create');
	return access.ok ? ok({ matterIsGroup: access.value.project.matterIsGroup }) : access;
}

/** Sets it for what comes from now on. Questions that are here keep their group: put together now, a matter with one test question would be held out whole. */
export async function putGrouping(app: Pick<App, 'db'>, actor: Actor, input: { slug: string } & Grouping): Promise<Result<Grouping>> {
	const { matterIsGroup } = input;
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'project.configure');
		if (!access.ok) return access;
		const projectId = access.value.project.id;
		await projects.serialise(tx, projectId);
		await projects.setMatterIsGroup(tx, projectId, matterIsGroup);
		await record(tx, actor, { action: 'grouping.put', projectId, subject: ['project', projectId], details: { matterIsGroup } });
		return ok({ matterIsGroup });
	});
}
