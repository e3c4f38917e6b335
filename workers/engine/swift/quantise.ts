import * as v from 'valibot';
import type { QuantPlan } from '#lib/domain/checkpoint-export.ts';
import { run } from '../../process/run.ts';
import { problem, value } from '../problem.ts';
import type { Outcome } from '../problem.ts';
import type { EngineEnvironment } from './environment-types.ts';
import { readSettings } from './model-folder.ts';
import { lastJsonLine, runScript } from './python-script.ts';
import type { ScriptOptions } from './python-script.ts';

/** Whether the engine's own parser takes an export's arguments; nothing is made. `argv`: program first, as it would be started. */
export async function checkExportArguments(environment: EngineEnvironment, argv: readonly string[], options: ScriptOptions): Promise<Outcome<null>> {
	const result = await runScript(environment, 'export_arguments.py', argv.slice(2), options);
	const reply = lastJsonLine<{ unknown: string[]; message: string | null }>(result);
	if (!reply) return problem('engine_failed', 'The engine’s parser did not answer.', result.stderr.trim().split('\n').at(-1) ?? 'Look at the worker’s log.');
	if (reply.message === null && reply.unknown.length === 0) return value(null);
	return problem('unknown_flag', reply.message === null ? `The engine does not know ${reply.unknown.join(', ')}.` : `The engine refuses the arguments: ${reply.message}`, 'The installed engine differs from the one this version was made for: let the worker install it again.');
}

/** What each method imports besides the engine. */
const PACKAGES = { gptq: ['optimum', 'gptqmodel'], awq: ['awq'] } as const;

const MISSING: Record<QuantPlan['format'], string> = {
	gptq: 'Install optimum and gptqmodel into the engine’s Python on a worker with a GPU (docs/checkpoint-exports.md).',
	awq: 'autoawq needs an older transformers than the engine: give it and ms-swift an environment of their own and name its Python in PLUMBLINE_AWQ_PYTHON (docs/checkpoint-exports.md).'
};

/** Prints the folder of the engine's programs, and what of these packages is missing. */
const LOOK = `
import importlib.util, json, os, sys
swift = importlib.util.find_spec('swift')
print(json.dumps({'cli': os.path.join(os.path.dirname(swift.origin), 'cli') if swift else None, 'missing': [name for name in sys.argv[1:] if importlib.util.find_spec(name) is None]}))
`;

/**
 * The Python that rounds by this method, and its engine's programs.
 * @param awqPython one of an environment made for AWQ; the engine's own where there is none
 */
export async function quantEnvironment(environment: EngineEnvironment, method: QuantPlan['format'], awqPython: string | undefined): Promise<Outcome<EngineEnvironment>> {
	const python = method === 'awq' && awqPython !== undefined ? awqPython : environment.python;
	const asked = await run([python, '-c', LOOK, ...PACKAGES[method]], { env: { PATH: process.env['PATH'] ?? '' }, timeoutMs: 60_000 });
	const found = lastJsonLine<{ cli: string | null; missing: string[] }>(asked);
	const lacks = found ? [...(found.cli === null ? ['ms-swift'] : []), ...found.missing] : ['ms-swift'];
	if (!found?.cli || lacks.length > 0) return problem('missing_package', `${method.toUpperCase()} needs ${lacks.join(' and ')}, which this worker’s Python has not.`, MISSING[method]);
	return value({ ...environment, python, swiftCli: found.cli });
}

/** Whether a folder holds a model whose weights were rounded by this method: exit code 0 is not believed. One whose settings cannot be read holds none. */
export async function isQuantised(folder: string, method: QuantPlan['format']): Promise<boolean> {
	const config = await readSettings(folder, 'config.json');
	return config.ok && v.is(v.object({ quantization_config: v.object({ quant_method: v.literal(method) }) }), config.value);
}
