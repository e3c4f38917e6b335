import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { MOST_TOLD } from '../../domain/told-up-to.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as projects from '../db/projects.ts';
import * as roundStats from '../db/round-stats.ts';
import * as rounds from '../db/rounds.ts';
import { allow } from './access.ts';

/** Rewritten answers of a round that a snapshot could train on, and those it holds out, up to `MOST_TOLD` each. */
export type RewriteCounts = { /** The form asks for them now. */ asked: boolean; train: number; heldOut: number };

/** How many rewritten answers lie ready for who freezes a round. */
export async function countRewrites(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; number: number }): Promise<Result<RewriteCounts>> {
	const access = await allow(app.db, actor, { slug: input.slug }, 'snapshot.create');
	if (!access.ok) return access;
	const { id } = access.value.project;
	const round = await rounds.byNumber(app.db, id, input.number);
	if (!round) return fail('not_found', 'There is no such round.');
	const [form, counts] = await Promise.all([projects.judgingForm(app.db, id), roundStats.rewrites(app.db, { roundId: round.id, most: MOST_TOLD })]);
	return ok({ asked: form?.form.rewrite ?? false, ...counts });
}
