import { sql } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';

export type RoundStatus = 'collecting' | 'training' | 'evaluating' | 'decided';

/** A round with its kept counts. */
export type Round = {
	id: string;
	projectId: string;
	number: number;
	status: RoundStatus;
	candidateCheckpointId: string | null;
	parentCheckpointId: string | null;
	comparisons: number;
	identical: number;
	openedAt: string;
	closedAt: string | null;
};

type Row = {
	id: string;
	project_id: string;
	number: number;
	status: RoundStatus;
	candidate_checkpoint_id: string | null;
	parent_checkpoint_id: string | null;
	comparisons: number;
	identical: number;
	opened_at: string;
	closed_at: string | null;
};

const toRound = (row: Row): Round => ({
	id: row.id,
	projectId: row.project_id,
	number: row.number,
	status: row.status,
	candidateCheckpointId: row.candidate_checkpoint_id,
	parentCheckpointId: row.parent_checkpoint_id,
	comparisons: row.comparisons,
	identical: row.identical,
	openedAt: isoTime(row.opened_at),
	closedAt: row.closed_at === null ? null : isoTime(row.closed_at)
});

/** The newest round: the one whose comparisons are offered. Every project has one. */
export async function newest(db: Executor, projectId: string): Promise<Round> {
	const rows = await rowsOf<Row>(db, sql`select * from rounds where project_id = ${projectId} order by number desc limit 1`);
	if (!rows[0]) throw new Error(`project ${projectId} has no round`);
	return toRound(rows[0]);
}

/** All rounds of a project, oldest first. */
export async function list(db: Executor, projectId: string): Promise<Round[]> {
	return (await rowsOf<Row>(db, sql`select * from rounds where project_id = ${projectId} order by number`)).map(toRound);
}

/** One round by its number. */
export async function byNumber(db: Executor, projectId: string, number: number): Promise<Round | null> {
	const rows = await rowsOf<Row>(db, sql`select * from rounds where project_id = ${projectId} and number = ${number}`);
	return rows[0] ? toRound(rows[0]) : null;
}

/** One round by id. */
export async function byId(db: Executor, id: string): Promise<Round | null> {
	const rows = await rowsOf<Row>(db, sql`select * from rounds where id = ${id}`);
	return rows[0] ? toRound(rows[0]) : null;
}

/** One round, locked against others that ask for the same; what is added to it meanwhile does not wait. */
export async function lock(tx: Tx, id: string): Promise<Round | null> {
	const rows = await rowsOf<Row>(tx, sql`select * from rounds where id = ${id} for no key update`);
	return rows[0] ? toRound(rows[0]) : null;
}

/** Opens a round. */
export async function open(
	tx: Tx,
	of: { projectId: string; number: number; candidateCheckpointId: string | null; parentCheckpointId: string | null; settings?: Record<string, unknown> }
): Promise<Round> {
	const rows = await rowsOf<Row>(
		tx,
		sql`insert into rounds (project_id, number, candidate_checkpoint_id, parent_checkpoint_id, settings)
			values (${of.projectId}, ${of.number}, ${of.candidateCheckpointId}, ${of.parentCheckpointId}, ${JSON.stringify(of.settings ?? {})}::jsonb) returning *`
	);
	return toRound(rows[0] as Row);
}

/** Moves a round on; a decided round is closed. Does nothing when it is there already or past it. */
export async function advance(tx: Tx, id: string, to: RoundStatus): Promise<void> {
	const order = ['collecting', 'training', 'evaluating', 'decided'];
	const before = order.slice(0, order.indexOf(to));
	await tx.execute(sql`update rounds set status = ${to}, closed_at = case when ${to} = 'decided' then now() else closed_at end
		where id = ${id} and status in (${sql.join(before.map((s) => sql`${s}`), sql`, `)})`);
}

/** Adds to a round's kept counts. */
export async function addCounts(tx: Tx, id: string, added: { comparisons: number; identical: number }): Promise<void> {
	await tx.execute(sql`update rounds set comparisons = comparisons + ${added.comparisons}, identical = identical + ${added.identical} where id = ${id}`);
}
