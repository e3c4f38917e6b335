import { toSnakeCase } from 'drizzle-orm/casing';
import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Role } from '../../domain/permission.ts';
import type { Executor, Tx } from './client.ts';
import { userProfiles, users } from './schema/account.ts';
import { membershipMay } from './membership-may.ts';
import { rowsOf } from './rows.ts';
import { memberships, projects } from './schema/project.ts';

const columns = {
	id: projects.id,
	slug: projects.slug,
	name: projects.name,
	locale: projects.locale,
	overlap: projects.overlap,
	objective: projects.objective,
	seed: projects.seed,
	splitSalt: projects.splitSalt,
	splitShares: projects.splitShares,
	matterIsGroup: projects.matterIsGroup,
	leaseSeconds: projects.leaseSeconds,
	fourEyes: projects.fourEyes,
	judgingPolicy: projects.judgingPolicy,
	createdAt: projects.createdAt
};

/** A project as use cases see it. */
export type Project = { [K in keyof typeof columns]: (typeof columns)[K]['_']['data'] };

/** A project as the database's JSON has it. */
export type ProjectJson = Omit<Project, 'createdAt'> & { createdAt: string };

/** A project `p` as JSON, for statements that every judgment waits for: drizzle takes longer to put such a select together than PostgreSQL to answer it. */
export const projectJson = sql.raw(`json_build_object(${Object.keys(columns).map((key) => `'${key}', p.${toSnakeCase(key)}`).join(', ')})`);

/** What `projectJson` gave. */
export const projectFromJson = (json: ProjectJson): Project => ({ ...json, createdAt: new Date(json.createdAt) });

/** The project and the person's role in it (null: no member), by slug or id. */
export async function projectFor(db: Executor, userId: string, ref: { slug: string } | { id: string }): Promise<{ project: Project; role: Role | null } | null> {
	const rows = await rowsOf<{ project: ProjectJson; role: Role | null }>(
		db,
		sql`select ${projectJson} as project, m.role from projects p left join memberships m on m.project_id = p.id and m.user_id = ${userId}
			where ${'slug' in ref ? sql`p.slug = ${ref.slug}` : sql`p.id = ${ref.id}`}`
	);
	const row = rows[0];
	return row ? { project: projectFromJson(row.project), role: row.role } : null;
}

/** A person's roles by project id. */
export async function rolesOf(db: Executor, userId: string): Promise<Map<string, Role>> {
	const rows = await db.select({ projectId: memberships.projectId, role: memberships.role }).from(memberships).where(eq(memberships.userId, userId));
	return new Map(rows.map(({ projectId, role }) => [projectId, role as Role]));
}

/** A project by id, for work that nobody asked for by hand. */
export async function projectById(db: Executor, id: string): Promise<Project> {
	const rows = await db.select(columns).from(projects).where(eq(projects.id, id));
	if (!rows[0]) throw new Error(`project ${id} vanished`);
	return rows[0];
}

/** Projects that a person may see, with the role; all of them for the admin. */
export async function projectsOf(db: Executor, userId: string, isAdmin: boolean): Promise<{ project: Project; role: Role | null }[]> {
	const rows = await db
		.select({ project: columns, role: memberships.role })
		.from(projects)
		.leftJoin(memberships, and(eq(memberships.projectId, projects.id), eq(memberships.userId, userId)))
		.where(isAdmin ? undefined : eq(memberships.userId, userId))
		.orderBy(asc(projects.name));
	return rows.map((row) => ({ project: row.project, role: (row.role as Role | null) ?? null }));
}

/** Members of a project by name. */
export async function list(db: Executor, projectId: string) {
	return db
		.select({
			userId: memberships.userId,
			role: sql<Role>`${memberships.role}`,
			name: userProfiles.name,
			email: userProfiles.email,
			deactivatedAt: users.deactivatedAt,
			since: memberships.createdAt,
			skills: memberships.skills,
			languages: memberships.languages
		})
		.from(memberships)
		.innerJoin(users, eq(users.id, memberships.userId))
		.innerJoin(userProfiles, eq(userProfiles.userId, memberships.userId))
		.where(eq(memberships.projectId, projectId))
		.orderBy(asc(userProfiles.name), asc(memberships.userId));
}

/** Role and skills of these people as they are now; who is no member has no line. */
export async function standingOf(db: Executor, projectId: string, userIds: readonly string[]): Promise<{ userId: string; role: Role; skills: string[] }[]> {
	if (userIds.length === 0) return [];
	return db
		.select({ userId: memberships.userId, role: sql<Role>`${memberships.role}`, skills: memberships.skills })
		.from(memberships)
		.where(and(eq(memberships.projectId, projectId), inArray(memberships.userId, [...userIds])));
}

