import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { may, rolesFor } from '../../domain/permission.ts';
import type { Action, Role } from '../../domain/permission.ts';
import type { Actor } from '../auth/actor.ts';
import type { Executor } from '../db/client.ts';
import * as members from '../db/members.ts';
import type { Project } from '../db/members.ts';

/** What a person who may act on a project needs to go on. */
export type Access = { project: Project; role: Role | null };

function withinScope(actor: Actor, action: Action): Result<null> {
	if (actor.scopes && !actor.scopes.includes(action)) {
		return fail('scope_missing', `This token lacks the scope “${action}”. Make one that has it.`);
	}
	return ok(null);
}

/**
 * May this actor do this in this project? Who is no member learns only that
 * there is nothing: names of projects are the firm's business.
 */
export async function allow(db: Executor, actor: Actor, ref: { slug: string } | { id: string }, action: Action): Promise<Result<Access>> {
	return allowFound(actor, await members.projectFor(db, actor.userId, ref), action);
}

/** The same for a project and role that were read already. */
export function allowFound(actor: Actor, found: Access | null, action: Action): Result<Access> {
	if (!found || (found.role === null && !actor.isAdmin)) {
		return fail('not_found', 'There is no such project, or you are not a member of it.');
	}
	const scope = withinScope(actor, action);
	if (!scope.ok) return scope;
	if (!may({ role: found.role, isAdmin: actor.isAdmin }, action)) {
		return fail('forbidden', `This needs the role ${rolesFor(action).join(' or ')}; yours is ${found.role ?? 'none'}. The project's owner can change it.`);
	}
	return ok(found);
}

/** May this actor do this on the site as a whole? */
export function allowSite(actor: Actor, action: Action): Result<null> {
	const scope = withinScope(actor, action);
	if (!scope.ok) return scope;
	if (!may({ role: null, isAdmin: actor.isAdmin }, action)) return fail('forbidden', 'Only the site’s administrator may do this.');
	return ok(null);
}

/** May this actor act on its person's own account? A token that was made for some work is not its person, and may have got into others' hands. */
export function allowAccount(actor: Actor): Result<null> {
	return actor.scopes ? fail('scope_missing', 'A token with limited scopes does nothing on its person’s account. Sign in instead.') : ok(null);
}

/** May this actor do on the site as a whole what the table allows to a role that they have in some project? Gives their roles by project. */
export async function allowAnywhere(db: Executor, actor: Actor, action: Action): Promise<Result<ReadonlyMap<string, Role>>> {
	const scope = withinScope(actor, action);
	if (!scope.ok) return scope;
	const roles = await members.rolesOf(db, actor.userId);
	const able = [null, ...roles.values()].some((role) => may({ role, isAdmin: actor.isAdmin }, action));
	return able ? ok(roles) : fail('forbidden', `This needs the role ${rolesFor(action).join(' or ')} in a project.`);
}
