import { readFile } from 'node:fs/promises';
import type { ModelSource } from '../engine.ts';
import { problem, value } from '../problem.ts';
import type { EngineProblem, Outcome } from '../problem.ts';
import type { EngineEnvironment } from './environment-types.ts';
import { explainFailure } from './failure.ts';
import { readAs } from './how-to-read.ts';
import { runScript } from './python-script.ts';
import type { ScriptOptions } from './python-script.ts';

/** Summed log-probabilities of the two answers, or a reward model's scores; `rejected` is missing where a row had one answer only. */
export type SideNumbers = { chosen: number; rejected?: number };

/** One scored row: by model name (`base` and the adapters' names), in nats, and tokens of each answer. */
export type ScoredRow = { id: string; logps: Record<string, SideNumbers>; tokens: SideNumbers };

/** A checkpoint's folder: an adapter on the base, or a model of its own. */
export type ScoredCheckpoint = { kind: 'adapter' | 'full'; path: string };

export type ScoreRequest = {
	model: ModelSource;
	/** Checkpoints by name; `base` is taken. */
	checkpoints: Readonly<Record<string, ScoredCheckpoint>>;
	/** The checkpoints are reward models: their scores are taken, and the base, which has none, gives 0 to every answer. */
	reward?: boolean;
	/** JSONL rows `{id, messages, chosen, rejected?}`. */
	rows: string;
	output: string;
	batchSize?: number;
	dtype?: 'auto' | 'float32' | 'bfloat16';
};

/**
 * Scores rows under the base model and every checkpoint; all adapters in one load of the base. A model that gives a row no finite
 * probability is a problem (`not_finite`): a mean over the rest would hide it.
 */
export async function scoreRows(environment: EngineEnvironment, request: ScoreRequest, options: ScriptOptions): Promise<Outcome<ScoredRow[]>> {
	const checkpoints = Object.entries(request.checkpoints).flatMap(([name, { kind, path }]) => [kind === 'adapter' ? '--adapter' : '--whole', `${name}=${path}`]);
	const args = [...readAs(request.model, '-'), '--rows', request.rows, '--output', request.output, ...checkpoints, ...(request.reward ? ['--reward'] : []), '--batch-size', String(request.batchSize ?? 8), '--dtype', request.dtype ?? 'auto', '--device', environment.device === 'gpu' ? 'cuda' : 'cpu'];
	const result = await runScript(environment, 'score.py', args, options);
	if (result.code !== 0) {
		const why = explainFailure({ code: result.code, signal: result.signal, reason: 'exited' }, result.stderr.slice(-20_000));
		return { ok: false, problem: scoringProblem(why) };
	}
	const lines = (await readFile(request.output, 'utf8')).split('\n').filter((line) => line !== '');
	return finite(lines.map((line) => JSON.parse(line) as RawRow));
}

/** Why a scoring failed. What a training's words for it say of its recipe helps nobody here: batches grow as large as there is memory for, by themselves. */
export function scoringProblem(why: EngineProblem): EngineProblem {
	if (why.code !== 'out_of_memory' && why.code !== 'killed') return { ...why, code: 'scoring_failed', message: `Scoring failed. ${why.message}` };
	const what = why.code === 'killed' ? 'It was ended from outside, most often because the machine ran out of memory.' : 'The longest row alone takes more memory than the model leaves.';
	return { code: 'scoring_failed', message: `Scoring failed. ${what}`, hint: 'Measure again on a worker with more memory; “Measuring afterwards” in docs/planner.md says what it takes.' };
}

/** A row as the scorer writes it: null where the model gave no finite number. */
export type RawRow = Omit<ScoredRow, 'logps'> & { logps: Record<string, { [side in keyof SideNumbers]: SideNumbers[side] | null }> };

/** The rows, if every number of theirs is one; else which model failed on how many. */
export function finite(rows: readonly RawRow[]): Outcome<ScoredRow[]> {
	const models = [...new Set(rows.flatMap((row) => Object.keys(row.logps)))];
	for (const model of models) {
		const broken = rows.filter((row) => Object.values(row.logps[model] ?? {}).includes(null)).length;
		if (broken === 0) continue;
		const hint = model === 'base' ? 'Check the base model’s files, and that this worker can compute in its precision.' : 'Its training broke its weights: train again with a lower learning rate.';
		return problem('not_finite', `The ${model === 'base' ? 'base model' : model} gives ${broken} of ${rows.length} held-out rows no finite probability.`, hint);
	}
	return value(rows as ScoredRow[]);
}
