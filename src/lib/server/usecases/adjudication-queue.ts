import { completePolicy } from '../../domain/judging-policy.ts';
import type { DisputeRule } from '../../domain/judging-policy.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { MOST_TOLD } from '../../domain/told-up-to.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as adjudications from '../db/adjudications.ts';
import type { Executor } from '../db/client.ts';
import type { Project } from '../db/members.ts';
import { allow } from './access.ts';

/** What waits for a reviewer's decision in the newest round, and under which rule. */
export type AdjudicationQueue = { rule: DisputeRule; blind: boolean; leaseSeconds: number; waiting: { all: number; mine: number; sentBack: number } };

/** What waits for a decision. Nothing does under a rule that sends nothing to reviewers: what is exhausted then stays incomplete. */
export async function waitingDecisions(db: Executor, project: Pick<Project, 'id' | 'judgingPolicy'>, userId: string): Promise<AdjudicationQueue['waiting']> {
	if (completePolicy(project.judgingPolicy).dispute === 'never') return { all: 0, mine: 0, sentBack: 0 };
	return adjudications.waiting(db, { projectId: project.id, userId, most: MOST_TOLD });
}

/** How many comparisons wait for a decision, up to `MOST_TOLD` each: all that this person may see, those they may decide, and those that lie with their judges. */
export async function adjudicationQueue(app: Pick<App, 'db'>, actor: Actor, input: { slug: string }): Promise<Result<AdjudicationQueue>> {
	const access = await allow(app.db, actor, input, 'judgment.adjudicate');
	if (!access.ok) return access;
	const { project } = access.value;
	const policy = completePolicy(project.judgingPolicy);
	return ok({ rule: policy.dispute, blind: policy.adjudicateBlind, leaseSeconds: project.leaseSeconds, waiting: await waitingDecisions(app.db, project, actor.userId) });
}
