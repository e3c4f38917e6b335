import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Share } from '../../domain/composition.ts';
import type { Executor, Tx } from './client.ts';
import { isoTime, rowsOf } from './rows.ts';
import { maySeeMatter } from './walls.ts';

export type SnapshotFileName = 'manifest' | 'train' | 'dev' | 'test' | 'held_out';
export type SnapshotFile = { name: SnapshotFileName; sha256: string; bytes: number; rows: number };

/** An immutable preference dataset. */
export type Snapshot = {
	id: string;
	projectId: string;
	roundId: string;
	objective: string;
	rule: Record<string, unknown>;
	sha256: string;
	trainRows: number;
	devRows: number;
	testRows: number;
	heldOut: number;
	used: number;
	dropped: Record<string, number>;
	desirableWeight: { desirable: number; undesirable: number } | null;
	/** The saved rule it was made by; null: a rule of its own. */
	savedRule: { name: string; version: number } | null;
	createdBy: string;
	createdAt: string;
};

type Row = {
	id: string;
	project_id: string;
	round_id: string;
	objective: string;
	rule: Record<string, unknown>;
	sha256: string;
	train_rows: number;
	dev_rows: number;
	test_rows: number;
	held_out: number;
	used: number;
	dropped: Record<string, number>;
	desirable_weight: { desirable: number; undesirable: number } | null;
	rule_name: string | null;
	rule_version: number | null;
	created_by: string;
	created_at: string;
};

const toSnapshot = (row: Row): Snapshot => ({
	id: row.id,
	projectId: row.project_id,
	roundId: row.round_id,
	objective: row.objective,
	rule: row.rule,
	sha256: row.sha256,
	trainRows: row.train_rows,
	devRows: row.dev_rows,
	testRows: row.test_rows,
	heldOut: row.held_out,
	used: row.used,
	dropped: row.dropped,
	desirableWeight: row.desirable_weight,
	savedRule: row.rule_name === null || row.rule_version === null ? null : { name: row.rule_name, version: row.rule_version },
	createdBy: row.created_by,
	createdAt: isoTime(row.created_at)
});

/** A place on the database's disk where a snapshot's rows wait to be sorted by content. Gone at the transaction's end. */
export async function openRows(tx: Tx): Promise<void> {
	await tx.execute(sql`create temporary table snapshot_rows (seq integer not null, file text not null, hash text not null, line text not null) on commit drop`);
	await tx.execute(sql`create temporary table snapshot_fates (judgment_id uuid, comparison_id uuid not null, fate text not null, split text, verdict text, text_hash text) on commit drop`);
}

/** A row on its way. `seq` numbers the rows of a snapshot. */
export type RowLine = { seq: number; file: SnapshotFileName; hash: string; line: string };
/** What became of a judgment, or (without one) of a comparison. */
export type Fate = { judgmentId: string | null; comparisonId: string; fate: string; split: string | null; verdict: string | null; /** Of a comparison alone. */ textHash: string | null };

/** Adds one batch of rows and fates. */
export async function addRows(tx: Tx, rows: readonly RowLine[], fates: readonly Fate[]): Promise<void> {
	await tx.execute(sql`insert into snapshot_rows select r.seq, r.file, r.hash, r.line from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(seq integer, file text, hash text, line text)`);
	await tx.execute(sql`insert into snapshot_fates select f."judgmentId", f."comparisonId", f.fate, f.split, f.verdict, f."textHash"
		from jsonb_to_recordset(${JSON.stringify(fates)}::jsonb) as f("judgmentId" uuid, "comparisonId" uuid, fate text, split text, verdict text, "textHash" text)`);
}

