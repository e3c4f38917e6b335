import { desc, eq, sql } from 'drizzle-orm';
import type { Gate } from '../../domain/gate.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';
import { projects } from './schema/project.ts';
import { gates } from './schema/gate.ts';

/** A version of a project's gate. */
export type GateVersion = { id: string; version: number; gate: Gate; byName: string; createdAt: string };

/** The gate in force; null where the project has none. */
export async function newest(db: Executor, projectId: string): Promise<GateVersion | null> {
	return (await versions(db, projectId, 1))[0] ?? null;
}

/** Versions of a project's gate, newest first. */
export async function versions(db: Executor, projectId: string, limit = 50): Promise<GateVersion[]> {
	const rows = await rowsOf<{ id: string; version: number; gate: Gate; name: string; created_at: string }>(
		db,
		sql`select g.*, p.name from gates g join user_profiles p on p.user_id = g.created_by where g.project_id = ${projectId} order by g.version desc limit ${limit}`
	);
	return rows.map((row) => ({ id: row.id, version: row.version, gate: row.gate, byName: row.name, createdAt: isoTime(row.created_at) }));
}

/** One version, whatever the project. */
export async function get(db: Executor, id: string): Promise<GateVersion | null> {
	const rows = await rowsOf<{ id: string; version: number; gate: Gate; name: string; created_at: string }>(db, sql`select g.*, p.name from gates g join user_profiles p on p.user_id = g.created_by where g.id = ${id}`);
	const row = rows[0];
	return row ? { id: row.id, version: row.version, gate: row.gate, byName: row.name, createdAt: isoTime(row.created_at) } : null;
}

/** Adds the next version of the gate. */
export async function add(tx: Tx, projectId: string, of: { gate: Gate; createdBy: string }): Promise<number> {
	const [last] = await tx.select({ version: gates.version }).from(gates).where(eq(gates.projectId, projectId)).orderBy(desc(gates.version)).limit(1);
	const version = (last?.version ?? 0) + 1;
	await tx.insert(gates).values({ projectId, version, ...of });
	return version;
}

/** Sets whether nobody decides on a run that they started. */
export async function setFourEyes(tx: Tx, projectId: string, fourEyes: boolean): Promise<void> {
	await tx.update(projects).set({ fourEyes }).where(eq(projects.id, projectId));
}
