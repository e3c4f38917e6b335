import { join } from 'node:path';
import { storeScores, unscoredBy } from '#lib/server/usecases/score-benchmarks.ts';
import type { GenerationAtHand, SourceAtHand } from '#lib/server/usecases/make-answers.ts';
import { provisionBenchmarks } from '../benchmarks/environment.ts';
import { runBenchmark } from '../benchmarks/run-benchmark.ts';
import { SERVER_BATCH } from '../inference/swift-server.ts';
import type { WorkerContext } from './context.ts';

/**
 * Has a served checkpoint answer the suite's benchmarks that it has no score of.
 * One that cannot be scored ends nothing: why is kept beside the others, and the
 * gate takes it as not measured.
 */
export async function scoreBenchmarks(context: WorkerContext, at: GenerationAtHand, source: SourceAtHand, server: { baseUrl: string; model: string; apiKey: string }, of: { dir: string; signal: AbortSignal }): Promise<void> {
	const { app, workDir, environment } = context;
	const benchmarks = await unscoredBy(app, at, source);
	if (benchmarks.length === 0) return;
	const ready = await provisionBenchmarks(environment, { signal: of.signal });
	for (const [place, benchmark] of benchmarks.entries()) {
		if (of.signal.aborted) return;
		const scored = ready.ok
			? await runBenchmark(benchmark, { python: ready.value.python, server: { ...server, concurrency: SERVER_BATCH }, hub: at.benchmarkHub, dir: join(of.dir, `benchmark-${place}`), cacheDir: join(workDir, 'cache') }, { signal: of.signal })
			: ready;
		// Ended from outside: nothing was found out.
		if (of.signal.aborted) return;
		await storeScores(app, at, source, benchmark, scored.ok ? { scores: scored.value, problem: null } : { scores: null, problem: scored.problem });
	}
}
