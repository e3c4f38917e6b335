import { sql } from 'drizzle-orm';
import type { ExportPlan } from '../../domain/checkpoint-export.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { SuiteResults } from '../../domain/suite/measures.ts';
import type { Message } from '../../domain/message.ts';
import type { Executor, Tx } from './client.ts';
import type { Generation } from './generations.ts';
import { isoTime, rowsOf } from './rows.ts';
import { maySeePrompt } from './walls.ts';

/** A checkpoint's run through a version of the suite, as it was trained or in a form. Status, progress and problem are those of the generation that makes its answers. */
export type SuiteRun = {
	id: string;
	projectId: string;
	suiteVersionId: string;
	version: number;
	generationId: string;
	checkpointId: string;
	/** The form that answers, and its plan; null: the checkpoint as it was trained. */
	exportId: string | null;
	plan: ExportPlan | null;
	parentCheckpointId: string | null;
	championCheckpointId: string;
	baseCheckpointId: string;
	seed: string;
	results: SuiteResults | null;
	status: Generation['status'];
	done: number;
	total: number;
	problem: RunProblem | null;
	createdAt: string;
	finishedAt: string | null;
};

type Row = {
	id: string;
	project_id: string;
	suite_version_id: string;
	version: number;
	generation_id: string;
	checkpoint_id: string;
	export_id: string | null;
	plan: ExportPlan | null;
	parent_checkpoint_id: string | null;
	champion_checkpoint_id: string;
	base_checkpoint_id: string;
	seed: string;
	results: SuiteResults | null;
	status: Generation['status'];
	done: number;
	total: number;
	problem: RunProblem | null;
	created_at: string;
	finished_at: string | null;
};

const toRun = (row: Row): SuiteRun => ({
	id: row.id,
	projectId: row.project_id,
	suiteVersionId: row.suite_version_id,
	version: row.version,
	generationId: row.generation_id,
	checkpointId: row.checkpoint_id,
	exportId: row.export_id,
	plan: row.plan,
	parentCheckpointId: row.parent_checkpoint_id,
	championCheckpointId: row.champion_checkpoint_id,
	baseCheckpointId: row.base_checkpoint_id,
	seed: row.seed,
	results: row.results,
	status: row.status,
	done: row.done,
	total: row.total,
	problem: row.problem,
	createdAt: isoTime(row.created_at),
	finishedAt: row.finished_at === null ? null : isoTime(row.finished_at)
});

const runs = sql`select r.*, x.plan, v.version, g.status, g.done, g.total, g.problem from suite_runs r join suite_versions v on v.id = r.suite_version_id join generations g on g.id = r.generation_id left join checkpoint_exports x on x.id = r.export_id`;

/** Notes a run through the suite whose answers a generation makes. */
export async function insert(tx: Tx, of: Pick<SuiteRun, 'projectId' | 'suiteVersionId' | 'generationId' | 'checkpointId' | 'exportId' | 'parentCheckpointId' | 'championCheckpointId' | 'baseCheckpointId' | 'seed'> & { createdBy: string | null }): Promise<string> {
	const rows = await rowsOf<{ id: string }>(
		tx,
		sql`insert into suite_runs (project_id, suite_version_id, generation_id, checkpoint_id, export_id, parent_checkpoint_id, champion_checkpoint_id, base_checkpoint_id, seed, created_by)
			values (${of.projectId}, ${of.suiteVersionId}, ${of.generationId}, ${of.checkpointId}, ${of.exportId}, ${of.parentCheckpointId}, ${of.championCheckpointId}, ${of.baseCheckpointId}, ${of.seed}, ${of.createdBy}) returning id`
	);
	return rows[0]?.id ?? '';
}

/** The run whose answers a generation makes. */
export async function ofGeneration(db: Executor, generationId: string): Promise<SuiteRun | null> {
	const rows = await rowsOf<Row>(db, sql`${runs} where r.generation_id = ${generationId}`);
	return rows[0] ? toRun(rows[0]) : null;
}

/** Runs of a checkpoint as it was trained, or in one form, newest first. */
export async function ofCheckpoint(db: Executor, checkpointId: string, exportId: string | null = null): Promise<SuiteRun[]> {
	return (await rowsOf<Row>(db, sql`${runs} where r.checkpoint_id = ${checkpointId} and r.export_id is not distinct from ${exportId}::uuid order by r.id desc`)).map(toRun);
}

