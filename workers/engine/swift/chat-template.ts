import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelSource } from '../engine.ts';

/** The template that a model's folder carries, in a file of its own or in the tokenizer's settings; empty where it has none. */
export async function carriedTemplate(folder: string): Promise<string> {
	const own = await readFile(join(folder, 'chat_template.jinja'), 'utf8').catch(() => null);
	if (own !== null) return own;
	const settings = JSON.parse(await readFile(join(folder, 'tokenizer_config.json'), 'utf8').catch(() => '{}')) as { chat_template?: unknown };
	return typeof settings.chat_template === 'string' ? settings.chat_template : '';
}

/**
 * SHA-256 of how a model's conversations become text: the engine's template by name, and the one in the folder. A checkpoint
 * that is served under another one answers worse, and nothing else would say why.
 */
export async function chatTemplateHash(model: ModelSource): Promise<string> {
	return createHash('sha256').update(`${model.template ?? ''}\0${(await carriedTemplate(model.path)).trimEnd()}`).digest('hex');
}
