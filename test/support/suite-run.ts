import type { SuiteDefinition } from '#lib/domain/suite/check.ts';
import type { SuiteResults } from '#lib/domain/suite/measures.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import * as suiteRuns from '#lib/server/db/suite-runs.ts';
import { beginGeneration, storeAnswer, unansweredBy } from '#lib/server/usecases/make-answers.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { readSuiteRuns } from '#lib/server/usecases/read-suite-runs.ts';
import { startSuiteRun } from '#lib/server/usecases/start-suite-run.ts';
import type { JudgeLimits } from '../../workers/handlers/ask-judges.ts';
import { measureAnswers } from '../../workers/handlers/measure-answers.ts';
import type { AskReward } from '../../workers/handlers/measure-answers.ts';
import { valueOf } from './world.ts';
import type { World } from './world.ts';

/** Judges are waited for, and asked once. */
export const PATIENT: JudgeLimits = { answerMs: 60_000, maxBytes: 200_000, retries: 0, backoffMs: 1 };

/** Puts a suite and runs a checkpoint through it: it answers carefully, the base vaguely, and at every sixth prompt both say the same. */
export async function runThroughSuite(world: World, of: { slug: string; owner: Actor; workerId: string; checkpointId: string }, suite: SuiteDefinition, limits: JudgeLimits = PATIENT, askReward?: AskReward): Promise<SuiteResults> {
	const { slug, owner, workerId, checkpointId } = of;
	valueOf(await putSuite(world.app, owner, { slug, suite }));
	valueOf(await startSuiteRun(world.app, owner, { checkpointId }));
	const [started] = await suiteRuns.ofCheckpoint(world.app.db, checkpointId);
	const at = await beginGeneration(world.app, { generationId: started?.generationId ?? '', workerId });
	if (!at) throw new Error('the run was not to be had');
	for (const source of at.sources) {
		for (const { promptId, sample } of await unansweredBy(world.app, at, source)) {
			const same = at.generation.promptIds.indexOf(promptId) % 6 === 0;
			const text = same ? 'The same answer.' : source.checkpointId === checkpointId ? 'A careful answer, on conditions. Call 13800138000.' : 'A vague answer.';
			await storeAnswer(world.app, at, source, { promptId, sample, text, sampling: { finish: 'stop' }, seed: 1, reproducible: false }, null);
		}
	}
	await measureAnswers({ app: world.app, workerId, workDir: world.dataDir, shutdown: new AbortController().signal }, at, { signal: new AbortController().signal }, limits, askReward);
	const results = valueOf(await readSuiteRuns(world.app, owner, { checkpointId })).evaluations[0]?.results;
	if (!results) throw new Error('no results');
	return results;
}
