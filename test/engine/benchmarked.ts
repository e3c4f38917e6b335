import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { FIRST_SUITE } from '#lib/domain/suite/check.ts';
import type { SuiteDefinition } from '#lib/domain/suite/check.ts';
import * as checkpoints from '#lib/server/db/checkpoints.ts';
import * as suiteRuns from '#lib/server/db/suite-runs.ts';
import { beginGeneration } from '#lib/server/usecases/make-answers.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { measureBenchmarks, unscoredBy } from '#lib/server/usecases/score-benchmarks.ts';
import { startSuiteRun } from '#lib/server/usecases/start-suite-run.ts';
import type { EngineEnvironment } from '../../workers/engine/swift/environment-types.ts';
import type { WorkerContext } from '../../workers/handlers/context.ts';
import { scoreBenchmarks } from '../../workers/handlers/score-benchmarks.ts';
import { paperWorker } from '../support/loop.ts';
import { createWorld, pairRows, valueOf } from '../support/world.ts';

const SHARED = { system: null, maxTokens: 8 };

/** Two own benchmarks: in the first the right answers are “Ninety days.” and one that nobody gives, in the second it is B. */
export const BENCHMARKS: NonNullable<SuiteDefinition['benchmarks']> = [
	{ ...SHARED, name: 'written', kind: 'qa', questions: [{ question: 'When is the deposit due?', answer: 'Ninety days.' }, { question: '押金什么时候退还？', answer: '搬家之后。' }] },
	{ ...SHARED, name: 'choices', kind: 'mcq', language: 'en', questions: [{ question: 'Which of them is {red}?', choices: ['grass', 'blood', 'sky'], answer: 'B' }] }
];

/** What EvalScope gives a served model at some benchmarks, as a suite's run has them asked: its mean at each, and how many are left to ask. */
export async function benchmarked(environment: EngineEnvironment, server: { baseUrl: string; model: string; apiKey: string }, benchmarks: typeof BENCHMARKS): Promise<{ values: Record<string, number | null>; left: number }> {
	const world = await createWorld();
	try {
		const { slug, id } = await world.project({ rows: pairRows(30) });
		valueOf(await putSuite(world.app, world.admin, { slug, suite: { ...FIRST_SUITE, benchmarks } }));
		const base = await checkpoints.baseOf(world.app.db, id);
		valueOf(await startSuiteRun(world.app, world.admin, { checkpointId: base.id }));
		const [run] = await suiteRuns.ofCheckpoint(world.app.db, base.id);
		const at = await beginGeneration(world.app, { generationId: run?.generationId ?? '', workerId: await paperWorker(world) });
		const source = at?.sources[0];
		if (!at || !source) throw new Error('the run through the suite was not to be had');
		const context = { app: world.app, workDir: world.dataDir, environment } as WorkerContext;
		await scoreBenchmarks(context, at, source, server, { dir: join(world.dataDir, 'generation'), signal: new AbortController().signal });
		const { measures } = await measureBenchmarks(world.app.db, { benchmarks, models: [{ checkpointId: base.id, form: null, ordinal: 0 }], places: { checkpoint: 0, trained: null, parent: null, champion: null, base: null }, seed: 's', hub: at.benchmarkHub });
		return { values: Object.fromEntries(measures.map(({ name, checkpoint }) => [name, checkpoint.value])), left: (await unscoredBy(world.app, at, source)).length };
	} finally {
		await world.close();
	}
}

/** A server that answers every question with these words. */
export async function scripted(words: string): Promise<{ baseUrl: string; model: string; apiKey: string; close: () => Promise<void> }> {
	const answer = JSON.stringify({ id: 'a', object: 'chat.completion', created: 1, model: 'm', choices: [{ index: 0, message: { role: 'assistant', content: words }, finish_reason: 'stop' }], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } });
	const server = createServer((request, response) => void request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(answer)));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, model: 'm', apiKey: 'k', close: () => new Promise((resolve) => server.close(() => resolve())) };
}
