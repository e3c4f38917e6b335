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

/** Scores rows under the base model and every adapter, in one load of the model. */
export async function scoreRows(environment: EngineEnvironment, request: ScoreRequest, options: ScriptOptions): Promise<Outcome<ScoredRow[]>> {
	const adapters = Object.entries(request.adapters).flatMap(([name, path]) => ['--adapter', `${name}=${path}`]);
	const args = [...common(request), ...adapters, '--batch-size', String(request.batchSize ?? 8), '--dtype', request.dtype ?? 'auto', '--device', environment.device === 'gpu' ? 'cuda' : 'cpu'];
	return scored<ScoredRow>(environment, request.output, args, options);
}

/** Tokens of whole rows (prompt and answer), to leave out those the trainer would refuse; loads no model. */
export async function measureRows(
	environment: EngineEnvironment,
	request: Pick<ScoreRequest, 'model' | 'rows' | 'output'>,
	options: ScriptOptions
): Promise<Outcome<{ id: string; lengths: SideNumbers }[]>> {
	return scored(environment, request.output, [...common(request), '--lengths'], options);
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

function common(request: Pick<ScoreRequest, 'model' | 'rows' | 'output'>): string[] {
	const { path, modelType, template } = request.model;
	return [
		'--model', path, '--rows', request.rows, '--output', request.output,
		...(modelType ? ['--model-type', modelType] : []), ...(template ? ['--template', template] : [])
	];
}

async function scored<T>(environment: EngineEnvironment, output: string, args: string[], options: ScriptOptions): Promise<Outcome<T[]>> {
	const result = await runScript(environment, 'score.py', args, options);
	if (result.code !== 0) {
		const why = explainFailure({ code: result.code, signal: result.signal, reason: 'exited' }, result.stderr.slice(-20_000));
		return { ok: false, problem: { ...why, code: 'scoring_failed', message: `Scoring failed. ${why.message}` } };
	}
	const lines = (await readFile(output, 'utf8')).split('\n');
	return value(lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T));
}
