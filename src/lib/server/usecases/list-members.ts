import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Role } from '../../domain/permission.ts';
import type { Actor } from '../auth/actor.ts';
import type { Db } from '../db/client.ts';
import * as members from '../db/members.ts';
import { allow } from './access.ts';

/** A member in a list. */
export type MemberLine = { userId: string; role: Role; name: string; email: string; active: boolean; since: string; skills: string[]; languages: string[] };

/** Members of a project by name. */
export async function listMembers(app: { db: Db }, actor: Actor, slug: string): Promise<Result<MemberLine[]>> {
	const access = await allow(app.db, actor, { slug }, 'members.read');
	if (!access.ok) return access;
	const found = await members.list(app.db, access.value.project.id);
	return ok(found.map(({ deactivatedAt, since, ...member }) => ({ ...member, active: deactivatedAt === null, since: since.toISOString() })));
}
