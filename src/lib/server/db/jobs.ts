import { sql } from 'drizzle-orm';
import type { Tx } from './client.ts';
import { rowsOf } from './rows.ts';

/** Rows in line of which no job tells a worker, by what is to be done with them. Not runs: workers look into their line by themselves. */
export type Stranded = { evaluate: string[]; generate: string[]; ask: string[]; export: string[] };

/**
 * Rows in line that no pending job is about, and none that was sent or taken in the last seconds: a handler claims its
 * row at once, so an older job's worker has died, or could not begin. Null when somebody else is looking: two who
 * looked at once would each send a job.
 */
export async function stranded(tx: Tx, graceSeconds: number): Promise<Stranded | null> {
	const [lock] = await rowsOf<{ locked: boolean }>(tx, sql`select pg_try_advisory_xact_lock(hashtextextended('stranded', 0)) as locked`);
	if (!lock?.locked) return null;
	const without = (queue: keyof Stranded, table: string, key: string, which = sql`true`) => sql`select ${queue} as queue, r.id from ${sql.identifier(table)} r where r.status = 'queued' and ${which} and not exists (
		select 1 from pgboss.job j where j.name = ${queue} and j.data->>${key} = r.id::text
			and (j.state in ('created', 'retry') or coalesce(j.started_on, j.created_on) > now() - make_interval(secs => ${graceSeconds})))`;
	const needsEngine = sql`exists (select 1 from generation_sources s where s.generation_id = r.id and s.checkpoint_id is not null)`;
	const rows = await rowsOf<{ queue: keyof Stranded; id: string }>(
		tx,
		sql`${without('evaluate', 'evaluations', 'evaluationId')} union all ${without('generate', 'generations', 'generationId', needsEngine)}
			union all ${without('ask', 'generations', 'generationId', sql`not ${needsEngine}`)}
			union all ${without('export', 'checkpoint_exports', 'exportId')} order by 2`
	);
	const of = (queue: keyof Stranded) => rows.filter((row) => row.queue === queue).map((row) => row.id);
	return { evaluate: of('evaluate'), generate: of('generate'), ask: of('ask'), export: of('export') };
}
