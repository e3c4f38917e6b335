import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Executor, Tx } from './client.ts';
import { literally } from './prompt-words.ts';
import { isoTime, rowsOf } from './rows.ts';

/** Channel on which run pages hear that there is something new; the payload is the run's id. */
export const RUN_CHANNEL = 'plumbline_run';

/** Metrics of one step. */
export type StepMetrics = { step: number; epoch: number | null; values: Record<string, number> };
/** An event as it is replayed to a page. */
export type RunEvent = { id: number; attempt: number; kind: string; data: Record<string, unknown>; createdAt: string };

/** Tells listening pages at commit. Never used in a judgment's transaction: NOTIFY takes a lock on the whole database there. */
export async function notify(tx: Tx, runId: string): Promise<void> {
	await tx.execute(sql`select pg_notify(${RUN_CHANNEL}, ${runId})`);
}

/** Appends an event. */
export async function addEvent(tx: Tx, runId: string, attempt: number, kind: string, data: Record<string, unknown> = {}): Promise<void> {
	await tx.execute(sql`insert into run_events (run_id, attempt, kind, data) values (${runId}, ${attempt}, ${kind}, ${JSON.stringify(data)}::jsonb)`);
}

/** Health rules that have spoken of a run. */
export async function healthTold(tx: Tx, runId: string): Promise<Set<unknown>> {
	const rows = await rowsOf<{ rule: string }>(tx, sql`select distinct data->>'rule' as rule from run_events where run_id = ${runId} and kind = 'health'`);
	return new Set(rows.map(({ rule }) => rule));
}

/** Writes metrics once per step. A resumed attempt that trains a step again replaces it (`figuresAfter`), but for what GPUs did beside it: who tells what its forerunner had trained has not seen that. */
export async function putMetrics(tx: Tx, runId: string, attempt: number, metrics: readonly StepMetrics[]): Promise<void> {
	if (metrics.length === 0) return;
	await tx.execute(sql`insert into run_metrics (run_id, step, attempt, epoch, "values")
		select ${runId}, m.step, ${attempt}, m.epoch, m.values from jsonb_to_recordset(${JSON.stringify(metrics)}::jsonb) as m(step int, epoch float8, values jsonb)
		on conflict (run_id, step) do update set attempt = excluded.attempt, epoch = excluded.epoch, "values" = case
			when excluded."values" ?| array['loss', 'learning_rate'] then coalesce((select jsonb_object_agg(o.key, o.value) from jsonb_each(run_metrics."values") o where o.key like 'gpu/%'), '{}')
			else run_metrics."values" end || excluded."values"`);
	const last = Math.max(...metrics.map((metric) => metric.step));
	await tx.execute(sql`update runs set step = ${last} where id = ${runId} and step <> ${last}`);
}

/** Appends engine output. */
export async function addLog(tx: Tx, runId: string, attempt: number, lines: readonly string[]): Promise<void> {
	if (lines.length === 0) return;
	await tx.execute(sql`insert into run_logs (run_id, attempt, lines) values (${runId}, ${attempt}, ${lines.join('\n').replaceAll('\0', '\uFFFD')})`);
}

/** Metrics of a run after a step, in order of step. */
export async function metrics(db: Executor, runId: string, afterStep = -1): Promise<(StepMetrics & { attempt: number })[]> {
	return rowsOf<StepMetrics & { attempt: number }>(db, sql`select step, attempt, epoch, "values" from run_metrics where run_id = ${runId} and step > ${afterStep} order by step`);
}

/** One metric of a run, step by step, with what places a step in time. */
export async function metricOf(db: Executor, runId: string, metric: string): Promise<StepMetrics[]> {
	// One row for all steps: there may be tens of thousands.
	const [row] = await rowsOf<{ steps: [number, number | null, number | null, number | null][] | null }>(
		db,
		sql`select json_agg(json_build_array(step, epoch, "values"->${metric}::text, "values"->'train_speed(s/it)') order by step) as steps from run_metrics where run_id = ${runId} and "values" ? ${metric}::text`
	);
	return (row?.steps ?? []).map(([step, epoch, value, speed]) => ({ step, epoch, values: { ...(value === null ? {} : { [metric]: value }), ...(speed === null ? {} : { 'train_speed(s/it)': speed }) } }));
}

