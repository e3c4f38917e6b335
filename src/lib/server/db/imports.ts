import { sql } from 'drizzle-orm';
import type { StagedRow } from '../../domain/import-row.ts';
import type { Strength } from '../../domain/judging-form.ts';
import type { Message } from '../../domain/message.ts';
import * as audiences from './audiences.ts';
import { audienceOf } from './audiences.ts';
import type { Executor, Tx } from './client.ts';
import * as importedLabels from './imported-labels.ts';
import { isoTime, rowsOf } from './rows.ts';
import type { Brings, Desensitised, Found, Ignored, Masking, Origin } from './schema/import.ts';
import { ignoredOf } from './staged-questions.ts';

export type ImportStatus = 'staging' | 'masking' | 'scanned' | 'published' | 'refused' | 'failed' | 'discarded' | 'undone';
export type ImportError = { line: number; field: string | null; message: string };
export type Import = {
	id: string;
	projectId: string;
	roundId: string;
	format: string;
	fileName: string | null;
	status: ImportStatus;
	bytes: number;
	/** Size of the whole file, where its sender said it. */
	totalBytes: number | null;
	rows: number;
	accepted: number;
	duplicates: number;
	rejected: number;
	message: string | null;
	found: Found | null;
	/** What was found in its rows and dealt with; null: nothing was looked for. */
	desensitised: Desensitised | null;
	/** Where its rows wait until names were looked for in them. */
	masking: Masking | null;
	/** Where it was read, or is to be; null: somebody uploaded it. */
	origin: Origin | null;
	createdBy: string;
	createdAt: string;
	finishedAt: string | null;
	undoneAt: string | null;
};

type Row = {
	id: string;
	project_id: string;
	round_id: string;
	format: string;
	file_name: string | null;
	status: ImportStatus;
	bytes: string;
	total_bytes: string | null;
	rows: number;
	accepted: number;
	duplicates: number;
	rejected: number;
	message: string | null;
	found: Found | null;
	desensitised: Desensitised | null;
	masking: Masking | null;
	origin: Origin | null;
	created_by: string;
	created_at: string;
	finished_at: string | null;
	undone_at: string | null;
};

const toImport = (row: Row): Import => ({
	id: row.id,
	projectId: row.project_id,
	roundId: row.round_id,
	format: row.format,
	fileName: row.file_name,
	status: row.status,
	bytes: Number(row.bytes),
	totalBytes: row.total_bytes === null ? null : Number(row.total_bytes),
	rows: row.rows,
	accepted: row.accepted,
	duplicates: row.duplicates,
	rejected: row.rejected,
	message: row.message,
	found: row.found,
	desensitised: row.desensitised,
	masking: row.masking,
	origin: row.origin,
	createdBy: row.created_by,
	createdAt: isoTime(row.created_at),
	finishedAt: row.finished_at === null ? null : isoTime(row.finished_at),
	undoneAt: row.undone_at === null ? null : isoTime(row.undone_at)
});

