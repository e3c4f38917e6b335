import type { TokenLengths } from '#lib/domain/memory/token-lengths.ts';
import type { ModelSource } from '../engine.ts';
import { problem, value } from '../problem.ts';
import type { Outcome } from '../problem.ts';
import type { EngineEnvironment } from './environment-types.ts';
import { readAs } from './how-to-read.ts';
import { lastJsonLine, runScript } from './python-script.ts';
import type { ScriptOptions } from './python-script.ts';

/** Lengths of rows under a tokenizer, and which tokenizer that was. */
export type MeasuredLengths = { lengths: TokenLengths; withImages: number; tokenizerSha256: string };

/** Counts the tokens of training rows (JSONL as the engine reads it) with the engine's template and the model's tokenizer; no weights are loaded. */
export async function measureLengths(environment: EngineEnvironment, model: ModelSource, rows: string, options: ScriptOptions): Promise<Outcome<MeasuredLengths>> {
	const args = [...readAs(model, '-'), '--rows', rows];
	const result = await runScript(environment, 'token_lengths.py', args, options);
	const reply = lastJsonLine<Omit<TokenLengths, 'pictured'> & { pictured: TokenLengths['pictured'] | null; withImages: number; tokenizerSha256: string }>(result);
	// Without an answer nothing is known of the rows: the next try may get one.
	if (!reply && (result.signal !== null || result.code === 137)) return problem('killed', 'The engine was ended while it counted the rows: it took too long, or the machine ran out of memory.', 'Try again; a busy machine takes longer.');
	if (result.code !== 0 || !reply) {
		return problem('lengths_unknown', `The rows could not be read with the model’s tokenizer. ${result.stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? ''}`, 'Check that the base model’s folder holds its tokenizer and that the engine knows its template.');
	}
	const { rows: counts, tokens, longestAnswer, shortestQuestion, pictured, withImages, tokenizerSha256 } = reply;
	return value({ lengths: { rows: counts, tokens, longestAnswer, shortestQuestion, ...(pictured ? { pictured } : {}) }, withImages, tokenizerSha256 });
}
