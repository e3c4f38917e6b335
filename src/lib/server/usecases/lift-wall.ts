import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Db } from '../db/client.ts';
import * as comparisons from '../db/comparisons.ts';
import * as people from '../db/people.ts';
import * as projects from '../db/projects.ts';
import * as walls from '../db/walls.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Takes a wall down: from now on the person may be given the matter. What was voided stays void. Nobody lifts a wall that stands before themselves, nor one of another before the same matter: they are told of neither. */
export async function liftWall(app: { db: Db }, actor: Actor, input: { id: string }): Promise<Result<{ lifted: true }>> {
	return inTransaction(app.db, async (tx) => {
		const wall = await walls.get(tx, input.id);
		if (!wall) return fail('not_found', 'There is no such wall.');
		const access = await allow(tx, actor, { id: wall.projectId }, 'walls.manage');
		if (!access.ok) return access;
		await projects.serialise(tx, wall.projectId);
		await people.changePeople(tx, wall.projectId);
		if ((await walls.mattersBehind(tx, wall.projectId, actor.userId)).includes(wall.matter)) return fail('not_found', 'There is no such wall.');
		if (!(await walls.lift(tx, wall.id, actor.userId))) return fail('conflict', 'This wall is down already.');
		await comparisons.refreshExhaustionOfProject(tx, wall.projectId);
		await record(tx, actor, { action: 'wall.lift', projectId: wall.projectId, subject: ['wall', wall.id], details: { user: wall.userId } });
		return ok({ lifted: true });
	});
}
