import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { JudgingForm, Strength } from '../../domain/judging-form.ts';
import type { Message } from '../../domain/message.ts';
import type { SideOrder } from '../../domain/presentation.ts';
import type { Rewrite } from '../../domain/rewrite.ts';
import { withNotes } from '../../domain/span.ts';
import type { Span, SpanNotes } from '../../domain/span.ts';
import type { Mode, Verdict } from '../../domain/verdict.ts';
import type { Executor } from './client.ts';
import { literally, promptHolds } from './prompt-words.ts';
import { isoTime, rowsOf } from './rows.ts';
import { maySee } from './walls.ts';
import { mayYetJudge } from './yet-to-judge.ts';

/** What a judgment is now. `judged` is all that stands, told to who made it: which of theirs are gold or repeats stays unseen. */
export const KINDS = ['counting', 'surplus', 'cannot_judge', 'superseded', 'void', 'gold', 'repeat', 'adjudication', 'import'] as const;
export const OWN_KINDS = ['judged', 'adjudication', 'superseded', 'void'] as const;
export type Kind = (typeof KINDS)[number] | (typeof OWN_KINDS)[number];

/** A judgment as the record holds it, with the sides it was shown on. */
export type PastJudgment = {
	id: string;
	taskId: string | null;
	kind: Kind;
	judge: { id: string; name: string } | null;
	/** Import, model or end user that judged, where it was no person with an account. */
	judgeRef: string | null;
	round: number;
	mode: Mode;
	sideOrder: SideOrder | null;
	/** First line of the last question. */
	question: string;
	comparisonId: string;
	comparisonHash: string;
	verdict: Verdict;
	strength: Strength | null;
	criteria: Record<string, string> | null;
	reasons: string[] | null;
	spans: Span[] | null;
	rationale: string | null;
	rewrite: Rewrite | null;
	textHash: string | null;
	durationMs: number | null;
	language: string | null;
	/** Version of the program that sent it. */
	client: string | null;
	guideline: { version: number; hash: string } | null;
	form: { version: number; hash: string } | null;
	supersedes: string | null;
	supersededBy: string | null;
	void: { reason: string; at: string } | null;
	bookmarked: boolean;
	/** What who looks wrote beside their bookmark. */
	bookmarkNote: string | null;
	createdAt: string;
};

type Row = Record<'id' | 'question' | 'comparison_id' | 'content_hash' | 'created_at', string> &
	Record<'task_id' | 'judge_user_id' | 'judge_name' | 'judge_ref' | 'rationale' | 'bookmark_note' | 'text_hash' | 'language' | 'client_version' | 'guideline_hash' | 'form_hash' | 'supersedes_id' | 'superseded_by' | 'void_reason' | 'voided_at', string | null> & {
		kind: Kind;
		round: number;
		mode: Mode;
		side_order: SideOrder | null;
		verdict: Verdict;
		strength: Strength | null;
		criteria: Record<string, string> | null;
		reasons: string[] | null;
		spans: Span[] | null;
		span_notes: SpanNotes | null;
		rewrite: Rewrite | null;
		duration_ms: number | null;
		guideline_version: number | null;
		form_version: number | null;
		bookmarked: boolean;
	};

const versioned = (version: number | null, hash: string | null) => (version === null ? null : { version, hash: hash ?? '' });

function toPast(row: Row): PastJudgment {
	return {
		id: row.id,
		taskId: row.task_id,
		kind: row.kind,
		judge: row.judge_user_id === null ? null : { id: row.judge_user_id, name: row.judge_name ?? '' },
		judgeRef: row.judge_ref,
		round: row.round,
		mode: row.mode,
		// One answer alone lies on the left, whichever order its task drew.
		sideOrder: row.mode === 'single' && row.side_order ? 'ab' : row.side_order,
		question: row.question,
		comparisonId: row.comparison_id,
		comparisonHash: row.content_hash,
		verdict: row.verdict,
		strength: row.strength,
		criteria: row.criteria,
		reasons: row.reasons,
		spans: withNotes(row.spans, row.span_notes),
		rationale: row.rationale,
		rewrite: row.rewrite,
		textHash: row.text_hash,
		durationMs: row.duration_ms,
		language: row.language,
		client: row.client_version,
		guideline: versioned(row.guideline_version, row.guideline_hash),
		form: versioned(row.form_version, row.form_hash),
		supersedes: row.supersedes_id,
		supersededBy: row.superseded_by,
		void: row.void_reason === null ? null : { reason: row.void_reason, at: isoTime(row.voided_at ?? '') },
		bookmarked: row.bookmarked,
		bookmarkNote: row.bookmark_note,
		createdAt: isoTime(row.created_at)
	};
}

