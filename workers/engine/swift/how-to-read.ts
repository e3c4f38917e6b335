import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelSource } from '../engine.ts';
import { problem, value } from '../problem.ts';
import type { Outcome } from '../problem.ts';
import type { EngineEnvironment } from './environment-types.ts';
import { lastJsonLine, runScript, scriptPath } from './python-script.ts';
import type { ScriptOptions } from './python-script.ts';

/** Arguments by which the engine's programs are told a model and how to read it; our own scripts join words by a dash. */
export function readAs({ path, modelType, template, engineTemplate }: ModelSource, joint: '_' | '-' = '_'): string[] {
	const by = template ?? engineTemplate;
	return ['--model', path, ...(modelType ? [`--model${joint}type`, modelType] : []), ...(by ? ['--template', by] : [])];
}

/** What makes the answer: the same files, name and engine are read in the same way by the same script. */
async function keyOf(environment: EngineEnvironment, model: ModelSource, of: { name: string; sha256: string }): Promise<string> {
	const parts = [await readFile(scriptPath('how_to_read.py'), 'utf8'), of.sha256, of.name, model.modelType ?? '', model.template ?? '', environment.versions['ms-swift'] ?? '', environment.versions['transformers'] ?? ''];
	return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
}

type Reading = { modelType: string; template: string };

/**
 * A model's folder with the engine's names of its architecture and chat template, found where the folder does not say them.
 * Left to itself the engine looks at the folder's name, and gives up where several of its entries share an architecture,
 * as with Qwen and Llama. Kept beside the caches: asking takes seconds.
 * @param of the model's name at its hub, or its folder's, and the hash of its files
 */
export async function withReading(environment: EngineEnvironment, model: ModelSource, of: { name: string; sha256: string }, options: ScriptOptions): Promise<Outcome<ModelSource>> {
	if (model.modelType !== undefined && model.template !== undefined) return value(model);
	const folder = join(options.cacheDir, 'readings');
	const kept = join(folder, `${await keyOf(environment, model, of)}.json`);
	const known = await readFile(kept, 'utf8').then((text) => JSON.parse(text) as Reading, () => null);
	const reading = known ? value(known) : await ask(environment, model, of.name, options);
	if (!reading.ok) return reading;
	if (!known) {
		await mkdir(folder, { recursive: true });
		// Others may ask for the same at the same time, in this process and in containers whose processes have the same number.
		const written = `${kept}.${randomUUID()}`;
		await writeFile(written, JSON.stringify(reading.value));
		await rename(written, kept);
	}
	const { modelType, template } = reading.value;
	return value({ ...model, modelType, ...(model.template === undefined ? { engineTemplate: template } : {}) });
}

async function ask(environment: EngineEnvironment, model: ModelSource, name: string, options: ScriptOptions): Promise<Outcome<Reading>> {
	const result = await runScript(environment, 'how_to_read.py', [...readAs(model, '-'), '--name', name], options);
	options.signal?.throwIfAborted();
	const reply = lastJsonLine<Reading | { code: 'unsupported_model' | 'unsupported_template' | 'unreadable_model' | 'missing_package'; message: string }>(result);
	if (reply && 'modelType' in reply) return value(reply);
	const hint = 'Say in a `plumbline.json` in its folder how the engine reads it (“The base model” in docs/operations.md), or take another model.';
	if (reply?.code === 'missing_package') return problem(reply.code, `The base model cannot be read on this worker: ${reply.message}.`, 'Install it into the engine’s environment; see “Images” in docs/operations.md.');
	if (reply?.code === 'unreadable_model') return problem(reply.code, `The base model cannot be read: ${reply.message}.`, 'Put the files that belong to the model in its folder, or take another model.');
	if (reply) return problem(reply.code, `The base model cannot be read: ${reply.message}.`, hint);
	// Without an answer nothing is known of the model: the next try may get one.
	if (result.signal !== null || result.code === 137) return problem('killed', 'The engine was ended while it looked how the base model is read: it took too long, or the machine ran out of memory.', 'Try again; a busy machine takes longer.');
	return problem('start_failed', `The engine could not look how the base model is read: ${result.stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? ''}`, `Look at the engine’s environment and at the folder. ${hint}`);
}
