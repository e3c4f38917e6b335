import { may } from '../../domain/permission.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { asShown } from '../../domain/shown-judgment.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as history from '../db/history.ts';
import type { Kind, PastJudgment } from '../db/history.ts';
import * as rounds from '../db/rounds.ts';
import { allow } from './access.ts';
import type { Access } from './access.ts';
import { judgesHere } from './yet-to-judge.ts';

/** Judgments of one page when nobody says how many. */
const PAGE = 50;
/** So many judgments are looked at for one page: what a tenth of a second allows, whatever is looked for. */
const MOST_LOOKED_AT = 2000;

/** Which judgments are asked for, as the API and the page say it. */
export type JudgmentQuery = {
	slug: string;
	kind?: Kind | undefined;
	/** Whose: an id, or `me`. */
	annotator?: string | undefined;
	round?: number | undefined;
	verdict?: string | undefined;
	search?: string | undefined;
	rationale?: boolean | undefined;
	bookmarked?: boolean | undefined;
	/** The last id of the page before. */
	cursor?: string | undefined;
	limit?: number | undefined;
	/** One's own record, whatever else one may read. */
	mine?: boolean | undefined;
	/** Without those that another one replaced. */
	current?: boolean | undefined;
};

/** A judgment in a list: as stored, and under `shown` as its judge saw it. */
export type JudgmentLine = Pick<
	PastJudgment,
	'id' | 'kind' | 'judge' | 'judgeRef' | 'round' | 'mode' | 'question' | 'verdict' | 'strength' | 'criteria' | 'reasons' | 'rationale' | 'durationMs' | 'supersedes' | 'supersededBy' | 'void' | 'bookmarked' | 'bookmarkNote' | 'createdAt'
> & { shown: { verdict: string | null; criteria: Record<string, string> | null }; guideline: number | null; form: number | null };

/** Whether this person reads everybody's judgments here; else only their own, and not which of them are gold or repeats. */
export function readsAll(actor: Actor, { role }: Access): boolean {
	return may({ role, isAdmin: actor.isAdmin }, 'judgment.read') && (actor.scopes === null || actor.scopes.includes('judgment.read'));
}

function toLine(past: PastJudgment): JudgmentLine {
	const { verdict, criteria } = asShown(past.sideOrder, past);
	return {
		id: past.id,
		kind: past.kind,
		judge: past.judge,
		judgeRef: past.judgeRef,
		round: past.round,
		mode: past.mode,
		question: past.question,
		verdict: past.verdict,
		shown: { verdict, criteria },
		strength: past.strength,
		criteria: past.criteria,
		reasons: past.reasons,
		rationale: past.rationale,
		durationMs: past.durationMs,
		guideline: past.guideline?.version ?? null,
		form: past.form?.version ?? null,
		supersedes: past.supersedes,
		supersededBy: past.supersededBy,
		void: past.void,
		bookmarked: past.bookmarked,
		bookmarkNote: past.bookmarkNote,
		createdAt: past.createdAt
	};
}

/**
 * Judgments of a project, newest first, a page at a time: one's own for who
 * judges, everybody's for who reviews; for nobody what lies behind a wall. What who
 * reviews may still be given to judge is not theirs to read yet: `undecided` says
 * how many judgments this page left out for it, whatever was looked for. With
 * filters a page may hold fewer than asked, or none, while `next` is not null: so
 * far was looked, and there is more beyond.
 */
export async function listJudgments(app: Pick<App, 'db'>, actor: Actor, query: JudgmentQuery): Promise<Result<{ judgments: JudgmentLine[]; undecided: number; next: string | null; rounds: number[] }>> {
	const { db } = app;
	const access = await allow(db, actor, { slug: query.slug }, 'judgment.own');
	if (!access.ok) return access;
	const own = query.mine === true || !readsAll(actor, access.value);
	const kinds: readonly string[] = own ? history.OWN_KINDS : history.KINDS;
	if (query.kind !== undefined && !kinds.includes(query.kind)) return wrongField('kind', `one of ${kinds.join(', ')}`);
	const annotator = query.annotator === 'me' ? actor.userId : query.annotator;
	if (own && annotator !== undefined && annotator !== actor.userId) return fail('forbidden', 'You may read your own judgments. A reviewer or owner may read everybody’s.');
	const all = await rounds.list(db, access.value.project.id);
	if (query.round !== undefined && !all.some(({ number }) => number === query.round)) return fail('not_found', `There is no round ${query.round}.`);

	const { kind, round, verdict, search, rationale, bookmarked, current } = query;
	const limit = query.limit ?? PAGE;
	const filter = { projectId: access.value.project.id, viewer: actor.userId, own, judges: !own && judgesHere(actor, access.value), annotator, kind, round, verdict, search: search?.trim() || undefined, rationale, bookmarked, current };
	const { judgments, lookedTo } = await history.page(db, filter, { order: 'newest', cursor: query.cursor ?? null, limit: limit + 1, most: MOST_LOOKED_AT });
	const shown = judgments.slice(0, limit);
	const next = judgments.length > limit ? (shown.at(-1)?.id ?? null) : lookedTo;
	const undecided = filter.judges ? await history.leftOut(db, filter, { cursor: query.cursor ?? null, from: next, most: MOST_LOOKED_AT }) : 0;
	return ok({ judgments: shown.map(toLine), undecided, next, rounds: all.map(({ number }) => number) });
}
