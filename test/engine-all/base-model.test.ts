import { cp, readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { withReading } from '../../workers/engine/swift/how-to-read.ts';
import { mergeAdapter } from '../../workers/engine/swift/merge.ts';
import { scoreRows } from '../../workers/engine/swift/score.ts';
import { verifyAdapter } from '../../workers/engine/swift/verify.ts';
import { pairs, writeRows } from '../engine/rows.ts';
import { must, recipe, train } from '../engine/train.ts';

const { environment, model, dir } = inject('engine');
const scripts = { cacheDir: join(dir, 'cache'), threads: 2 };
const sha256 = 'a'.repeat(64);

/** A model as it comes from a hub: in a folder named by a commit, without a word of ours on how to read it. */
const folder = join(dir, 'Firm--Tiny', '0123456789abcdef0123456789abcdef01234567');
beforeAll(() => cp(model.path, folder, { recursive: true, filter: (path) => basename(path) !== 'plumbline.json' }));

describe('a base that says nothing of how it is read', () => {
	it('is one that the engine alone gives up on: several of its entries share the architecture', async () => {
		const { outcome } = await train('unread', { recipe: recipe('dpo', { maxSteps: 2, saveSteps: 2 }), model: { path: folder } });
		expect(outcome).toMatchObject({ ok: false, problem: { code: 'unsupported_model' } });
	});

	it('is told by its architecture and by what its own template writes, once, and then trains, merges and is scored', async () => {
		const read = must(await withReading(environment, { path: folder }, { name: 'Tiny', sha256 }, scripts));
		expect(read).toEqual({ path: folder, modelType: 'qwen2', engineTemplate: 'qwen' });
		expect(await readdir(join(scripts.cacheDir, 'readings'))).toHaveLength(1);
		// Kept: a Python that is not there is not asked.
		expect(await withReading({ ...environment, python: join(dir, 'no-python') }, { path: folder }, { name: 'Tiny', sha256 }, scripts)).toEqual({ ok: true, value: read });
		const checkpoint = must((await train('read', { recipe: recipe('dpo', { maxSteps: 2, saveSteps: 2 }), model: read })).outcome);
		expect(must(await verifyAdapter(environment, read, checkpoint.path, scripts)).changed).toBe(true);
		const whole = must(await mergeAdapter(environment, { model: read, adapter: checkpoint.path, reward: false }, join(dir, 'read-whole'), scripts));
		expect(whole).toMatchObject({ modelType: 'qwen2', engineTemplate: 'qwen' });
		const rows = await writeRows(join(dir, 'read-rows.jsonl'), pairs(2));
		expect(must(await scoreRows(environment, { model: read, checkpoints: { it: { kind: 'full', path: whole.path } }, rows, output: join(dir, 'read-scored.jsonl') }, scripts))).toHaveLength(2);
	});

	it('is told by its name where the engine knows that: a fine-tuned relative of another template is not guessed at', async () => {
		expect(must(await withReading(environment, { path: folder }, { name: 'Qwen2.5-7B-Instruct', sha256 }, scripts))).toEqual({ path: folder, modelType: 'qwen2', engineTemplate: 'qwen2_5' });
	});

	it('is told the template of a relative of its architecture that writes what its own does, a system’s turn left out where it refuses one, and none where none does', async () => {
		const relative = join(dir, 'relative');
		await cp(folder, relative, { recursive: true });
		await writeFile(join(relative, 'chat_template.jinja'), `{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}${await readFile(join(folder, 'chat_template.jinja'), 'utf8')}`);
		await writeFile(join(relative, 'config.json'), JSON.stringify({ architectures: ['LlamaForCausalLM'], model_type: 'llama' }));
		expect(must(await withReading(environment, { path: relative }, { name: 'Relative', sha256: 'd'.repeat(64) }, scripts))).toEqual({ path: relative, modelType: 'llama', engineTemplate: 'chatml' });
		await writeFile(join(relative, 'config.json'), JSON.stringify({ architectures: ['MistralForCausalLM'], model_type: 'mistral' }));
		expect(await withReading(environment, { path: relative }, { name: 'Relative', sha256: 'e'.repeat(64) }, scripts)).toMatchObject({ ok: false, problem: { code: 'unsupported_template', message: expect.stringContaining('llama, mistral_nemo') } });
	});

	it('is refused with the reason: a template that none of the engine’s writes, an architecture that it does not know', async () => {
		const other = join(dir, 'other-template');
		await cp(folder, other, { recursive: true });
		await writeFile(join(other, 'chat_template.jinja'), '{% for m in messages %}[{{ m.role }}] {{ m.content }} [end]{% endfor %}');
		expect(await withReading(environment, { path: other }, { name: 'Other', sha256: 'b'.repeat(64) }, scripts)).toMatchObject({ ok: false, problem: { code: 'unsupported_template', message: expect.stringContaining('none of the engine'), hint: expect.stringContaining('plumbline.json') } });
		await writeFile(join(other, 'config.json'), JSON.stringify({ architectures: ['NobodyForCausalLM'], model_type: 'nobody' }));
		expect(await withReading(environment, { path: other }, { name: 'Other', sha256: 'c'.repeat(64) }, scripts)).toMatchObject({ ok: false, problem: { code: 'unsupported_model', message: expect.stringContaining('NobodyForCausalLM') } });
		// What its keeper says stands.
		expect(await withReading(environment, { path: other, modelType: 'qwen2', template: 'chatml' }, { name: 'Other', sha256 }, scripts)).toEqual({ ok: true, value: { path: other, modelType: 'qwen2', template: 'chatml' } });
	});

	it('is refused with the reason where its files are somebody’s trap: a template that comes to no end or takes all memory, settings of another kind', async () => {
		const hostile = join(dir, 'hostile');
		await cp(folder, hostile, { recursive: true });
		const read = (n: number) => withReading(environment, { path: hostile }, { name: 'Hostile', sha256: String(n).repeat(64) }, scripts);
		const loops = '{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}';
		await writeFile(join(hostile, 'chat_template.jinja'), loops);
		expect(await read(1)).toMatchObject({ ok: false, problem: { code: 'unsupported_template', message: expect.stringContaining('came to no end') } });
		await writeFile(join(hostile, 'chat_template.jinja'), "{{ 'x' * 99999999999 }}");
		expect(await read(2)).toMatchObject({ ok: false, problem: { code: 'unsupported_template' } });
		await writeFile(join(hostile, 'tokenizer.json'), '{"version": "1.0", "model": {"type": "Nobody"}}');
		expect(await read(3)).toMatchObject({ ok: false, problem: { code: 'unreadable_model', hint: expect.stringContaining('files that belong to the model') } });
		for (const [n, config] of [[4, []], [5, { architectures: 'Qwen2ForCausalLM' }], [6, { architectures: [{}] }]] as const) {
			await writeFile(join(hostile, 'config.json'), JSON.stringify(config));
			expect(await read(n)).toMatchObject({ ok: false, problem: { code: 'unreadable_model', message: expect.stringContaining('config.json') } });
		}
	});
});