/** Names of the metrics that runs reported in their first and last steps, by alphabet. */
export async function metricNames(db: Executor, runIds: readonly string[]): Promise<string[]> {
	if (runIds.length === 0) return [];
	const ends = (order: SQL) => sql`(select "values" from run_metrics where run_id = r.id order by step ${order} limit 3)`;
	const rows = await rowsOf<{ name: string }>(db, sql`select distinct k.name from runs r cross join lateral (${ends(sql`asc`)} union all ${ends(sql`desc`)}) m cross join lateral jsonb_object_keys(m."values") k(name) where r.id in ${[...runIds]} order by 1`);
	return rows.map(({ name }) => name);
}

/** Events of a run after an id, oldest first. */
export async function events(db: Executor, runId: string, afterId: number): Promise<RunEvent[]> {
	const rows = await rowsOf<{ id: string; attempt: number; kind: string; data: Record<string, unknown>; created_at: string }>(
		db,
		sql`select id, attempt, kind, data, created_at from run_events where run_id = ${runId} and id > ${afterId} order by id limit 5000`
	);
	return rows.map((row) => ({ id: Number(row.id), attempt: row.attempt, kind: row.kind, data: row.data, createdAt: isoTime(row.created_at) }));
}

/** A line of a run's log that holds what was searched for. `place` is where the next search goes on. */
export type LogLine = { place: string; attempt: number; createdAt: string; line: string };

/** Lines that hold a text, in any case, newest first: at most `limit`, before a place if given. */
export async function searchLog(db: Executor, runId: string, of: { text: string; before?: { chunk: number; line: number } | undefined; limit: number }): Promise<LogLine[]> {
	const pattern = literally(of.text);
	const before = of.before === undefined ? sql`` : sql`and (l.id, x.number) < (${of.before.chunk}::bigint, ${of.before.line}::bigint)`;
	const rows = await rowsOf<{ id: string; number: string; attempt: number; created_at: string; line: string }>(
		db,
		sql`select l.id, x.number, l.attempt, l.created_at, x.line from run_logs l cross join lateral regexp_split_to_table(l.lines, E'\n') with ordinality x(line, number)
			where l.run_id = ${runId} and l.lines ilike ${pattern} and x.line ilike ${pattern} ${before} order by l.id desc, x.number desc limit ${of.limit}`
	);
	return rows.map((row) => ({ place: `${row.id}.${row.number}`, attempt: row.attempt, createdAt: isoTime(row.created_at), line: row.line }));
}

/** What an attempt said from the first line that tells of a failure, as the surest of the patterns that any line fits has it; nothing where none does. */
export async function failureIn(db: Executor, of: { runId: string; attempt: number; begins: readonly string[]; most: number }): Promise<string[]> {
	const firstOf = of.begins.map((pattern) => sql`(select min(number) from said where line ~ ${pattern})`);
	const rows = await rowsOf<{ line: string }>(
		db,
		sql`with said as materialized (
				select row_number() over (order by l.id, x.number) as number, x.line from run_logs l cross join lateral string_to_table(l.lines, E'\n') with ordinality x(line, number)
				where l.run_id = ${of.runId} and l.attempt = ${of.attempt}
			), first as (select coalesce(${sql.join(firstOf, sql`, `)}) as number)
			select said.line from said, first where said.number >= first.number and said.number < first.number + ${of.most} order by said.number`
	);
	return rows.map(({ line }) => line);
}

/** The last lines of a run's log, with the id to go on from. */
export async function log(db: Executor, runId: string, of: { afterId?: number; chunks?: number } = {}): Promise<{ lines: string[]; lastId: number }> {
	const rows = await rowsOf<{ id: string; lines: string }>(
		db,
		sql`select id, lines from (select id, lines from run_logs where run_id = ${runId} and id > ${of.afterId ?? 0} order by id desc limit ${of.chunks ?? 200}) x order by id`
	);
	return { lines: rows.flatMap((row) => row.lines.split('\n')), lastId: Number(rows.at(-1)?.id ?? of.afterId ?? 0) };
}
