import { completePolicy } from '../../domain/judging-policy.ts';
import type { JudgingPolicy } from '../../domain/judging-policy.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { MOST_TOLD } from '../../domain/told-up-to.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as gold from '../db/gold.ts';
import type { GoldLine } from '../db/gold.ts';
import { allow } from './access.ts';
import { judgesHere } from './yet-to-judge.ts';

/** How a project checks its judging: the policy, its gold items, and imports whose stated preferences could become gold, counted up to `MOST_TOLD`. */
export type Checks = { policy: JudgingPolicy; gold: GoldLine[]; nextGold: string | null; goldInUse: number; imports: { id: string; fileName: string | null; preferences: number; at: string }[] };

const PAGE = 50;

/** The checks of a project, for who manages gold. Items behind a wall are left out; what is right of a pair that they may still be given to judge is not told. */
export async function readChecks(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; before?: string | null }): Promise<Result<Checks>> {
	const access = await allow(app.db, actor, input, 'gold.manage');
	if (!access.ok) return access;
	const { project } = access.value;
	const [found, goldInUse, imports] = await Promise.all([
		gold.list(app.db, project.id, actor.userId, { judges: judgesHere(actor, access.value), before: input.before ?? null, limit: PAGE + 1 }),
		gold.inUse(app.db, project.id, actor.userId),
		gold.importsWithPreferences(app.db, { projectId: project.id, userId: actor.userId, most: MOST_TOLD })
	]);
	const shown = found.slice(0, PAGE);
	return ok({ policy: completePolicy(project.judgingPolicy), gold: shown, nextGold: found.length > PAGE ? (shown.at(-1)?.id ?? null) : null, goldInUse, imports });
}
