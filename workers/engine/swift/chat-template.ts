import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelSource } from '../engine.ts';
import { readSettings } from './model-folder.ts';

/** The template that a model's folder carries, in a file of its own or in the tokenizer's settings; empty where it has none, or its settings cannot be read. */
export async function carriedTemplate(folder: string): Promise<string> {
	const own = await readFile(join(folder, 'chat_template.jinja'), 'utf8').catch(() => null);
	if (own !== null) return own;
	const settings = await readSettings(folder, 'tokenizer_config.json');
	const template = settings.ok ? settings.value['chat_template'] : undefined;
	return typeof template === 'string' ? template : '';
}

/**
 * SHA-256 of how a model's conversations become text: the engine's template by name, and the one in the folder. A checkpoint
 * that is served under another one answers worse, and nothing else would say why.
 */
export async function chatTemplateHash(model: ModelSource): Promise<string> {
	return createHash('sha256').update(`${model.template ?? ''}\0${(await carriedTemplate(model.path)).trimEnd()}`).digest('hex');
}