/** Lines of one file in order of content hash, so many rows and bytes at a time, or one line that is longer. */
export async function* sortedLines(tx: Tx, file: SnapshotFileName, page: { rows: number; bytes: number }): AsyncGenerator<string> {
	await tx.execute(sql`create index if not exists snapshot_rows_order on snapshot_rows (file, hash)`);
	// Nobody else looks at a temporary table: without this a page may be planned as if there were a handful of rows, and sort them all.
	await tx.execute(sql`analyze snapshot_rows`);
	let after = { hash: '', at: '(0,0)' };
	for (;;) {
		const rows = await rowsOf<{ hash: string; at: string; line: string }>(
			tx,
			sql`select hash, at::text as at, line from (select hash, at, line, row_number() over w as n, sum(octet_length(line)) over w as bytes
					from (select hash, ctid as at, line from snapshot_rows where file = ${file} and (hash, ctid) > (${after.hash}, ${after.at}::tid) order by hash, ctid limit ${sql.raw(String(page.rows))}) x
					window w as (order by hash, at rows unbounded preceding)) y
				where n = 1 or bytes <= ${sql.raw(String(page.bytes))} order by hash, y.at`
		);
		for (const row of rows) yield row.line;
		const last = rows.at(-1);
		if (!last) return;
		after = { hash: last.hash, at: last.at };
	}
}

/** A snapshot to be written. */
export type NewSnapshot = Omit<Snapshot, 'id' | 'createdAt' | 'savedRule'> & { savedRuleId: string | null; files: SnapshotFile[] };

