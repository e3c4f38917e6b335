import { sql } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { rowsOf } from './rows.ts';

/** A named set of a project's people. */
export type Group = { id: string; name: string; members: { userId: string; name: string }[] };

/** Groups of a project by name, each with those of its people who are members still. */
export async function list(db: Executor, projectId: string): Promise<Group[]> {
	return rowsOf<Group>(
		db,
		sql`select g.id, g.name, coalesce((select jsonb_agg(jsonb_build_object('userId', gm.user_id, 'name', up.name) order by up.name, gm.user_id)
				from people_group_members gm join memberships m on m.project_id = g.project_id and m.user_id = gm.user_id join user_profiles up on up.user_id = gm.user_id where gm.group_id = g.id), '[]'::jsonb) as members
			from people_groups g where g.project_id = ${projectId} order by lower(g.name), g.id`
	);
}

/** The project of a group. */
export async function projectOf(db: Executor, id: string): Promise<string | null> {
	return (await rowsOf<{ project_id: string }>(db, sql`select project_id from people_groups where id = ${id}`))[0]?.project_id ?? null;
}

/** Makes a group, or renames it; null: another one of the project has that name. The project must be locked before. */
export async function put(tx: Tx, of: { id: string | null; projectId: string; name: string }): Promise<string | null> {
	const taken = await rowsOf<{ id: string }>(tx, sql`select id from people_groups where project_id = ${of.projectId} and lower(name) = lower(${of.name}) and id is distinct from ${of.id}::uuid`);
	if (taken.length > 0) return null;
	const rows = await rowsOf<{ id: string }>(
		tx,
		of.id === null
			? sql`insert into people_groups (project_id, name) values (${of.projectId}, ${of.name}) returning id`
			: sql`update people_groups set name = ${of.name} where id = ${of.id} returning id`
	);
	return rows[0]?.id ?? null;
}

/** Sets who is in a group. */
export async function setMembers(tx: Tx, id: string, userIds: readonly string[]): Promise<void> {
	await tx.execute(sql`delete from people_group_members where group_id = ${id}`);
	for (const userId of new Set(userIds)) await tx.execute(sql`insert into people_group_members (group_id, user_id) values (${id}, ${userId})`);
}

/** Takes a group away; what was given to its people stays theirs. */
export async function remove(tx: Tx, id: string): Promise<void> {
	await tx.execute(sql`delete from people_group_members where group_id = ${id}`);
	await tx.execute(sql`delete from people_groups where id = ${id}`);
}