/** Gives a person a role, or changes it. */
export async function put(tx: Tx, projectId: string, userId: string, role: Role): Promise<void> {
	await tx
		.insert(memberships)
		.values({ projectId, userId, role })
		.onConflictDoUpdate({ target: [memberships.projectId, memberships.userId], set: { role } });
}

/** Whether a person is a member of a project. */
export async function isMember(db: Executor, projectId: string, userId: string): Promise<boolean> {
	const rows = await db
		.select({ userId: memberships.userId })
		.from(memberships)
		.where(and(eq(memberships.projectId, projectId), eq(memberships.userId, userId)));
	return rows.length > 0;
}

/** Writes what a member knows and which languages they read; false when there is no such member. */
export async function setSkills(tx: Tx, projectId: string, userId: string, of: { skills: string[]; languages: string[] }): Promise<boolean> {
	const changed = await tx
		.update(memberships)
		.set(of)
		.where(and(eq(memberships.projectId, projectId), eq(memberships.userId, userId)))
		.returning({ userId: memberships.userId });
	return changed.length > 0;
}

/** Active people of a project whose role may judge. */
export async function judges(db: Executor, projectId: string): Promise<string[]> {
	const rows = await db
		.select({ userId: memberships.userId })
		.from(memberships)
		.innerJoin(users, eq(users.id, memberships.userId))
		.where(and(eq(memberships.projectId, projectId), isNull(users.deactivatedAt), membershipMay(sql`${memberships}`, 'task.judge')));
	return rows.map((row) => row.userId);
}

/** The same with their names. */
export async function judgesByName(db: Executor, projectId: string): Promise<{ userId: string; name: string }[]> {
	return db
		.select({ userId: memberships.userId, name: userProfiles.name })
		.from(memberships)
		.innerJoin(users, eq(users.id, memberships.userId))
		.innerJoin(userProfiles, eq(userProfiles.userId, memberships.userId))
		.where(and(eq(memberships.projectId, projectId), isNull(users.deactivatedAt), membershipMay(sql`${memberships}`, 'task.judge')));
}

/** Whether there is such a user and the account is active. */
export async function isActive(db: Executor, userId: string): Promise<boolean> {
	const rows = await db
		.select({ id: users.id })
		.from(users)
		.where(and(eq(users.id, userId), isNull(users.deactivatedAt)));
	return rows.length > 0;
}

/** Whether a project would be left without an owner if this person were none. */
export async function isOnlyOwner(db: Executor, projectId: string, userId: string): Promise<boolean> {
	const owners = await db
		.select({ userId: memberships.userId })
		.from(memberships)
		.where(and(eq(memberships.projectId, projectId), eq(memberships.role, 'owner')));
	return owners.length === 1 && owners[0]?.userId === userId;
}

/** Takes a person out of a project; false when they were no member. */
export async function remove(tx: Tx, projectId: string, userId: string): Promise<boolean> {
	const gone = await tx
		.delete(memberships)
		.where(and(eq(memberships.projectId, projectId), eq(memberships.userId, userId)))
		.returning({ userId: memberships.userId });
	return gone.length > 0;
}

/** Active people who are no members, by name; `search` is looked for in name and email. */
export async function candidates(db: Executor, projectId: string, of: { search: string; limit: number }): Promise<{ userId: string; name: string; email: string }[]> {
	const pattern = `%${of.search.replaceAll(/[\\%_]/g, (mark) => `\\${mark}`)}%`;
	return db
		.select({ userId: users.id, name: userProfiles.name, email: userProfiles.email })
		.from(users)
		.innerJoin(userProfiles, eq(userProfiles.userId, users.id))
		.leftJoin(memberships, and(eq(memberships.userId, users.id), eq(memberships.projectId, projectId)))
		.where(and(isNull(users.deactivatedAt), isNull(memberships.userId), sql`(${userProfiles.name} ilike ${pattern} or ${userProfiles.email} ilike ${pattern})`))
		.orderBy(asc(userProfiles.name), asc(users.id))
		.limit(of.limit);
}

/** Names of these people by id. */
export async function names(db: Executor, userIds: readonly string[]): Promise<Map<string, string>> {
	if (userIds.length === 0) return new Map();
	const rows = await db.select({ id: userProfiles.userId, name: userProfiles.name }).from(userProfiles).where(inArray(userProfiles.userId, [...userIds]));
	return new Map(rows.map(({ id, name }) => [id, name]));
}
