import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { carriedTemplate } from './chat-template.ts';
import { readModelFacts } from './model-facts.ts';
import { readSettings, refuseFolder, sourceOf } from './model-folder.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'plumbline-folder-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));
const put = (name: string, text: string) => writeFile(join(folder, name), text);

describe('what its keeper says in plumbline.json', () => {
	it('is read; without the file nothing is said', async () => {
		expect(await sourceOf(folder)).toEqual({ ok: true, value: { path: folder } });
		await put('plumbline.json', '{"modelType": "qwen2_5", "note": "ours"}');
		expect(await sourceOf(folder)).toEqual({ ok: true, value: { path: folder, modelType: 'qwen2_5' } });
	});

	it.each([
		['{"modelType": "llama",', 'plumbline.json in the model’s folder holds no JSON object'],
		['["llama"]', 'holds no JSON object'],
		['', 'holds no JSON object'],
		['{"modelType": 3}', 'modelType is no name'],
		['{"template": "--output_dir /etc"}', 'template is no name']
	])('is refused with the file’s name where it says it wrongly: %s', async (text, message) => {
		await put('plumbline.json', text);
		expect(await sourceOf(folder)).toMatchObject({ ok: false, problem: { code: 'unreadable_model', message: expect.stringContaining(message) as string } });
	});
});

it('takes Python’s numbers, for which JSON has no word', async () => {
	await put('config.json', '{"vocab_size": 5, "time_step_limit": [0.0, Infinity], "eps": NaN, "low": [-Infinity, 1], "said": "a, NaN"}');
	expect(await readSettings(folder, 'config.json')).toEqual({ ok: true, value: { vocab_size: 5, time_step_limit: [0, null], eps: null, low: [null, 1], said: 'a, NaN' } });
});

describe('a folder is refused before a program reads it', () => {
	it.each(['config.json', 'tokenizer_config.json', 'processor_config.json', 'preprocessor_config.json', 'video_preprocessor_config.json'])('where it names program code: %s', async (name) => {
		await put(name, '{"auto_map": {"AutoTokenizer": ["tokenization_own.Own", null]}}');
		expect(await refuseFolder(folder)).toMatchObject({ ok: false, problem: { code: 'model_runs_code', message: expect.stringContaining(`auto_map in ${name}`) as string } });
		expect(await readModelFacts({ path: folder })).toMatchObject({ ok: false, problem: { code: 'model_runs_code' } });
	});

	it.each(['config.json', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json'])('where its settings are torn: %s', async (name) => {
		await put(name, '{"vocab_size": 1');
		expect(await readModelFacts({ path: folder })).toMatchObject({ ok: false, problem: { code: 'unreadable_model', message: expect.stringContaining(name) as string } });
		expect(await carriedTemplate(folder)).toBe('');
	});

	it.each([
		['tokenizer.json', '{"added_tokens": {"id": 1}}', 'added_tokens'],
		['tokenizer.json', '{"added_tokens": [{"id": 1, "content": null}]}', 'added_tokens.0.content'],
		['tokenizer_config.json', '{"added_tokens_decoder": {"1": "<s>"}}', 'added_tokens_decoder.1'],
		['config.json', '{"vocab_size": "many"}', 'vocab_size'],
		['config.json', '{"text_config": "none"}', 'text_config']
	])('where %s is not as transformers writes it: %s', async (name, text, at) => {
		await put(name, text);
		expect(await readModelFacts({ path: folder })).toMatchObject({ ok: false, problem: { code: 'unreadable_model', message: expect.stringMatching(new RegExp(`${name}.*${at.replaceAll('.', '\\.')}`)) as string } });
	});

	it('and taken where nothing speaks against it, whatever else lies there', async () => {
		await put('config.json', '{"vocab_size": 10, "auto_map": {}}');
		await put('tokenizer_config.json', '{"eos_token": {"content": "</s>"}, "auto_map": null, "chat_template": "{{ messages }}"}');
		await put('notes.json', 'not ours');
		expect(await refuseFolder(folder)).toBeNull();
		expect(await readModelFacts({ path: folder })).toEqual({ ok: true, value: { licence: null, template: 'own' } });
	});
});
