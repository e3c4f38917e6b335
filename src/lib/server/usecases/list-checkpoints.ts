import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Figure } from '../../domain/cluster-bootstrap.ts';
import { headline } from '../../domain/evaluation-results.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as champions from '../db/champions.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import * as decisionRows from '../db/decisions.ts';
import type { Decision } from '../db/decisions.ts';
import * as evaluations from '../db/evaluations.ts';
import type { Evaluation } from '../db/evaluations.ts';
import { allow } from './access.ts';

/** Checkpoints on one page of the list: each costs two small reads. */
export const CHECKPOINTS_A_PAGE = 30;

/** A checkpoint as the list shows it. */
export type CheckpointLine = {
	id: string;
	name: string;
	kind: Checkpoint['kind'];
	parent: { id: string; name: string } | null;
	createdAt: string;
	isChampion: boolean;
	evaluation: Evaluation['status'] | null;
	/** Held-out preference accuracy; null before it was measured, without pairs, and for the base model. */
	accuracy: Figure | null;
	/** The same of answers judged alone: good against bad. */
	auc: Figure | null;
	/** The last decision. */
	decision: Decision['decision'] | null;
};

/** One page of a project's checkpoints, newest first; `next` is where the following page begins. */
export async function listCheckpoints(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; after?: string | null }): Promise<Result<{ checkpoints: CheckpointLine[]; next: string | null }>> {
	const { db } = app;
	const access = await allow(db, actor, { slug: input.slug }, 'checkpoint.read');
	if (!access.ok) return access;
	const { project } = access.value;
	const [all, champion] = await Promise.all([checkpoints.list(db, project.id), champions.championOf(db, project.id)]);
	const names = new Map(all.map((one) => [one.id, one.name]));
	const newestFirst = all.toReversed();
	const begin = input.after ? newestFirst.findIndex((one) => one.id === input.after) + 1 : 0;
	const page = newestFirst.slice(begin, begin + CHECKPOINTS_A_PAGE);
	const lines = await Promise.all(
		page.map(async (one): Promise<CheckpointLine> => {
			const [evaluation, decisions] = await Promise.all([evaluations.newestOf(db, one.id), decisionRows.of(db, one.id)]);
			const figures = headline(evaluation?.results ?? null);
			return {
				id: one.id,
				name: one.name,
				kind: one.kind,
				parent: one.parentId ? { id: one.parentId, name: names.get(one.parentId) ?? '' } : null,
				createdAt: one.createdAt,
				isChampion: one.id === champion.id,
				evaluation: evaluation?.status ?? null,
				...figures,
				decision: decisions[0]?.decision ?? null
			};
		})
	);
	return ok({ checkpoints: lines, next: begin + page.length < newestFirst.length ? (page.at(-1)?.id ?? null) : null });
}
