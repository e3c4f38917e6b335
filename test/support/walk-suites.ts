import type { Role } from '#lib/domain/permission.ts';
import { FIRST_SUITE } from '#lib/domain/suite/check.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { startSuiteRun } from '#lib/server/usecases/start-suite-run.ts';
import type { Caller, Ground, Make } from './api-walk.ts';
import { trainedCheckpoint } from './loop.ts';
import { pairRows, valueOf } from './world.ts';

type Become = (ground: Ground, userId: string, role: Role | null) => Promise<void>;

/** A checkpoint of another project in the caller's role, made before there was a suite that it would have been run through by itself. */
async function uncheckedCheckpoint(ground: Ground, { actor, role }: Caller, become: Become): Promise<string> {
	const { world, workerId } = ground;
	const other = { ...ground, ...(await world.project({ rows: pairRows(60) })) };
	const { checkpointId } = await trainedCheckpoint(world, other.slug, workerId);
	valueOf(await putSuite(world.app, world.admin, { slug: other.slug, suite: FIRST_SUITE }));
	await become(other, actor.userId, role);
	return checkpointId;
}

/** Requests about suites and what checkpoints' answers to them were. */
export const suiteRequests = (become: Become): Record<string, Make> => ({
	putSuite: ({ slug }) => ({ path: `/projects/${slug}/suite`, options: { body: FIRST_SUITE } }),
	readSuite: ({ slug }) => ({ path: `/projects/${slug}/suite` }),
	trySuite: ({ slug }) => ({ path: `/projects/${slug}/suite/trial`, options: { body: { checks: FIRST_SUITE.checks, answer: 'You will win.' } } }),
	startSuiteRun: async (ground, caller) => ({ path: `/checkpoints/${await uncheckedCheckpoint(ground, caller, become)}/evaluations` }),
	cancelSuiteRun: async (ground, caller) => {
		const id = await uncheckedCheckpoint(ground, caller, become);
		valueOf(await startSuiteRun(ground.world.app, ground.world.admin, { checkpointId: id }));
		return { path: `/checkpoints/${id}/evaluations/cancel` };
	},
	readCheckAnswers: ({ checkpointId }) => ({ path: `/checkpoints/${checkpointId}/evaluations/answers` }),
	listSuiteRuns: ({ checkpointId }) => ({ path: `/checkpoints/${checkpointId}/evaluations` })
});
