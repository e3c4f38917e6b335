import { sql } from 'drizzle-orm';
import type { Executor } from './client.ts';
import { rowsOf } from './rows.ts';

/** Notes that a question of the playground is under way at a server, for at most so many seconds: no longer, should its process die. */
export async function begin(db: Executor, deploymentId: string, seconds: number): Promise<string> {
	await db.execute(sql`delete from playground_calls where until < now()`);
	const rows = await rowsOf<{ id: string }>(db, sql`insert into playground_calls (deployment_id, until) values (${deploymentId}, now() + make_interval(secs => ${seconds})) returning id`);
	return rows[0]?.id ?? '';
}

/** It is answered, or was given up. */
export async function end(db: Executor, id: string): Promise<void> {
	await db.execute(sql`delete from playground_calls where id = ${id}`);
}