/** A scalar subquery, not `exists`: that would be answered from a list of all places, made anew for every page. */
const kindFor = (own: boolean): SQL =>
	own
		? sql`case when v.judgment_id is not null then 'void' when later.id is not null then 'superseded' when j.purpose = 'adjudication' then 'adjudication' else 'judged' end`
		: sql`case when v.judgment_id is not null then 'void' when later.id is not null then 'superseded' when j.origin <> 'workspace' then 'import'
			when j.purpose <> 'counting' then j.purpose when (select true from slots s where s.judgment_id = j.id) then 'counting'
			when j.verdict = 'cannot_judge' then 'cannot_judge' else 'surplus' end`;

/** Last turn of the user, else the last of all. */
const asked = sql`coalesce(jsonb_path_query_array(pt.messages, '$[*] ? (@.role == "user")') -> -1, pt.messages -> -1) -> 'content'`;
const askedText = sql`case jsonb_typeof(${asked}) when 'string' then ${asked} #>> '{}' else coalesce(jsonb_path_query_first(${asked}, '$[*] ? (@.type == "text").text') #>> '{}', '') end`;

/** First line of the last question of a prompt, whose texts are `pt`. */
export const questionLine = sql`left(split_part(ltrim(${askedText}, E' \\t\\r\\n'), E'\\n', 1), 300)`;

const columns = (own: boolean): SQL => sql`j.id, j.task_id, ${kindFor(own)} as kind, j.judge_user_id, up.name as judge_name, j.judge_ref, r.number as round, j.mode, t.side_order,
	${questionLine} as question, c.id as comparison_id, c.content_hash, j.verdict, j.strength, j.criteria, j.reasons, j.spans, jt.rationale, jt.rewrite, jt.span_notes, j.text_hash, j.duration_ms, j.language, j.client_version,
	g.version as guideline_version, g.content_hash as guideline_hash, f.version as form_version, f.content_hash as form_hash, j.supersedes_id, later.id as superseded_by,
	v.reason as void_reason, v.created_at as voided_at, own_mark.user_id is not null as bookmarked, own_mark.note as bookmark_note, j.created_at`;

const joinsOf = (judgments: SQL): SQL => sql`${judgments} j
	join comparisons c on c.id = j.comparison_id
	join rounds r on r.id = c.round_id
	join prompts p on p.id = c.prompt_id
	join prompt_texts pt on pt.prompt_id = c.prompt_id
	left join tasks t on t.id = j.task_id
	left join judgment_texts jt on jt.judgment_id = j.id
	left join user_profiles up on up.user_id = j.judge_user_id
	left join guidelines g on g.id = j.guideline_id
	left join judging_forms f on f.id = j.form_id
	left join judgments later on later.supersedes_id = j.id
	left join judgment_voids v on v.judgment_id = j.id`;

const joins = joinsOf(sql`judgments`);

/** The bookmark of who looks: theirs alone. */
const ownMark = (viewer: string): SQL => sql`left join bookmarks own_mark on own_mark.comparison_id = c.id and own_mark.user_id = ${viewer}`;

/** Which judgments of a project are asked for. */
export type PastFilter = {
	projectId: string;
	/** Who looks: nothing behind a wall for them is given. */
	viewer: string;
	/** Their own alone, told as they may know them. */
	own: boolean;
	/** They judge: of what they may still be given, nothing that others said. */
	judges?: boolean | undefined;
	kind?: Kind | undefined;
	/** Without those that another one replaced. */
	current?: boolean | undefined;
	annotator?: string | undefined;
	round?: number | undefined;
	/** Canonical, or with left and right as it was shown. */
	verdict?: string | undefined;
	/** Words of the prompt or of the judgment's rationale. */
	search?: string | undefined;
	rationale?: boolean | undefined;
	bookmarked?: boolean | undefined;
};

function verdictIs(verdict: string): SQL {
	const canonical = { left: sql`case t.side_order when 'ab' then 'a' when 'ba' then 'b' end`, right: sql`case t.side_order when 'ab' then 'b' when 'ba' then 'a' end` }[verdict];
	return sql`j.verdict = ${canonical ?? verdict}`;
}

/** Whose judgments are asked for: what an index gives in order. */
function whose(of: PastFilter): SQL {
	const all: SQL[] = [sql`j.project_id = ${of.projectId}`];
	if (of.own) all.push(sql`j.judge_user_id = ${of.viewer} and j.origin = 'workspace'`);
	if (of.annotator !== undefined) all.push(sql`j.judge_user_id = ${of.annotator}::uuid`);
	return sql.join(all, sql` and `);
}

/** Another's judgment of a comparison that who looks may still be given. */
const tooEarly = (viewer: string): SQL => sql`(j.judge_user_id is distinct from ${viewer}::uuid and ${mayYetJudge(viewer)})`;

