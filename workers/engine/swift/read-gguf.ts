import type { ModelSource } from '../engine.ts';
import { value } from '../problem.ts';
import type { Outcome } from '../problem.ts';
import type { EngineEnvironment } from './environment-types.ts';
import { explainFailure } from './failure.ts';
import { runScript } from './python-script.ts';
import type { ScriptOptions } from './python-script.ts';

/**
 * A GGUF as a folder that the engine loads: the weights that transformers reads out of it, in full precision, by which it is
 * scored too, and everything but weights of the model that it belongs to.
 * @param of.folder holds the GGUF alone
 */
export async function readGguf(environment: EngineEnvironment, of: { base: ModelSource; folder: string }, output: string, options: ScriptOptions): Promise<Outcome<ModelSource>> {
	const result = await runScript(environment, 'gguf_folder.py', ['--gguf', of.folder, '--base', of.base.path, '--output', output], options);
	if (result.code === 0) return value({ ...of.base, path: output });
	const why = explainFailure({ code: result.code, signal: result.signal, reason: 'exited' }, result.stderr.slice(-20_000));
	return { ok: false, problem: { ...why, code: 'conversion_failed', message: `The weights could not be read out of the GGUF. ${why.message}` } };
}
