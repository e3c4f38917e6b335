import { may } from '../../domain/permission.ts';
import { fail } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import type { Executor } from '../db/client.ts';
import { isYetToJudge } from '../db/yet-to-judge.ts';
import type { Access } from './access.ts';

/** Whether a person judges here, whatever a token narrows: then what others said of a pair is kept from them while they may still be given it. Owners and engineers judge nothing and read all. */
export const judgesHere = (actor: Actor, { role }: Pick<Access, 'role'>): boolean => may({ role, isAdmin: actor.isAdmin }, 'task.judge');

/** A failed result for who may still be given a comparison to judge: what others said of it, or which models wrote it, would be in their judgment. Its facts name the comparison, of whose comments they may read what is addressed to them. */
export async function refuseYetToJudge(db: Executor, actor: Actor, access: Pick<Access, 'role'>, comparisonId: string): Promise<Result<never> | null> {
	if (!judgesHere(actor, access) || !(await isYetToJudge(db, comparisonId, actor.userId))) return null;
	return fail('yet_to_judge', 'You may still be given this pair to judge. What others said of it can be read once you have judged it, or once nobody is to judge it any more.', { facts: { comparisonId } });
}
