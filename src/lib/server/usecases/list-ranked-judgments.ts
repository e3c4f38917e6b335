import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import * as rankedPairs from '../db/ranked-pairs.ts';
import type { RankedJudgment } from '../db/ranked-pairs.ts';
import { allow } from './access.ts';
import type { Named } from './read-ranking.ts';

/** Judgments of one page. */
const PAGE = 50;

/** Judgments behind a checkpoint's place in the ranking, newest first. */
export type RankedJudgments = { checkpoint: Named; against: Named | null; judgments: RankedJudgment[]; /** Behind a wall for who asks: counted, not shown. */ hidden: number; /** Of comparisons that are still being judged, or disputed: counted, not shown yet. */ undecided: number; next: string | null };

const named = ({ id, name }: Checkpoint): Named => ({ id, name });

/** What people said of a checkpoint's answers on test prompts (against another's, if named), a page at a time. What lies behind a wall for who asks, and what others have still to decide, is counted and not shown. */
export async function listRankedJudgments(app: Pick<App, 'db'>, actor: Actor, query: { slug: string; checkpoint: string; against?: string | undefined; cursor?: string | undefined }): Promise<Result<RankedJudgments>> {
	const { db } = app;
	const access = await allow(db, actor, { slug: query.slug }, 'judgment.read');
	if (!access.ok) return access;
	const reads = await allow(db, actor, { slug: query.slug }, 'checkpoint.read');
	if (!reads.ok) return reads;
	const { project } = access.value;
	const [checkpoint, against] = await Promise.all([checkpoints.get(db, query.checkpoint), query.against === undefined ? null : checkpoints.get(db, query.against)]);
	if (checkpoint?.projectId !== project.id || (query.against !== undefined && against?.projectId !== project.id)) return fail('not_found', 'There is no such checkpoint in this project.');
	const { judgments, hidden, undecided } = await rankedPairs.behindPlace(db, { projectId: project.id, checkpointId: checkpoint.id, againstId: against?.id ?? null, viewer: actor.userId, cursor: query.cursor ?? null, limit: PAGE + 1 });
	const shown = judgments.slice(0, PAGE);
	return ok({ checkpoint: named(checkpoint), against: against && named(against), judgments: shown, hidden, undecided, next: judgments.length > PAGE ? (shown.at(-1)?.id ?? null) : null });
}
