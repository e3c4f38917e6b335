import { sql } from 'drizzle-orm';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { BenchmarkScores, QuestionScore } from '../../domain/suite/benchmark.ts';
import type { Executor } from './client.ts';
import { rowsOf } from './rows.ts';

/** Keeps what a model scored at a benchmark, or why it could not be told; a later try takes the place of a failed one. */
export async function put(db: Executor, of: { projectId: string; checkpointId: string; key: string } & BenchmarkScores): Promise<void> {
	const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
	await db.execute(sql`insert into benchmark_scores (project_id, checkpoint_id, key, scores, problem) values (${of.projectId}, ${of.checkpointId}, ${of.key}, ${json(of.scores)}::jsonb, ${json(of.problem)}::jsonb)
		on conflict (checkpoint_id, key) do update set scores = excluded.scores, problem = excluded.problem, created_at = now() where benchmark_scores.scores is null`);
}

/** What models scored at benchmarks, by checkpoint and key. */
export async function of(db: Executor, checkpointIds: readonly string[], keys: readonly string[]): Promise<({ checkpointId: string; key: string } & BenchmarkScores)[]> {
	if (checkpointIds.length === 0 || keys.length === 0) return [];
	const rows = await rowsOf<{ checkpoint_id: string; key: string; scores: QuestionScore[] | null; problem: RunProblem | null }>(
		db,
		sql`select checkpoint_id, key, scores, problem from benchmark_scores where checkpoint_id in ${[...checkpointIds]} and key in ${[...keys]} order by checkpoint_id, key`
	);
	return rows.map(({ checkpoint_id: checkpointId, key, scores, problem }) => ({ checkpointId, key, ...(scores ? { scores, problem: null } : { scores: null, problem: problem ?? { code: '', message: '' } }) }));
}
