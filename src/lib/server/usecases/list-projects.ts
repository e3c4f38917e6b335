import type { Role } from '../../domain/permission.ts';
import type { Actor } from '../auth/actor.ts';
import type { Db } from '../db/client.ts';
import * as members from '../db/members.ts';

/** A project in a list. */
export type ProjectLine = { slug: string; name: string; locale: string; overlap: number; objective: string; role: Role | null };

/** Projects that this person may see, by name. */
export async function listProjects(app: { db: Db }, actor: Actor): Promise<ProjectLine[]> {
	const found = await members.projectsOf(app.db, actor.userId, actor.isAdmin);
	return found.map(({ project, role }) => ({ slug: project.slug, name: project.name, locale: project.locale, overlap: project.overlap, objective: project.objective, role }));
}
