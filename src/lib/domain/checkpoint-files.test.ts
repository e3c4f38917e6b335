import * as v from 'valibot';
import { expect, it } from 'vitest';
import { BaseLocationSchema, CheckpointNameSchema, isLaidOut, StoredFilesSchema } from './checkpoint-files.ts';

const file = (path: string, sha256 = 'a'.repeat(64)) => ({ path, bytes: 1, sha256 });

it.each(['adapter_model.safetensors', 'model-00001-of-00002.safetensors', 'config.json', 'chat_template.jinja', 'additional_chat_templates/tool_use.jinja', 'tokenizer.model', 'merges.txt', 'README.md', 'r1-dpo-1-f16.gguf', 'LICENSE'])('%s is read from', (path) => {
	expect(isLaidOut(path)).toBe(true);
});

it.each(['modeling.py', 'evil.pyc', '__pycache__/modeling.cpython-311.pyc', 'evil.so', 'evil.cpython-311-x86_64-linux-gnu.so', 'x.pth', 'training_args.bin', 'x.pkl', 'x.zip', 'x.egg', 'latest', 'x.json.py', 'LICENSE.py', 'x.JSON\n'])('%j is not', (path) => {
	expect(isLaidOut(path)).toBe(false);
});

it('files of a folder lie below it, each by itself, under a hash', () => {
	expect(v.is(StoredFilesSchema, [file('a.json'), file('in/a.json'), file('in/b.json')])).toBe(true);
	for (const files of [[file('../a')], [file('/a')], [file('a/../../b')], [file('a\\b')], [file('')], [file('a'), file('a')], [file('a'), file('a/b')], [file('a', 'A'.repeat(64))], [file('a', '../x')], [{ ...file('a'), bytes: -1 }], [{ path: 'a' }], null]) expect(v.is(StoredFilesSchema, files), JSON.stringify(files)).toBe(false);
});

it('a checkpoint’s name is one step, a base model’s place one of three', () => {
	expect(['r1-dpo-1', 'smollm2-135m-instruct', '模型'].every((name) => v.is(CheckpointNameSchema, name))).toBe(true);
	expect(['', '..', 'a/b', '../a', 'a\\b', 'a\nb', 'a'.repeat(201)].some((name) => v.is(CheckpointNameSchema, name))).toBe(false);
	expect(['folder:/models/tiny', 'bundled:smollm2-135m-instruct', `hf:owner/name@${'0'.repeat(40)}`].every((text) => v.is(BaseLocationSchema, text))).toBe(true);
	expect(['folder:models', 'bundled:../x', 'hf:owner/name@main', 'https://x', ''].some((text) => v.is(BaseLocationSchema, text))).toBe(false);
});
