import { BYTE_ORDER_MARK, csvLine } from '../../domain/csv.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { asShown } from '../../domain/shown-judgment.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as history from '../db/history.ts';
import type { PastJudgment } from '../db/history.ts';
import { allow } from './access.ts';
import { checkLines } from './check-outgoing.ts';

export const EXPORT_FORMATS = ['jsonl', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Judgments read at a time: the memory of an export, whatever the length of a working life. */
const PAGE = 500;

/** One judgment as its own author takes it away: everything but whether it was gold or a repeat. */
function lineOf(past: PastJudgment) {
	const shown = asShown(past.sideOrder, past);
	return {
		id: past.id,
		at: past.createdAt,
		round: past.round,
		kind: past.kind,
		mode: past.mode,
		question: past.question,
		comparisonHash: past.comparisonHash,
		sideOrder: past.sideOrder,
		verdictShown: shown.verdict,
		verdict: past.verdict,
		strength: past.strength,
		criteriaShown: shown.criteria,
		criteria: past.criteria,
		reasons: past.reasons,
		spansShown: shown.spans,
		spans: past.spans,
		rationale: past.rationale,
		rewriteShown: shown.rewrite,
		rewrite: past.rewrite,
		textHash: past.textHash,
		durationMs: past.durationMs,
		language: past.language,
		client: past.client,
		guidelineVersion: past.guideline?.version ?? null,
		guidelineHash: past.guideline?.hash ?? null,
		formVersion: past.form?.version ?? null,
		formHash: past.form?.hash ?? null,
		supersedes: past.supersedes,
		supersededBy: past.supersededBy,
		voidReason: past.void?.reason ?? null,
		voidAt: past.void?.at ?? null,
		bookmarked: past.bookmarked,
		bookmarkNote: past.bookmarkNote
	};
}
type Line = ReturnType<typeof lineOf>;

const COLUMNS: readonly (keyof Line)[] = [
	'id', 'at', 'round', 'kind', 'mode', 'question', 'comparisonHash', 'sideOrder', 'verdictShown', 'verdict', 'strength', 'criteriaShown', 'criteria', 'reasons', 'spansShown', 'spans',
	'rationale', 'rewriteShown', 'rewrite', 'textHash', 'durationMs', 'language', 'client', 'guidelineVersion', 'guidelineHash', 'formVersion', 'formHash', 'supersedes', 'supersededBy', 'voidReason', 'voidAt', 'bookmarked', 'bookmarkNote'
];

function csvOf(line: Line): string {
	return csvLine(
		COLUMNS.map((column) => {
			const value = line[column];
			return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as string | number | boolean | null);
		})
	);
}

/** Where somebody's words stand in a line. */
const WORDS: readonly (keyof Line)[] = ['question', 'reasons', 'spansShown', 'spans', 'rationale', 'rewriteShown', 'rewrite', 'bookmarkNote'];

/** Lines a page at a time, as they are stored. */
async function* pages(app: Pick<App, 'db'>, of: { projectId: string; viewer: string }): AsyncGenerator<Line[]> {
	for (let cursor: string | null = null; ; ) {
		const { judgments: page, lookedTo }: history.PastPage = await history.page(app.db, { ...of, own: true }, { order: 'oldest', cursor, limit: PAGE, most: PAGE });
		yield page.map(lineOf);
		if (lookedTo === null) return;
		cursor = lookedTo;
	}
}

async function* texts(source: AsyncIterable<Line[]>, format: ExportFormat, hide: ((line: Line) => Line) | null): AsyncGenerator<string> {
	if (format === 'csv') yield BYTE_ORDER_MARK + csvLine(COLUMNS);
	for await (const page of source) yield page.map((line) => (hide ? hide(line) : line)).map((line) => (format === 'csv' ? csvOf(line) : `${JSON.stringify(line)}\n`)).join('');
}

/**
 * One's own judgments in a project, oldest first, as text in pieces. What people
 * wrote here was never looked through: as with a snapshot it leaves masked, or the
 * export is refused, as the project says. Whoever takes data out is in the audit.
 */
export async function exportJudgments(app: Pick<App, 'db' | 'secrets'>, actor: Actor, input: { slug: string; format: ExportFormat }): Promise<Result<AsyncGenerator<string>>> {
	const access = await allow(app.db, actor, { slug: input.slug }, 'judgment.own');
	if (!access.ok) return access;
	const projectId = access.value.project.id;
	const own = () => pages(app, { projectId, viewer: actor.userId });
	const hide = await checkLines(app, { projectId, words: WORDS, lines: own });
	if (!hide.ok) return hide;
	await app.db.transaction((tx) => record(tx, actor, { action: 'judgment.export', projectId, subject: ['user', actor.userId], details: { format: input.format } }));
	return ok(texts(own(), input.format, hide.value));
}
