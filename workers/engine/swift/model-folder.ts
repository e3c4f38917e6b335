import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { problem, value } from '../problem.ts';
import type { EngineProblem, Outcome } from '../problem.ts';
import type { ModelSource } from '../engine.ts';
import { parsePython } from './python-json.ts';
import type { Json } from './python-json.ts';

/** Files of a model's folder by which the engine's libraries are told what to do with it. */
const SETTINGS = /^((generation_|tokenizer_|processor_|preprocessor_|video_preprocessor_)?config|tokenizer|special_tokens_map|chat_template|plumbline)\.json$/;

/** The engine's name of an architecture or a template. */
const EngineName = v.pipe(v.string(), v.regex(/^[\w.-]{1,100}$/));
const ReadAs = v.object({ modelType: v.optional(EngineName), template: v.optional(EngineName) });

/** A file of a model's folder as the object that it holds; empty where there is none. */
export async function readSettings(folder: string, name: string): Promise<Outcome<Json>> {
	const text = await readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? '{}' : ''));
	const settings = parsePython(text);
	if (settings) return value(settings);
	return problem('unreadable_model', `${name} in the model’s folder holds no JSON object that could be read.`, `Mend it, or put the ${name} that belongs to the model in its place.`);
}

/** A model's folder as its keeper says that it is read, in a `plumbline.json`: `{modelType, template}`. What is said wrongly is told, and no reason to guess. */
export async function sourceOf(path: string): Promise<Outcome<ModelSource>> {
	const settings = await readSettings(path, 'plumbline.json');
	if (!settings.ok) return settings;
	const said = v.safeParse(ReadAs, settings.value);
	if (said.success) return value({ path, ...said.output });
	const field = v.getDotPath(said.issues[0]) ?? 'what it says';
	return problem('unreadable_model', `In plumbline.json of the model’s folder, ${field} is no name that the engine could have.`, 'Write modelType and template as the engine names them, such as {"modelType": "llama", "template": "chatml"}, or leave them out.');
}

/**
 * Refuses a folder before any program reads it: one whose settings are not whole, and one that names program code for
 * model, tokenizer or processor, which the engine would run unasked. Null where nothing speaks against it.
 */
export async function refuseFolder(path: string): Promise<{ ok: false; problem: EngineProblem } | null> {
	const names = await readdir(path).catch((): string[] => []);
	for (const name of names.filter((one) => SETTINGS.test(one)).sort()) {
		const settings = await readSettings(path, name);
		if (!settings.ok) return settings;
		if (Object.keys(settings.value['auto_map'] ?? {}).length > 0) return problem('model_runs_code', `The base model brings its own program code (auto_map in ${name}), which the engine would run.`, 'Choose a model whose architecture and tokenizer the engine knows.');
	}
	return null;
}