/** Which of them: what each has to be looked at for. */
function conditions(of: PastFilter): SQL {
	const all: SQL[] = [maySee(of.viewer)];
	if (of.judges) all.push(sql`not ${tooEarly(of.viewer)}`);
	if (of.kind !== undefined) all.push(sql`(${kindFor(of.own)}) = ${of.kind}`);
	if (of.current) all.push(sql`later.id is null`);
	if (of.round !== undefined) all.push(sql`r.number = ${of.round}`);
	if (of.verdict !== undefined) all.push(verdictIs(of.verdict));
	if (of.rationale) all.push(sql`jt.rationale is not null`);
	if (of.bookmarked) all.push(sql`exists (select 1 from bookmarks b where b.user_id = ${of.viewer} and b.comparison_id = c.id)`);
	if (of.search !== undefined) all.push(sql`(jt.rationale ilike ${literally(of.search)} or ${promptHolds(of.search)})`);
	return sql.join(all, sql` and `);
}

/** A page of judgments, and how far it looked: null when there is nothing beyond what was looked at. */
export type PastPage = { judgments: PastJudgment[]; lookedTo: string | null };

/**
 * A page of judgments by id: newest first before `cursor`, or oldest first after
 * it. It looks at no more than `most` of them, so that words that stand nowhere
 * cost what words cost that stand everywhere: a page may hold fewer than asked,
 * or none, though there is more beyond.
 */
export async function page(db: Executor, of: PastFilter, at: { order: 'newest' | 'oldest'; cursor: string | null; limit: number; most: number }): Promise<PastPage> {
	const newest = at.order === 'newest';
	const direction = newest ? sql`desc` : sql`asc`;
	const beyond = at.cursor === null ? sql`` : newest ? sql`and j.id < ${at.cursor}::uuid` : sql`and j.id > ${at.cursor}::uuid`;
	// Numbers, not parameters: how many rows are wanted decides how they are best read.
	const [limit, most] = [sql.raw(String(at.limit)), sql.raw(String(at.most))];
	const looked = sql`(select j.* from judgments j where ${whose(of)} ${beyond} order by j.id ${direction} limit ${most})`;
	// First which, then what they say: a page's columns are put together for its own rows alone.
	const rows = await rowsOf<Row>(
		db,
		sql`with found as materialized (select j.id from ${joinsOf(looked)} where ${conditions(of)} order by j.id ${direction} limit ${limit})
			select ${columns(of.own)} from ${joinsOf(sql`(select j.* from judgments j join found on found.id = j.id)`)} ${ownMark(of.viewer)} order by j.id ${direction}`
	);
	const judgments = rows.map(toPast);
	if (judgments.length === at.limit) return { judgments, lookedTo: judgments.at(-1)?.id ?? null };
	const last = await rowsOf<{ id: string }>(db, sql`select j.id from judgments j where ${whose(of)} ${beyond} order by j.id ${direction} offset ${sql.raw(String(at.most - 1))} limit 1`);
	return { judgments, lookedTo: last[0]?.id ?? null };
}

/**
 * How many judgments a page, newest first, left out because who looks may still be given their comparisons: of those before
 * `cursor` and from `from` on, at most `most`. Whatever else is looked for: a number that follows the filter would tell a verdict.
 */
export async function leftOut(db: Executor, of: PastFilter, at: { cursor: string | null; from: string | null; most: number }): Promise<number> {
	const within = sql`${at.cursor === null ? sql`` : sql`and j.id < ${at.cursor}::uuid`} ${at.from === null ? sql`` : sql`and j.id >= ${at.from}::uuid`}`;
	const rows = await rowsOf<{ n: number }>(
		db,
		sql`select count(*)::int as n from (select j.* from judgments j where ${whose(of)} ${within} order by j.id desc limit ${sql.raw(String(at.most))}) j
			join comparisons c on c.id = j.comparison_id join prompts p on p.id = c.prompt_id where ${maySee(of.viewer)} and ${tooEarly(of.viewer)}`
	);
	return rows[0]?.n ?? 0;
}

/** The pair a judgment is about and what it was made under. */
export type PastPair = { projectId: string; prompt: Message[]; a: Message[]; b: Message[] | null; guideline: string | null; formInForce: JudgingForm | null };

/** One judgment with its pair; null: there is none that this person may see. */
export async function one(db: Executor, of: { id: string; viewer: string; own: boolean }): Promise<(PastJudgment & { pair: PastPair }) | null> {
	const rows = await rowsOf<Row & { project_id: string; prompt: Message[]; a: Message[]; b: Message[] | null; guideline_body: string | null; form: JudgingForm | null }>(
		db,
		sql`select ${columns(of.own)}, j.project_id, pt.messages as prompt, ra.messages as a, rb.messages as b, g.body as guideline_body, f.form
			from ${joins} ${ownMark(of.viewer)} join response_texts ra on ra.response_id = c.response_a_id left join response_texts rb on rb.response_id = c.response_b_id
			where j.id = ${of.id} and ${maySee(of.viewer)}`
	);
	const row = rows[0];
	return row ? { ...toPast(row), pair: { projectId: row.project_id, prompt: row.prompt, a: row.a, b: row.b, guideline: row.guideline_body, formInForce: row.form } } : null;
}
