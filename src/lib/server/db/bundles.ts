import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Strength } from '../../domain/judging-form.ts';
import type { JudgmentKind, PromptBundle } from '../../domain/prompt-bundle.ts';
import type { Message } from '../../domain/message.ts';
import type { Rewrite } from '../../domain/rewrite.ts';
import type { Origin } from '../../domain/snapshot-rule.ts';
import type { Mode, Verdict } from '../../domain/verdict.ts';
import type { Tx } from './client.ts';
import { judgeKey, judgmentKind } from './judgment-kind.ts';
import { rowsOf } from './rows.ts';

/** A prompt's bundle with the names of its group and system prompt, and what its composition is counted by. */
export type NamedBundle = PromptBundle & { promptId: string; group: string; systemPromptHash: string | null; tags: string[]; language: string | null; sources: ReadonlyMap<string, string> };

type PromptRow = { id: string; group: string; split: PromptBundle['split']; messages: Message[]; system_hash: string | null; tags: string[] | null; language: string | null };
type ComparisonRow = { id: string; prompt_id: string; mode: Mode; a: string; b: string | null; overlap: number };
type ResponseRow = { id: string; prompt_id: string; hash: string; messages: Message[]; source: string; source_ref: string | null };
type JudgmentRow = { id: string; comparison_id: string; verdict: Verdict; kind: JudgmentKind; origin: Origin; prompt_id: string; beyond: boolean; judge: string; strength: Strength | null; margin: number | null; criteria: Record<string, string> | null; rewrite: Rewrite | null };

/** One parameter, however many ids: the statement is planned once, for few of them, and reads by index whatever the size of the tables. */
const among = (ids: readonly string[]) => sql`any (${`{${ids.join(',')}}`}::uuid[])`;

/** Bytes of a jsonb once it is unpacked: of what is not packed, which is all that is small, without reading it. */
const bytesOf = (json: SQL): SQL => sql`case when pg_column_compression(${json}) is null then pg_column_size(${json}) else octet_length(${json}::text) end`;
/** Whether a row is of a prompt with which those before it are more than so many bytes; the first prompt never is, however long. */
const beyond = (promptId: SQL, json: SQL, bytes: number): SQL => sql`(rank() over (order by ${promptId}) > 1 and coalesce(sum(${bytesOf(json)}) over (order by ${promptId}), 0) > ${sql.raw(String(bytes))})`;

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/**
 * Prompts compared in these rounds after a given one, with all their comparisons
 * and judgments there, in order of id: as many as given, fewer where the texts of
 * their prompts, answers or rewrites are more than so many bytes, one at the least;
 * none: there are no more. What kind a judgment is follows from the record: pointed
 * to by a slot, void, superseded, imported.
 */
export async function page(tx: Tx, of: { roundIds: readonly string[]; after: string | null; limit: number; bytes: number }): Promise<NamedBundle[]> {
	const rounds = among(of.roundIds);
	const prompts = await rowsOf<PromptRow>(
		tx,
		sql`select * from (select ${beyond(sql`p.id`, sql`pt.messages`, of.bytes)} as beyond, p.id, g.key as "group", g.split, pt.messages, sp.content_hash as system_hash, p.tags, p.language
			from (select distinct prompt_id from comparisons where round_id = ${rounds} and status <> 'identical'
				and prompt_id > ${of.after ?? BEFORE_ALL}::uuid order by prompt_id limit ${sql.raw(String(of.limit))}) x
			join prompts p on p.id = x.prompt_id join prompt_groups g on g.id = p.group_id join prompt_texts pt on pt.prompt_id = p.id
			left join system_prompts sp on sp.id = p.system_prompt_id) y where not beyond order by id`
	);
	if (prompts.length === 0) return [];
	const ids = among(prompts.map((prompt) => prompt.id));
	const comparisons = await rowsOf<ComparisonRow>(
		tx,
		sql`select id, prompt_id, mode, response_a_id as a, response_b_id as b, overlap from comparisons where prompt_id = ${ids} and round_id = ${rounds} and status <> 'identical' order by id`
	);
	const compared = [...new Set(comparisons.flatMap(({ a, b }) => (b === null ? [a] : [a, b])))];
	const responses = await rowsOf<ResponseRow>(
		tx,
		sql`select * from (select ${beyond(sql`r.prompt_id`, sql`t.messages`, of.bytes)} as beyond, r.id, r.prompt_id, r.content_hash as hash, t.messages, r.source, r.source_ref
			from responses r join response_texts t on t.response_id = r.id where r.id = ${among(compared)}) y where not beyond`
	);
	const judgments = await rowsOf<JudgmentRow>(
		tx,
		sql`select id, prompt_id, comparison_id, verdict, origin, judge, strength, margin, criteria, case when not beyond then rewrite end as rewrite, kind, beyond
			from (select j.id, c.prompt_id, j.comparison_id, j.verdict, j.origin, ${judgeKey} as judge, j.strength, j.margin, j.criteria, jt.rewrite, ${judgmentKind} as kind, ${beyond(sql`c.prompt_id`, sql`jt.rewrite`, of.bytes)} as beyond
			from judgments j join comparisons c on c.id = j.comparison_id left join judgment_texts jt on jt.judgment_id = j.id
			where c.prompt_id = ${ids} and c.round_id = ${rounds} and c.status <> 'identical') y order by id`
	);
	const byComparison = Map.groupBy(judgments, (row) => row.comparison_id);
	const comparisonsOf = Map.groupBy(comparisons, (row) => row.prompt_id);
	const responsesOf = Map.groupBy(responses, (row) => row.prompt_id);
	// Every prompt here has an answer: one without was beyond what the answers may be.
	const past = new Set(judgments.filter((row) => row.beyond).map((row) => row.prompt_id));
	const end = prompts.findIndex(({ id }) => past.has(id) || !responsesOf.has(id));
	return (end < 0 ? prompts : prompts.slice(0, end)).map((prompt) => ({
		promptId: prompt.id,
		group: prompt.group,
		systemPromptHash: prompt.system_hash,
		tags: prompt.tags ?? [],
		language: prompt.language,
		sources: new Map((responsesOf.get(prompt.id) ?? []).map((row) => [row.id, row.source])),
		split: prompt.split,
		messages: prompt.messages,
		responses: (responsesOf.get(prompt.id) ?? []).map((row) => ({ key: row.id, hash: row.hash, messages: row.messages, source: `${row.source} ${row.source_ref ?? ''}` })),
		comparisons: (comparisonsOf.get(prompt.id) ?? []).map((row) => ({
			key: row.id,
			mode: row.mode,
			a: row.a,
			b: row.b,
			overlap: row.overlap,
			judgments: (byComparison.get(row.id) ?? []).map(({ id, verdict, kind, origin, judge, strength, margin, criteria, rewrite }) => ({ key: id, verdict, kind, origin, judge, strength, margin, criteria, rewrite }))
		}))
	}));
}