/** Of each of these exports the newest run, and the newest that has results where that is another; newest first. */
export async function newestOfExports(db: Executor, exportIds: readonly string[]): Promise<SuiteRun[]> {
	if (exportIds.length === 0) return [];
	const rows = await rowsOf<Row>(db, sql`select * from (select distinct on (export_id, results is null) * from (${runs} where r.export_id in ${[...exportIds]}) one order by export_id, results is null, id desc) newest order by id desc`);
	return rows.map(toRun).filter((run, at, all) => run.results !== null || all.findIndex(({ exportId }) => exportId === run.exportId) === at);
}

/** The newest finished run of a checkpoint, as it was trained or in one form, through one version. */
export async function finishedOf(db: Executor, of: { checkpointId: string; exportId: string | null; suiteVersionId: string }): Promise<SuiteRun | null> {
	const rows = await rowsOf<Row>(db, sql`${runs} where r.checkpoint_id = ${of.checkpointId} and r.export_id is not distinct from ${of.exportId}::uuid and r.suite_version_id = ${of.suiteVersionId} and r.results is not null order by r.id desc limit 1`);
	return rows[0] ? toRun(rows[0]) : null;
}

/** The newest run of each checkpoint and of each of its forms through one version, newest checkpoint first, each as it was trained before its forms. */
export async function newestOfEach(db: Executor, suiteVersionId: string): Promise<SuiteRun[]> {
	return (await rowsOf<Row>(db, sql`select * from (select distinct on (checkpoint_id, export_id) * from (${runs} where r.suite_version_id = ${suiteVersionId}) one order by checkpoint_id, export_id, id desc) newest order by checkpoint_id desc, export_id nulls first`)).map(toRun);
}

/** Writes a run's results. */
export async function finish(tx: Tx, id: string, results: SuiteResults): Promise<void> {
	await tx.execute(sql`update suite_runs set results = ${JSON.stringify(results)}::jsonb, finished_at = now() where id = ${id}`);
}

/**
 * What a version of a suite asks: what its first run asked, as far as that is held out still, so that its runs compare;
 * of the first run the first held-out test prompts of the project in the order of their hashes, which is random and stays.
 */
export async function testPrompts(db: Executor, { projectId, suiteVersionId, limit }: { projectId: string; suiteVersionId: string; limit: number }): Promise<string[]> {
	const asked = await rowsOf<{ id: string }>(
		db,
		sql`select p.id from prompts p join prompt_groups g on g.id = p.group_id where g.split = 'test' and p.id in (
			select unnest(first.prompt_ids) from (select n.prompt_ids from suite_runs r join generations n on n.id = r.generation_id where r.suite_version_id = ${suiteVersionId} order by r.id limit 1) first) order by p.content_hash`
	);
	if (asked.length > 0) return asked.map(({ id }) => id);
	const rows = await rowsOf<{ id: string }>(db, sql`select p.id from prompts p join prompt_groups g on g.id = p.group_id where p.project_id = ${projectId} and g.split = 'test' order by p.content_hash limit ${limit}`);
	return rows.map(({ id }) => id);
}

/**
 * Takes over what the same checkpoints, in the same form if in one, said to the same
 * prompts under the same settings and seed in other generations for suites: what is
 * equal by content is made once, a form that was dropped and made anew included. Gives how many answers that were; what is there stays.
 */