/** Writes a snapshot with its files and the fate of every judgment and comparison. */
export async function insert(tx: Tx, of: NewSnapshot): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into snapshots (project_id, round_id, objective, rule, sha256, train_rows, dev_rows, test_rows, held_out, used, dropped, desirable_weight, snapshot_rule_id, created_by)
			values (${of.projectId}, ${of.roundId}, ${of.objective}, ${JSON.stringify(of.rule)}::jsonb, ${of.sha256}, ${of.trainRows}, ${of.devRows}, ${of.testRows}, ${of.heldOut},
				${of.used}, ${JSON.stringify(of.dropped)}::jsonb, ${JSON.stringify(of.desirableWeight)}::jsonb, ${of.savedRuleId}, ${of.createdBy}) returning id`
	);
	const id = rows[0]?.id ?? '';
	for (const file of of.files) {
		await tx.execute(sql`insert into snapshot_files (snapshot_id, name, sha256, bytes, rows) values (${id}, ${file.name}, ${file.sha256}, ${file.bytes}, ${file.rows})`);
	}
	await tx.execute(sql`insert into snapshot_judgments (snapshot_id, judgment_id, comparison_id, disposition)
		select ${id}, judgment_id, comparison_id, fate from snapshot_fates where judgment_id is not null`);
	await tx.execute(sql`insert into snapshot_comparisons (snapshot_id, comparison_id, split, outcome, verdict, text_hash)
		select ${id}, comparison_id, split, fate, verdict, text_hash from snapshot_fates where judgment_id is null`);
	await tx.execute(sql`insert into snapshot_matters (snapshot_id, matter, split, comparisons)
		select ${id}, p.matter, f.split, count(*) from snapshot_fates f join comparisons c on c.id = f.comparison_id join prompts p on p.id = c.prompt_id
		where f.judgment_id is null and p.matter is not null group by p.matter, f.split`);
	return id;
}

const withRule = sql`select s.*, r.name as rule_name, r.version as rule_version from snapshots s left join snapshot_rules r on r.id = s.snapshot_rule_id`;

/** One snapshot. */
export async function get(db: Executor, id: string): Promise<Snapshot | null> {
	const rows = await rowsOf<Row>(db, sql`${withRule} where s.id = ${id}`);
	return rows[0] ? toSnapshot(rows[0]) : null;
}

/** Snapshots of a project, newest first. */
export async function list(db: Executor, projectId: string): Promise<Snapshot[]> {
	return (await rowsOf<Row>(db, sql`${withRule} where s.project_id = ${projectId} order by s.id desc`)).map(toSnapshot);
}

/** The newest snapshots of a project, so many at most. */
export async function newest(db: Executor, projectId: string, most: number): Promise<Snapshot[]> {
	return (await rowsOf<Row>(db, sql`${withRule} where s.project_id = ${projectId} order by s.id desc limit ${most}`)).map(toSnapshot);
}

/** The snapshot that was made before this one in its project; null: it is the first. */
export async function idBefore(db: Executor, of: { projectId: string; id: string }): Promise<string | null> {
	const rows = await rowsOf<{ id: string }>(db, sql`select id from snapshots where project_id = ${of.projectId} and id < ${of.id}::uuid order by id desc limit 1`);
	return rows[0]?.id ?? null;
}

/** A snapshot's files by name. */
export async function files(db: Executor, id: string): Promise<Map<SnapshotFileName, SnapshotFile>> {
	const rows = await rowsOf<{ name: SnapshotFileName; sha256: string; bytes: string; rows: number }>(db, sql`select name, sha256, bytes, rows from snapshot_files where snapshot_id = ${id}`);
	return new Map(rows.map((row) => [row.name, { ...row, bytes: Number(row.bytes) }]));
}

/** Verdicts of held-out comparisons that say which answer is right. */
const decides = (verdict: SQL): SQL => sql`${verdict} in ('a', 'b', 'good', 'bad')`;

/** How many judgments that a snapshot made rows of, or that decide a held-out comparison on which its checkpoints are measured, were voided or superseded since: why it is stale. */
export async function changedSince(db: Executor, id: string): Promise<number> {
	const rows = await rowsOf<{ n: string }>(
		db,
		// From what changed, which is little, and not from what a snapshot used.
		sql`with changed as (
				select v.judgment_id from judgment_voids v join judgments j on j.id = v.judgment_id where j.project_id = (select project_id from snapshots where id = ${id})
				union select j.supersedes_id from judgments j where j.supersedes_id is not null and j.project_id = (select project_id from snapshots where id = ${id}))
			select count(*) as n from changed join snapshot_judgments s on s.snapshot_id = ${id} and s.judgment_id = changed.judgment_id where s.disposition = 'used' or s.disposition = 'split' and exists (
				select 1 from snapshot_comparisons h where h.snapshot_id = s.snapshot_id and h.comparison_id = s.comparison_id and h.split <> 'train' and ${decides(sql`h.verdict`)})`
	);
	return Number(rows[0]?.n ?? 0);
}

const sumOf = (split: string) => sql`coalesce(sum(m.comparisons) filter (where m.split = ${split}), 0)::int`;

/** Comparisons of a snapshot by matter and split, most first; matters behind a wall are not told. */
export async function matters(db: Executor, of: { id: string; projectId: string }, userId: string): Promise<Share[]> {
	return rowsOf<Share>(
		db,
		sql`select m.matter as name, ${sumOf('train')} as train, ${sumOf('dev')} as dev, ${sumOf('test')} as test from snapshot_matters m
			where m.snapshot_id = ${of.id} and ${maySeeMatter(userId, sql`${of.projectId}::uuid`, sql`m.matter`)} group by m.matter order by sum(m.comparisons) desc, m.matter limit 200`
	);
}

/** A decisive held-out comparison of a snapshot, with everything a scorer needs, and what tells it apart from others. */
export type HeldOutPair = {
	comparisonId: string;
	group: string;
	messages: { role: string; content: unknown }[];
	chosen: { role: string; content: unknown }[];
	rejected: { role: string; content: unknown }[];
	/** The side that was chosen. */
	verdict: 'a' | 'b';
	tags: string[];
	/** As stated for the prompt. */
	language: string | null;
	/** Verdicts by criterion of the judgments that the snapshot holds. */
	criteria: Record<string, string>[];
};

/** How many decisive comparisons of a snapshot a split holds, pairs and answers judged alone, and of how many prompt groups. */
export async function decisive(db: Executor, id: string, split: 'dev' | 'test'): Promise<{ comparisons: number; groups: number }> {
	const rows = await rowsOf<{ comparisons: number; groups: number }>(
		db,
		sql`select count(*)::int as comparisons, count(distinct p.group_id)::int as groups from snapshot_comparisons s join comparisons c on c.id = s.comparison_id join prompts p on p.id = c.prompt_id
			where s.snapshot_id = ${id} and s.split = ${split} and ${decides(sql`s.verdict`)}`
	);
	return rows[0] ?? { comparisons: 0, groups: 0 };
}

/** Newest snapshot of another objective that was made by the same rule from the same round; null: none. Whether its judgments are the same is `differ`'s question. */
export async function twin(db: Executor, of: Snapshot, objective: string): Promise<Snapshot | null> {
	const rows = await rowsOf<Row>(db, sql`${withRule} where s.project_id = ${of.projectId} and s.round_id = ${of.roundId} and s.objective = ${objective} and s.rule = ${JSON.stringify(of.rule)}::jsonb order by s.id desc limit 1`);
	return rows[0] ? toSnapshot(rows[0]) : null;
}

/** How many comparisons two snapshots do not share: with another verdict, split or text, or in one of them only. Of rows from before texts were hashed, verdict and split. */
export async function differ(db: Executor, one: string, other: string): Promise<number> {
	const part = (id: string) => sql`(select comparison_id, split, verdict, text_hash from snapshot_comparisons where snapshot_id = ${id})`;
	const rows = await rowsOf<{ n: number }>(
		db,
		sql`select count(*)::int as n from ${part(one)} x full join ${part(other)} y using (comparison_id)
			where x.split is distinct from y.split or x.verdict is distinct from y.verdict or x.text_hash <> y.text_hash`
	);
	return rows[0]?.n ?? 0;
}

/** A held-out answer of a snapshot that was judged alone. */
export type HeldOutAnswer = { comparisonId: string; group: string; messages: { role: string; content: unknown }[]; answer: { role: string; content: unknown }[]; good: boolean };

/** Answers of a snapshot in a split that were judged alone, in order of their content. */
export async function heldOutAnswers(db: Executor, id: string, split: 'dev' | 'test'): Promise<HeldOutAnswer[]> {
	return rowsOf<HeldOutAnswer>(
		db,
		sql`select c.id as "comparisonId", g.key as "group", pt.messages, ta.messages as answer, s.verdict = 'good' as good
			from snapshot_comparisons s join comparisons c on c.id = s.comparison_id
			join prompts p on p.id = c.prompt_id join prompt_groups g on g.id = p.group_id join prompt_texts pt on pt.prompt_id = p.id
			join response_texts ta on ta.response_id = c.response_a_id
			where s.snapshot_id = ${id} and s.split = ${split} and c.mode = 'single' and s.verdict in ('good', 'bad') order by c.content_hash`
	);
}

/** Decisive pairs of a snapshot in a split, in order of their content. */
export async function heldOutPairs(db: Executor, id: string, split: 'dev' | 'test'): Promise<HeldOutPair[]> {
	const rows = await rowsOf<{ id: string; group: string; verdict: 'a' | 'b'; tags: string[]; language: string | null; criteria: HeldOutPair['criteria']; prompt: HeldOutPair['messages']; a: HeldOutPair['chosen']; b: HeldOutPair['chosen'] }>(
		db,
		sql`with said as (select sj.comparison_id, jsonb_agg(j.criteria order by j.id) as criteria from snapshot_judgments sj join judgments j on j.id = sj.judgment_id
				where sj.snapshot_id = ${id} and sj.disposition = 'split' and j.criteria is not null group by sj.comparison_id)
			select c.id, g.key as "group", s.verdict, pt.messages as prompt, ta.messages as a, tb.messages as b, coalesce(p.tags, '{}') as tags, p.language, coalesce(said.criteria, '[]') as criteria
			from snapshot_comparisons s join comparisons c on c.id = s.comparison_id left join said on said.comparison_id = c.id
			join prompts p on p.id = c.prompt_id join prompt_groups g on g.id = p.group_id join prompt_texts pt on pt.prompt_id = p.id
			join response_texts ta on ta.response_id = c.response_a_id join response_texts tb on tb.response_id = c.response_b_id
			where s.snapshot_id = ${id} and s.split = ${split} and s.verdict in ('a', 'b') order by c.content_hash`
	);
	return rows.map((row) => ({
		comparisonId: row.id,
		group: row.group,
		messages: row.prompt,
		chosen: row.verdict === 'a' ? row.a : row.b,
		rejected: row.verdict === 'a' ? row.b : row.a,
		verdict: row.verdict,
		tags: row.tags,
		language: row.language,
		criteria: row.criteria
	}));
}
