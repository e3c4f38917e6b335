import { judgedThing } from '../../domain/judged-thing.ts';
import type { JudgedThing } from '../../domain/judged-thing.ts';
import { ACTIONS, may } from '../../domain/permission.ts';
import type { Action, Role } from '../../domain/permission.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as comparisons from '../db/comparisons.ts';
import { allow } from './access.ts';

/** What every page of a project needs: its name, and what the person who looks may do there. */
export type ProjectFrame = {
	project: { slug: string; name: string; locale: string; overlap: number; objective: string; judges: JudgedThing };
	role: Role | null;
	isAdmin: boolean;
	can: Record<Action, boolean>;
};

/** One project as its pages frame it. */
export async function readProject(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<ProjectFrame>> {
	const access = await allow(app.db, actor, { slug }, 'project.read');
	if (!access.ok) return access;
	const { project, role } = access.value;
	const who = { role, isAdmin: actor.isAdmin };
	const can = Object.fromEntries(ACTIONS.map((action) => [action, may(who, action) && (actor.scopes === null || actor.scopes.includes(action))])) as Record<Action, boolean>;
	return ok({
		project: { slug: project.slug, name: project.name, locale: project.locale, overlap: project.overlap, objective: project.objective, judges: judgedThing(await comparisons.modes(app.db, project.id)) },
		role,
		isAdmin: actor.isAdmin,
		can
	});
}