export async function reuseAnswers(tx: Tx, generationId: string): Promise<number> {
	const rows = await rowsOf<{ n: string }>(
		tx,
		sql`with known as (
				select distinct on (p.id, s.ordinal, a.sample) p.id as prompt_id, s.ordinal, a.sample, a.response_id
				from generations g join generation_sources s on s.generation_id = g.id left join checkpoint_exports x on x.id = s.export_id join prompts p on p.id = any (g.prompt_ids)
				join generations old on old.project_id = g.project_id and old.id <> g.id and old.suite_version_id is not null and old.sampling = g.sampling and old.seed = g.seed
				join generation_sources os on os.generation_id = old.id and os.checkpoint_id = s.checkpoint_id
				left join checkpoint_exports ox on ox.id = os.export_id
				join generation_answers a on a.generation_id = old.id and a.source = os.ordinal and a.prompt_id = p.id and a.response_id is not null
				where g.id = ${generationId} and ox.sha256 is not distinct from x.sha256 order by p.id, s.ordinal, a.sample, old.id),
			taken as (insert into generation_answers (generation_id, prompt_id, source, sample, response_id) select ${generationId}, prompt_id, ordinal, sample, response_id from known on conflict do nothing returning source),
			tallied as (update generation_sources s set answered = s.answered + t.n from (select source, count(*) as n from taken group by source) t where s.generation_id = ${generationId} and s.ordinal = t.source),
			counted as (update generations set done = done + (select count(*) from taken) where id = ${generationId})
		select count(*) as n from taken`
	);
	return Number(rows[0]?.n ?? 0);
}

/** An answer of a run, with what its prompt's group is and how the server said that it ended. */
export type RunAnswer = { source: number; promptId: string; group: string; sample: number; responseId: string; text: string; finish: string | null };

/** Answers of a generation (of one of its sources, if named), by prompt, source and number. An answer is one message of text. */
export async function answers(db: Executor, generationId: string, source: number | null = null): Promise<RunAnswer[]> {
	const rows = await rowsOf<{ source: number; prompt_id: string; group: string; sample: number; response_id: string; text: string | null; finish: string | null }>(
		db,
		sql`select a.source, a.prompt_id, g.key as "group", a.sample, a.response_id, t.messages -> -1 ->> 'content' as text, r.sampling ->> 'finish' as finish
			from generation_answers a join responses r on r.id = a.response_id join response_texts t on t.response_id = r.id
			join prompts p on p.id = a.prompt_id join prompt_groups g on g.id = p.group_id
			where a.generation_id = ${generationId} and (${source}::int is null or a.source = ${source}) order by p.content_hash, a.source, a.sample`
	);
	return rows.map((row) => ({ source: row.source, promptId: row.prompt_id, group: row.group, sample: row.sample, responseId: row.response_id, text: row.text ?? '', finish: row.finish }));
}

/** What the prompts of a generation ask, those that this person may see. */
export async function promptsSeen(db: Executor, generationId: string, userId: string): Promise<Map<string, Message[]>> {
	const rows = await rowsOf<{ id: string; messages: Message[] }>(
		db,
		sql`select p.id, t.messages from generations g join prompts p on p.id = any (g.prompt_ids) join prompt_texts t on t.prompt_id = p.id where g.id = ${generationId} and ${maySeePrompt(userId)}`
	);
	return new Map(rows.map(({ id, messages }) => [id, messages]));
}

/** Texts of answers that a snapshot trains on, both of each comparison that gives rows and what people wrote instead, a page at a time. */
export async function* trainingAnswers(db: Executor, snapshotId: string, pageSize = 500): AsyncGenerator<string[]> {
	for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
		const rows = await rowsOf<{ id: string; a: string | null; b: string | null; rewritten: (string | null)[] }>(
			db,
			sql`select c.id, case when s.outcome = 'row' then ta.messages -> -1 ->> 'content' end as a, case when s.outcome = 'row' then tb.messages -> -1 ->> 'content' end as b,
					array(select w.rewrite -> 'messages' -> -1 ->> 'content' from snapshot_judgments sj join judgment_texts w on w.judgment_id = sj.judgment_id where sj.snapshot_id = s.snapshot_id and sj.comparison_id = c.id and w.rewrite is not null) as rewritten
				from snapshot_comparisons s join comparisons c on c.id = s.comparison_id
				join response_texts ta on ta.response_id = c.response_a_id left join response_texts tb on tb.response_id = c.response_b_id
				where s.snapshot_id = ${snapshotId} and s.split = 'train' and s.comparison_id > ${after} order by s.comparison_id limit ${pageSize}`
		);
		if (rows.length > 0) yield rows.flatMap(({ a, b, rewritten }) => [a, b, ...rewritten]).filter((text) => text !== null);
		const last = rows.at(-1);
		if (!last || rows.length < pageSize) return;
		after = last.id;
	}
}
