import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as groups from '../db/groups.ts';
import type { Group } from '../db/groups.ts';
import { allow } from './access.ts';

/** Groups of a project with their people. */
export async function listGroups(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<Group[]>> {
	const access = await allow(app.db, actor, { slug }, 'assignment.manage');
	return access.ok ? ok(await groups.list(app.db, access.value.project.id)) : access;
}
