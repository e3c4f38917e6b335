import { USUAL_GATE } from '#lib/domain/gate.ts';
import * as checkpoints from '#lib/server/db/checkpoints.ts';
import * as decisionReports from '#lib/server/db/decision-reports.ts';
import * as decisions from '#lib/server/db/decisions.ts';
import { decide } from '#lib/server/usecases/decide.ts';
import { putGate } from '#lib/server/usecases/put-gate.ts';
import { signDecision } from '#lib/server/usecases/sign-decision.ts';
import type { Ground, WalkRequest } from './api-walk.ts';
import { trainedCheckpoint } from './loop.ts';
import { PASSWORD } from './password.ts';
import { valueOf } from './world.ts';

/** A new checkpoint that a reviewer promotes, whatever the gate says. */
async function promoted({ world, slug, workerId }: Ground): Promise<string> {
	const { checkpointId } = await trainedCheckpoint(world, slug, workerId);
	const reviewer = await world.person('decider', { slug, role: 'reviewer' });
	valueOf(await decide(world.app, reviewer, { checkpointId, decision: 'promote', reason: 'Careful.', password: PASSWORD, override: true }));
	return checkpointId;
}

/** A checkpoint whose promotion against the gate one person has signed. */
async function unsignedPromotion(ground: Ground): Promise<string> {
	valueOf(await putGate(ground.world.app, ground.world.admin, { slug: ground.slug, gate: USUAL_GATE }));
	return promoted(ground);
}

/** Has something promoted; where a gate is in the way a second person signs. */
async function promotedInForce(ground: Ground): Promise<string> {
	const { world, slug } = ground;
	const checkpointId = await promoted(ground);
	const second = await world.person('second', { slug, role: 'reviewer' });
	if (await decisions.waiting(world.app.db, checkpointId)) valueOf(await signDecision(world.app, second, { checkpointId, sign: true, password: PASSWORD }));
	return checkpointId;
}

async function* once(text: string): AsyncGenerator<string> {
	yield text;
}

/** A report of the newest decision as a worker would have stored it; what it says plays no part. */
async function writtenReport({ world: { app } }: Ground, checkpointId: string): Promise<void> {
	const [decision] = await decisions.of(app.db, checkpointId);
	const stored = await app.artifacts.putStream(once('<!doctype html>'));
	await app.db.transaction((tx) => decisionReports.insert(tx, decision?.id ?? '', { files: [{ format: 'html', locale: 'en', ...stored }], promptIds: [] }));
}

/** Requests about gates, decisions and champions. */
export const gateRequests: Record<string, (ground: Ground) => Promise<WalkRequest> | WalkRequest> = {
	readGate: ({ slug }) => ({ path: `/projects/${slug}/gate` }),
	putGate: ({ slug }) => ({ path: `/projects/${slug}/gate`, options: { body: { gate: USUAL_GATE, fourEyes: true } } }),
	readCheckpointGate: ({ checkpointId }) => ({ path: `/checkpoints/${checkpointId}/gate` }),
	decideCheckpoint: ({ checkpointId }) => ({ path: `/checkpoints/${checkpointId}/decision`, options: { body: { decision: 'more_data', reason: 'Too early to say.', password: PASSWORD } } }),
	signDecision: async (ground) => ({ path: `/checkpoints/${await unsignedPromotion(ground)}/decision/signature`, options: { body: { sign: true, password: PASSWORD } } }),
	readReport: async (ground) => {
		const checkpointId = await promotedInForce(ground);
		await writtenReport(ground, checkpointId);
		return { path: `/checkpoints/${checkpointId}/report?format=html` };
	},
	rollBack: async (ground) => {
		await promotedInForce(ground);
		const base = await checkpoints.baseOf(ground.world.app.db, ground.id);
		return { path: `/projects/${ground.slug}/roll-back`, options: { body: { checkpointId: base.id, reason: 'It invents clauses.', password: PASSWORD } } };
	}
};