/** Starts an import. */
export async function insert(tx: Tx, of: { projectId: string; roundId: string; createdBy: string; format: string; fileName: string | null; totalBytes: number | null; origin: Origin | null; brings: Brings }): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into imports (project_id, round_id, created_by, format, file_name, total_bytes, origin, brings)
			values (${of.projectId}, ${of.roundId}, ${of.createdBy}, ${of.format}, ${of.fileName}, ${of.totalBytes}, ${of.origin === null ? null : JSON.stringify(of.origin)}::jsonb, ${of.brings}) returning id`
	);
	return rows[0]?.id ?? '';
}

/** One import. */
export async function get(db: Executor, id: string): Promise<Import | null> {
	const rows = await rowsOf<Row>(db, sql`select * from imports where id = ${id}`);
	return rows[0] ? toImport(rows[0]) : null;
}

/** Newest imports of a project. */
export async function list(db: Executor, projectId: string, limit = 50): Promise<Import[]> {
	return (await rowsOf<Row>(db, sql`select * from imports where project_id = ${projectId} order by id desc limit ${limit}`)).map(toImport);
}

/** The first errors of an import, by line. */
export async function errors(db: Executor, id: string, most: number): Promise<ImportError[]> {
	return errorsAfter(db, id, 0, most);
}

/** Errors of an import after a line, by line. */
export async function errorsAfter(db: Executor, id: string, line: number, most: number): Promise<ImportError[]> {
	return rowsOf<ImportError>(db, sql`select line, field, message from import_errors where import_id = ${id} and line > ${line} order by line limit ${most}`);
}

/** A staged row as who brings it in looks it over: its question, its answers in the order of the file, and what the file says of them. */
export type SampleRow = { line: number; prompt: Message[]; answers: Message[][]; preferred: number | null; margin: number | null; label: 'good' | 'bad' | null; judgments: SampleJudgment[] };

/** A judgment that a row brings: by whom, when, and which answer it prefers by its place in the file and how clearly, or its verdict. */
export type SampleJudgment = { judge: string | null; at: string | null; preferred: number | null; strength: Strength | null; margin: number | null; verdict: string | null };

/** The first rows that wait to be taken. */
export async function sample(db: Executor, id: string, most: number): Promise<SampleRow[]> {
	return rowsOf<SampleRow>(
		db,
		sql`select r.line, r.messages as prompt, (select coalesce(jsonb_agg(x.value->'messages' order by x.ordinality), '[]') from jsonb_array_elements(r.responses) with ordinality x) as answers,
				(select x.ordinality::int - 1 from jsonb_array_elements(r.pairs) p join jsonb_array_elements(r.responses) with ordinality x on x.value->>'hash' = case p.value->>'verdict' when 'a' then p.value->>'a' when 'b' then p.value->>'b' end limit 1) as preferred,
				(select (p.value->>'margin')::float8 from jsonb_array_elements(r.pairs) p where p.value ? 'margin' limit 1) as margin,
				(select p.value->>'verdict' from jsonb_array_elements(r.pairs) p where p.value->>'verdict' in ('good', 'bad') limit 1) as label,
				(select coalesce(jsonb_agg(jsonb_build_object('judge', l.value->>'judge', 'at', l.value->>'at', 'preferred', side.place, 'strength', l.value->>'strength', 'margin', (l.value->>'margin')::float8, 'verdict', case when side.place is null then l.value->>'verdict' end) order by p.ordinality, l.ordinality), '[]')
					from jsonb_array_elements(r.pairs) with ordinality p cross join lateral jsonb_array_elements(p.value->'labels') with ordinality l
					left join lateral (select x.ordinality::int - 1 as place from jsonb_array_elements(r.responses) with ordinality x where x.value->>'hash' = case l.value->>'verdict' when 'a' then p.value->>'a' when 'b' then p.value->>'b' end limit 1) side on true) as judgments
			from import_rows r where r.import_id = ${id} order by r.line limit ${most}`
	);
}

/** Commits one batch: its rows and errors, and how far the import is. `giveWay` is awaited between rows: a batch is large. */
export async function stage(tx: Tx, id: string, giveWay: () => Promise<void> | undefined, batch: { rows: (StagedRow & { sealed?: string })[]; errors: ImportError[]; bytes: number; read: number; rejected: number; found: Found | null }): Promise<void> {
	if (batch.rows.length > 0) {
		const written: string[] = [];
		for (const row of batch.rows) {
			await giveWay();
			written.push(
				JSON.stringify({
					line: row.line,
					prompt_hash: row.promptHash,
					group_key: row.groupKey,
					split: row.split,
					system_prompt_id: row.systemPromptId,
					messages: row.messages,
					tags: row.tags,
					matter: row.matter,
					requires: row.requires,
					language: row.language,
					responses: row.responses,
					pairs: row.pairs,
					sealed: row.sealed ?? null
				})
			);
		}
		const json = `[${written.join(',')}]`;
		await tx.execute(sql`insert into import_rows (import_id, line, prompt_hash, group_key, split, system_prompt_id, messages, tags, matter, requires, language, responses, pairs, sealed)
			select ${id}, r.line, r.prompt_hash, r.group_key, r.split, r.system_prompt_id, r.messages, r.tags, r.matter, r.requires, r.language, r.responses, r.pairs, r.sealed
			from jsonb_to_recordset(${json}::jsonb) as r(line int, prompt_hash text, group_key text, split text, system_prompt_id uuid, messages jsonb, tags text[], matter text, requires text[], language text, responses jsonb, pairs jsonb, sealed text)`);
	}
	if (batch.errors.length > 0) {
		await tx.execute(sql`insert into import_errors (import_id, line, field, message)
			select ${id}, e.line, e.field, e.message from jsonb_to_recordset(${JSON.stringify(batch.errors)}::jsonb) as e(line int, field text, message text) on conflict do nothing`);
	}
	await tx.execute(sql`update imports set bytes = ${batch.bytes}, rows = ${batch.read}, rejected = ${batch.rejected}, found = ${batch.found === null ? null : JSON.stringify(batch.found)}::jsonb, heartbeat_at = now() where id = ${id}`);
}

/** Says that an import goes on, though nothing of it can be staged: `bytes` have arrived, or it waits for others. One that is locked is somebody's anyway. */
export async function goesOn(db: Executor, id: string, bytes: number | null): Promise<void> {
	await db.execute(sql`update imports set bytes = coalesce(${bytes}::bigint, bytes), heartbeat_at = now() where id = (select id from imports where id = ${id} and status = 'staging' for update skip locked)`);
}

/** Locks an import and says how it is: one that is being read cannot be taken for abandoned meanwhile, one that is scanned not be taken twice. */
export async function lockStatus(tx: Tx, id: string): Promise<ImportStatus | null> {
	const rows = await rowsOf<{ status: ImportStatus }>(tx, sql`select status from imports where id = ${id} for update`);
	return rows[0]?.status ?? null;
}

/** As `lockStatus`, without waiting; null: somebody holds it, so it is at work. */
export async function lockStatusAtOnce(tx: Tx, id: string): Promise<ImportStatus | null> {
	const rows = await rowsOf<{ status: ImportStatus }>(tx, sql`select status from imports where id = ${id} for update skip locked`);
	return rows[0]?.status ?? null;
}

/** Whether whoever reads the file of an import gave no sign of life for so long. */
export async function isSilent(tx: Tx, id: string, seconds: number): Promise<boolean> {
	const rows = await rowsOf<{ silent: boolean }>(tx, sql`select heartbeat_at < now() - make_interval(secs => ${seconds}) as silent from imports where id = ${id}`);
	return rows[0]?.silent === true;
}

/** Ends a dry run: its rows wait to be taken, `accepted` of them would add something. */
export async function scanned(tx: Tx, id: string, would: { accepted: number; duplicates: number }): Promise<void> {
	await tx.execute(sql`update imports set status = 'scanned', accepted = ${would.accepted}, duplicates = ${would.duplicates}, heartbeat_at = now() where id = ${id}`);
}

/** Rows go to the round that is open when they are published, not when the upload began. */
export async function intoRound(tx: Tx, id: string, roundId: string): Promise<void> {
	await tx.execute(sql`update imports set round_id = ${roundId} where id = ${id} and round_id <> ${roundId}`);
}

/** Whether the file's rows hold images or documents. */
export async function holdsArtifacts(tx: Tx, id: string): Promise<boolean> {
	const rows = await rowsOf<{ holds: boolean | null }>(tx, sql`select (found->>'attachments')::boolean as holds from imports where id = ${id}`);
	return rows[0]?.holds === true;
}

/** Whether a staged row asks for skills or a language, or somebody is walled off from its matter: then perhaps nobody can judge it. */
export async function asksForSkills(tx: Tx, id: string): Promise<boolean> {
	const rows = await rowsOf<{ asks: boolean }>(tx, sql`select exists (select 1 from import_rows r join imports i on i.id = r.import_id where r.import_id = ${id}
			and (r.requires <> '{}' or r.language is not null or exists (select 1 from walls w where w.project_id = i.project_id and w.matter = r.matter and w.lifted_at is null))) as asks`);
	return rows[0]?.asks === true;
}

/** Ends an import and empties its staging rows. */
export async function finish(tx: Tx, id: string, of: { status: ImportStatus; accepted: number; duplicates: number; message: string | null }): Promise<void> {
	await tx.execute(sql`delete from import_rows where import_id = ${id}`);
	// What was found goes with the rows in which it was found.
	if (of.status !== 'published') await tx.execute(sql`delete from findings where import_id = ${id}`);
	await tx.execute(sql`update imports set masking = null, status = ${of.status}, accepted = ${of.accepted}, duplicates = ${of.duplicates}, message = ${of.message}, finished_at = now() where id = ${id}`);
}

/** What is said of a file of which nothing came because reading it broke off: where it lies here whole, and where it was being sent. */
export const BROKE_OFF = { here: 'Reading it broke off. Nothing was taken; the file is here whole and can be read again.', sent: 'The file did not arrive whole. Nothing was taken; send it again.' };

/** Ends uploads whose process died, and dry runs that nobody took: nothing of them was published, the file can be sent again, or is here whole. What a worker reads of a source is read again. */
export async function failAbandoned(tx: Tx, olderThan: { stagingSeconds: number; scannedSeconds: number }): Promise<{ id: string; projectId: string; status: 'discarded' | 'failed' }[]> {
	const rows = await rowsOf<{ id: string; project_id: string; status: 'discarded' | 'failed' }>(
		tx,
		sql`with dead as (
				select id, status = 'scanned' as waited, exists (select 1 from uploads u where u.import_id = imports.id) as here from imports
				where status = 'staging' and not exists (select 1 from import_reads r where r.import_id = imports.id) and heartbeat_at < now() - make_interval(secs => ${olderThan.stagingSeconds})
					or status = 'scanned' and heartbeat_at < now() - make_interval(secs => ${olderThan.scannedSeconds}) for update skip locked)
			update imports i set status = case when dead.waited then 'discarded' else 'failed' end, finished_at = now(),
				message = case when dead.waited then 'Nobody took it in time. Send the file again.' when dead.here then ${BROKE_OFF.here} else ${BROKE_OFF.sent} end
			from dead where i.id = dead.id returning i.id, i.project_id, i.status`
	);
	for (const row of rows) {
		await tx.execute(sql`delete from import_rows where import_id = ${row.id}`);
		await tx.execute(sql`delete from findings where import_id = ${row.id}`);
	}
	return rows.map((row) => ({ id: row.id, projectId: row.project_id, status: row.status }));
}

/**
 * Makes groups, prompts, responses, comparisons with their slots and imported
 * judgments of all staged rows, each only where its content is not there yet. A
 * question that stands in the file several times is made of its first row that names a matter, else of the first. What
 * somebody prefers in the playground is theirs, and their first word on a pair stands. A preference that comes again with
 * another margin supersedes the one before.
 * The project must be serialised.
 */
export async function publish(tx: Tx, id: string): Promise<{ accepted: number; duplicates: number; comparisons: number; ignored: Ignored }> {
	await tx.execute(sql`insert into prompt_groups (project_id, key, split)
		select distinct on (r.group_key) i.project_id, r.group_key, r.split from import_rows r join imports i on i.id = r.import_id
		where r.import_id = ${id} order by r.group_key, r.line on conflict do nothing`);
	await tx.execute(sql`with first as (
			select distinct on (r.prompt_hash) i.project_id, r.* from import_rows r join imports i on i.id = r.import_id where r.import_id = ${id} order by r.prompt_hash, r.matter is null, r.line),
		made as (
			insert into prompts (project_id, group_id, home_group_id, content_hash, system_prompt_id, import_id, tags, matter, requires, language)
			select f.project_id, coalesce(g.merged_into_id, g.id), case when g.merged_into_id is not null then g.id end, f.prompt_hash, f.system_prompt_id, ${id}, f.tags, f.matter, f.requires, f.language
			from first f join prompt_groups g on g.project_id = f.project_id and g.key = f.group_key
			on conflict do nothing returning id, content_hash)
		insert into prompt_texts (prompt_id, messages) select made.id, f.messages from made join first f on f.prompt_hash = made.content_hash`);
	await tx.execute(sql`create temporary table staged_prompts on commit drop as
		select r.line, p.id as prompt_id, (p.import_id = ${id}) as fresh
		from import_rows r join imports i on i.id = r.import_id join prompts p on p.project_id = i.project_id and p.content_hash = r.prompt_hash where r.import_id = ${id}`);
	await tx.execute(sql`analyze staged_prompts`);
	const ignored = await ignoredOf(tx, id);
	await audiences.insertOfImport(tx, id);
	await tx.execute(sql`with given as (
			select distinct on (sp.prompt_id, x.value->>'hash') sp.prompt_id, x.value->>'hash' as hash, x.value->'messages' as messages
			from import_rows r join staged_prompts sp on sp.line = r.line cross join lateral jsonb_array_elements(r.responses) x
			where r.import_id = ${id} order by sp.prompt_id, x.value->>'hash', r.line),
		made as (
			insert into responses (prompt_id, content_hash, source) select prompt_id, hash, 'import' from given on conflict do nothing returning id, prompt_id, content_hash)
		insert into response_texts (response_id, messages) select made.id, g.messages from made join given g on g.prompt_id = made.prompt_id and g.hash = made.content_hash`);
	await tx.execute(sql`create temporary table staged_pairs on commit drop as
		select r.line, sp.prompt_id, i.project_id, i.round_id, i.brings, case i.brings when 'playground' then i.created_by end as user_id, x.value->>'a' as a, x.value->>'b' as b, x.value->>'contentHash' as content_hash,
			(x.value->>'orderKey')::bigint as order_key, x.value->>'policy' as policy, (x.value->>'propensity')::float8 as propensity, x.value->>'verdict' as verdict, (x.value->>'margin')::float8 as margin
		from import_rows r join imports i on i.id = r.import_id join staged_prompts sp on sp.line = r.line cross join lateral jsonb_array_elements(r.pairs) x where r.import_id = ${id}`);
	await tx.execute(sql`analyze staged_pairs`);
	const made = await rowsOf<{ n: string }>(
		tx,
		sql`with fresh as (
				select distinct on (s.content_hash) s.* from staged_pairs s
				where not exists (select 1 from comparisons c where c.project_id = s.project_id and c.content_hash = s.content_hash) order by s.content_hash, s.line),
			compared as (
				insert into comparisons (project_id, round_id, prompt_id, mode, response_a_id, response_b_id, content_hash, overlap, order_key, policy, propensity)
				select f.project_id, f.round_id, f.prompt_id, case when f.b is null then 'single' else 'pair' end, ra.id, rb.id, f.content_hash, p.overlap, f.order_key, f.policy, f.propensity
				from fresh f join projects p on p.id = f.project_id
				join responses ra on ra.prompt_id = f.prompt_id and ra.content_hash = f.a and ra.source = 'import'
				left join responses rb on rb.prompt_id = f.prompt_id and rb.content_hash = f.b and rb.source = 'import'
				returning id, prompt_id, round_id, overlap, order_key, content_hash),
			placed as (
				insert into slots (comparison_id, round_id, audience_id, overlap, position, order_key)
				select c.id, c.round_id, ${audienceOf(sql`p`)}, c.overlap, n, c.order_key from compared c join prompts p on p.id = c.prompt_id cross join lateral generate_series(0, c.overlap - 1) n)
			select count(*) as n from compared`
	);
	await tx.execute(sql`create temporary table staged_labels on commit drop as
		with labelled as (
			select distinct on (c.id, s.verdict) c.id as comparison_id, c.project_id, c.mode, s.brings, s.verdict, s.margin, s.line, s.user_id
			from staged_pairs s join comparisons c on c.project_id = s.project_id and c.content_hash = s.content_hash
			where s.verdict is not null
				and not exists (select 1 from judgments j where j.comparison_id = c.id and j.origin = s.brings and (j.judge_user_id = s.user_id or s.user_id is null and j.verdict = s.verdict and (s.margin is null or j.margin = s.margin or exists (select 1 from judgment_voids v where v.judgment_id = j.id)))
					and not exists (select 1 from imported_judgments m where m.judgment_id = j.id))
			order by c.id, s.verdict, s.margin is null, s.line),
		made as (
			insert into judgments (project_id, comparison_id, mode, origin, judge_kind, judge_user_id, judge_ref, verdict, margin, supersedes_id)
			select project_id, comparison_id, mode, brings, case brings when 'feedback' then 'end_user' when 'playground' then 'person' else 'import' end, user_id, ${id}, verdict, margin,
				case when margin is not null then (select j.id from judgments j where j.comparison_id = l.comparison_id and j.origin = l.brings and j.verdict = l.verdict
					and not exists (select 1 from imported_judgments m where m.judgment_id = j.id) and not exists (select 1 from judgments later where later.supersedes_id = j.id) order by j.id limit 1) end
			from labelled l returning 1)
		select line from labelled`);
	await importedLabels.insertOfImport(tx, id);
	const counted = await rowsOf<{ accepted: string; rows: string }>(
		tx,
		sql`with added as (
			select min(line) as line from staged_prompts where fresh group by prompt_id
			union select min(sp.line) from import_rows r join staged_prompts sp on sp.line = r.line cross join lateral jsonb_array_elements(r.responses) x
				join responses made on made.prompt_id = sp.prompt_id and made.content_hash = x.value->>'hash' and made.source = 'import' and made.created_at = now()
				where r.import_id = ${id} group by made.id
			union select min(s.line) from staged_pairs s join comparisons c on c.project_id = s.project_id and c.content_hash = s.content_hash and c.created_at = now() group by s.content_hash
			union select line from staged_labels)
		select (select count(distinct line) from added) as accepted, (select count(*) from import_rows where import_id = ${id}) as rows`
	);
	const accepted = Number(counted[0]?.accepted ?? 0);
	const comparisons = Number(made[0]?.n ?? 0);
	return { accepted, duplicates: Number(counted[0]?.rows ?? 0) - accepted, comparisons, ignored };
}
