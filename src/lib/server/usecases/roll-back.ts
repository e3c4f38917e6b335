import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as champions from '../db/champions.ts';
import * as decisions from '../db/decisions.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import * as runs from '../db/runs.ts';
import { allow } from './access.ts';
import { putDecision, refuseSignature, roleOf, sealed } from './decide.ts';
import { reauthenticate } from './reauthenticate.ts';
import { inTransaction } from './transaction.ts';

/**
 * Makes an earlier champion the champion again, at once: what came after it was
 * promoted too soon. Nothing is measured anew, so no gate is asked; who does it
 * signs, with a reason, and where the project asks for four eyes has not started
 * the run that is gone back to. The open round goes on; the next run starts from
 * where the project now stands.
 */
export async function rollBack(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; checkpointId: string; reason: string; password?: string | undefined }): Promise<Result<{ id: string; champion: string; was: string }>> {
	const asked = await allow(app.db, actor, { slug: input.slug }, 'checkpoint.decide');
	if (!asked.ok) return asked;
	const known = await reauthenticate(app, actor, input.password);
	if (!known.ok) return known;
	return inTransaction(app.db, async (tx): Promise<Result<{ id: string; champion: string; was: string }>> => {
		const access = await allow(tx, actor, { slug: input.slug }, 'checkpoint.decide');
		if (!access.ok) return access;
		const { project } = access.value;
		await projects.serialise(tx, project.id);
		const [now, earlier] = [await champions.championOf(tx, project.id), await champions.earlierChampions(tx, project.id)];
		if (now.id === input.checkpointId) return fail('conflict', 'This checkpoint is the champion already.');
		const target = earlier.find(({ id }) => id === input.checkpointId);
		if (!target) return fail('not_found', 'No such checkpoint was ever the champion of this project. Promote it on its own page instead.');
		const run = target.runId ? await runs.get(tx, target.runId) : null;
		const refused = refuseSignature({ userId: actor.userId, startedBy: run?.createdBy ?? null, fourEyes: project.fourEyes, signedBy: [] });
		if (refused) return refused;
		for (const id of [now.id, target.id]) await decisions.settle(tx, { checkpointId: id, outcome: 'overtaken', byUserId: actor.userId });
		const promoted = (await decisions.of(tx, target.id)).find(({ decision }) => decision === 'promote');
		const id = await putDecision(tx, actor, {
			projectId: project.id,
			checkpointId: target.id,
			roundId: (await rounds.newest(tx, project.id)).id,
			decision: 'roll_back',
			text: sealed(input.reason),
			figures: { ...promoted?.figures, from: { id: now.id, name: now.name, sha256: now.sha256 } },
			exportId: promoted?.exportId ?? null,
			gateId: null,
			overridden: false,
			fourEyes: project.fourEyes,
			signatures: [{ userId: actor.userId, role: roleOf(access.value.role), signedAt: null }]
		});
		return ok({ id, champion: target.id, was: now.id });
	});
}
