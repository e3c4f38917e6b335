import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { templateMismatch } from '#lib/domain/chat-template-match.ts';
import type { ModelFacts } from '#lib/domain/hub-model.ts';
import { carriedTemplate } from './chat-template.ts';
import { readSettings, refuseFolder } from './model-folder.ts';
import { problem, value } from '../problem.ts';
import type { Outcome } from '../problem.ts';
import type { ModelSource } from '../engine.ts';

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

const Content = v.object({ content: v.string() });
/** What of a tokenizer's files says which words it knows. */
const Fast = v.object({ added_tokens: v.optional(v.array(v.object({ id: v.number(), content: v.string() }))) });
const Settings = v.object({ added_tokens_decoder: v.optional(v.record(v.string(), Content), {}), eos_token: v.optional(v.nullable(v.union([v.string(), Content]))) });
const Config = v.object({ vocab_size: v.optional(v.number()), text_config: v.optional(v.nullable(v.object({ vocab_size: v.optional(v.number()) }))) });

async function read<T>(folder: string, name: string, schema: v.GenericSchema<unknown, T>): Promise<Outcome<T>> {
	const settings = await readSettings(folder, name);
	if (!settings.ok) return settings;
	const parsed = v.safeParse(schema, settings.value);
	if (parsed.success) return value(parsed.output);
	return problem('unreadable_model', `${name} in the model’s folder is not as transformers writes it: ${v.getDotPath(parsed.issues[0]) ?? 'its content'} is of another kind.`, `Put the ${name} that belongs to the model in its place.`);
}

/** Tokens with their ids from tokenizer.json, or from the tokenizer's settings where the fast one is not there; none when neither says. */
function addedTokens({ added_tokens: fast }: v.InferOutput<typeof Fast>, { added_tokens_decoder: slow }: v.InferOutput<typeof Settings>): Map<string, number> {
	return new Map(fast ? fast.map(({ id, content }) => [content, id]) : Object.entries(slow).map(([id, { content }]) => [content, Number(id)]));
}

/** Reads a model's folder; refuses one that brings program code, whose settings are not whole, or whose chat template is not its tokenizer's, which would train answers that never end. */
export async function readModelFacts({ path, template: named }: ModelSource): Promise<Outcome<ModelFacts>> {
	const refusal = await refuseFolder(path);
	if (refusal) return refusal;
	const [settings, config, fast] = [await read(path, 'tokenizer_config.json', Settings), await read(path, 'config.json', Config), await read(path, 'tokenizer.json', Fast)];
	if (!settings.ok) return settings;
	if (!config.ok) return config;
	if (!fast.ok) return fast;
	const own = await carriedTemplate(path);
	const added = addedTokens(fast.value, settings.value);
	const eos = settings.value.eos_token ?? null;
	const vocabulary = config.value.vocab_size ?? config.value.text_config?.vocab_size ?? null;
	const mismatch = own === '' || added.size === 0 ? null : templateMismatch(own, { added, eos: typeof eos === 'object' ? (eos?.content ?? null) : eos, vocabulary });
	if (mismatch) {
		const markers = mismatch.markers.slice(0, 5).join(' ');
		return mismatch.code === 'no_weights'
			? problem('unsupported_template', `The chat template of the base model uses tokens for which the model has no weights: ${markers}.`, 'Take the tokenizer that came with these weights.')
			: problem('unsupported_template', `The chat template of the base model is not its tokenizer’s: to that, ${markers} are plain text, and nothing would end an answer.`, 'Take the template and the tokenizer of one model.');
	}
	return value({ licence: licenceOf(await readFile(join(path, 'README.md'), 'utf8').catch(() => '')), template: own !== '' ? 'own' : named ? 'engine' : null });
}
