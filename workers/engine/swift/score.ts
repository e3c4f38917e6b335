import { readFile } from 'node:fs/promises';
import type { ModelSource } from '../engine.ts';
import { problem, value } from '../problem.ts';
import type { Outcome } from '../problem.ts';
import type { EngineEnvironment } from './environment-types.ts';
import { explainFailure } from './failure.ts';
import { lastJsonLine, runScript } from './python-script.ts';
import type { ScriptOptions } from './python-script.ts';

/** Summed log-probabilities of the two answers; `rejected` is missing where a row had one answer only. */
export type SideNumbers = { chosen: number; rejected?: number };

/** One scored row: by model name (`base` and the adapters' names), in nats, and tokens of each answer. */
export type ScoredRow = { id: string; logps: Record<string, SideNumbers>; tokens: SideNumbers };

export type ScoreRequest = {
	model: ModelSource;
	/** Adapters by name; `base` is taken. */
	adapters: Readonly<Record<string, string>>;
	/** JSONL rows `{id, messages, chosen, rejected?}`. */
	rows: string;
	output: string;
	batchSize?: number;
	dtype?: 'auto' | 'float32' | 'bfloat16';
};

/**
 * Scores rows under the base model and every adapter, in one load of the model. A model that gives a row no finite
 * probability is a problem (`not_finite`): a mean over the rest would hide it.
 */
export async function scoreRows(environment: EngineEnvironment, request: ScoreRequest, options: ScriptOptions): Promise<Outcome<ScoredRow[]>> {
	const adapters = Object.entries(request.adapters).flatMap(([name, path]) => ['--adapter', `${name}=${path}`]);
	const { path, modelType, template } = request.model;
	const model = ['--model', path, ...(modelType ? ['--model-type', modelType] : []), ...(template ? ['--template', template] : [])];
	const args = [...model, '--rows', request.rows, '--output', request.output, ...adapters, '--batch-size', String(request.batchSize ?? 8), '--dtype', request.dtype ?? 'auto', '--device', environment.device === 'gpu' ? 'cuda' : 'cpu'];
	const result = await runScript(environment, 'score.py', args, options);
	if (result.code !== 0) {
		const why = explainFailure({ code: result.code, signal: result.signal, reason: 'exited' }, result.stderr.slice(-20_000));
		return { ok: false, problem: { ...why, code: 'scoring_failed', message: `Scoring failed. ${why.message}` } };
	}
	const lines = (await readFile(request.output, 'utf8')).split('\n').filter((line) => line !== '');
	return finite(lines.map((line) => JSON.parse(line) as RawRow));
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

/** A loaded adapter's facts. */
export type VerifiedAdapter = { sha256: string; parameters: number; rank: number; changed: boolean };

/** Loads a checkpoint's adapter on its base and runs it once: success means a checkpoint that loads. */
export async function verifyAdapter(environment: EngineEnvironment, model: ModelSource, adapter: string, options: ScriptOptions): Promise<Outcome<VerifiedAdapter>> {
	const result = await runScript(environment, 'verify_adapter.py', ['--model', model.path, '--adapter', adapter], options);
	const reply = lastJsonLine<({ ok: true } & VerifiedAdapter) | { ok: false; message: string }>(result);
	if (reply?.ok === true) return value({ sha256: reply.sha256, parameters: reply.parameters, rank: reply.rank, changed: reply.changed });
	return problem('adapter_refused', `The checkpoint does not load on its base model: ${reply?.message ?? 'the check did not finish'}.`, 'Start the run again.');
}
