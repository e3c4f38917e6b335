import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as members from '../db/members.ts';
import { allow } from './access.ts';

/** Most people offered at once; beyond it the search narrows them. */
export const MOST_CANDIDATES = 50;

/** Somebody who could become a member. */
export type Candidate = { userId: string; name: string; email: string };

/** Active people who are not in the project yet and whose name or email holds the search text. Only for who may add them. */
export async function listCandidates(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; search: string }): Promise<Result<Candidate[]>> {
	const access = await allow(app.db, actor, { slug: input.slug }, 'members.manage');
	return access.ok ? ok(await members.candidates(app.db, access.value.project.id, { search: input.search, limit: MOST_CANDIDATES })) : access;
}
