import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { templateMismatch } from '#lib/domain/chat-template-match.ts';
import type { ModelFacts } from '#lib/domain/hub-model.ts';
import { carriedTemplate } from './chat-template.ts';
import { problem, value } from '../problem.ts';
import type { Outcome } from '../problem.ts';
import type { ModelSource } from '../engine.ts';

type Json = Record<string, unknown>;

async function readJson(path: string): Promise<Json> {
	return JSON.parse(await readFile(path, 'utf8').catch(() => '{}')) as Json;
}

const LICENCE = /^["']?([\w .+-]{1,80}?)["']?$/;

/** The licence in a model card's front matter, which both hubs write alike; several of a list with commas between. */
export function licenceOf(card: string): string | null {
	const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(card)?.[1] ?? '';
	const of = (name: string): string | null => {
		const [, inline = '', below = ''] = new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*\\r?$((?:\\r?\\n[ \\t]*-[ \\t]+.*)*)`, 'm').exec(front) ?? [];
		const items = inline.startsWith('[') && inline.endsWith(']') ? inline.slice(1, -1).split(',') : inline === '' ? below.split('\n').map((line) => line.replace(/^[ \t]*-[ \t]+/, '')) : [inline];
		const read = items.map((item) => item.trim()).filter((item) => item !== '').map((item) => LICENCE.exec(item)?.[1]);
		return read.length > 0 && read.every((item) => item !== undefined) ? read.slice(0, 10).join(', ') : null;
	};
	const named = of('license');
	return named === 'other' ? (of('license_name') ?? 'other') : named;
}

/** Tokens with their ids from tokenizer.json, or from the tokenizer's settings where the fast one is not there; none when neither says. */
async function addedTokens(folder: string, settings: Json): Promise<Map<string, number>> {
	const fast = (await readJson(join(folder, 'tokenizer.json')))['added_tokens'] as { id: number; content: string }[] | undefined;
	const slow = Object.entries((settings['added_tokens_decoder'] ?? {}) as Record<string, { content: string }>);
	return new Map(fast ? fast.map(({ id, content }) => [content, id]) : slow.map(([id, { content }]) => [content, Number(id)]));
}

/** Reads a model's folder; refuses one whose chat template is not its tokenizer's, which would train answers that never end. */
export async function readModelFacts({ path, template: named }: ModelSource): Promise<Outcome<ModelFacts>> {
	const settings = await readJson(join(path, 'tokenizer_config.json'));
	const config = await readJson(join(path, 'config.json'));
	const own = await carriedTemplate(path);
	const added = await addedTokens(path, settings);
	const eos = settings['eos_token'];
	const vocabulary = config['vocab_size'] ?? (config['text_config'] as Json | undefined)?.['vocab_size'];
	const mismatch =
		own === '' || added.size === 0
			? null
			: templateMismatch(own, { added, eos: typeof eos === 'string' ? eos : (((eos as Json | null | undefined)?.['content'] as string | undefined) ?? null), vocabulary: typeof vocabulary === 'number' ? vocabulary : null });
	if (mismatch) {
		const markers = mismatch.markers.slice(0, 5).join(' ');
		return mismatch.code === 'no_weights'
			? problem('unsupported_template', `The chat template of the base model uses tokens for which the model has no weights: ${markers}.`, 'Take the tokenizer that came with these weights.')
			: problem('unsupported_template', `The chat template of the base model is not its tokenizer’s: to that, ${markers} are plain text, and nothing would end an answer.`, 'Take the template and the tokenizer of one model.');
	}
	return value({ licence: licenceOf(await readFile(join(path, 'README.md'), 'utf8').catch(() => '')), template: own !== '' ? 'own' : named ? 'engine' : null });
}
