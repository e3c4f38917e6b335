import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { ModelSource } from '../../workers/engine/engine.ts';
import type { EngineEnvironment } from '../../workers/engine/swift/environment-types.ts';
import { withReading } from '../../workers/engine/swift/how-to-read.ts';
import { mergeAdapter } from '../../workers/engine/swift/merge.ts';
import { refuseImages } from '../../workers/engine/swift/row-images.ts';
import { scoreRows } from '../../workers/engine/swift/score.ts';
import { measureLengths } from '../../workers/engine/swift/token-lengths.ts';
import { verifyAdapter, verifyWhole } from '../../workers/engine/swift/verify.ts';
import { alikeRows } from '../../workers/handlers/alike-rows.ts';
import { createInferenceClient } from '../../workers/inference/client.ts';
import { startSwiftServer } from '../../workers/inference/swift-server.ts';
import { pairRows, pairs, writeRows } from '../engine/rows.ts';
import { must, recipe, train } from '../engine/train.ts';
import { png } from '../support/artifact-files.ts';
import { withSight } from './sight.ts';

const { environment: blind, model: text, dir } = inject('engine');
const scripts = { cacheDir: join(dir, 'sight', 'cache'), threads: 2 };
const named = { name: 'Tiny-VL', sha256: 'd'.repeat(64) };
let environment: EngineEnvironment;
let unread: ModelSource;
let model: ModelSource;
const images: string[] = [];

beforeAll(async () => {
	await mkdir(join(dir, 'sight'), { recursive: true });
	({ environment, model: unread } = await withSight(blind, join(dir, 'sight')));
	model = must(await withReading(environment, unread, named, scripts));
	for (const [name, colour] of [['red', [200, 20, 20]], ['blue', [20, 20, 200]]] as const) {
		images.push(join(dir, 'sight', `${name}.png`));
		await writeFile(images.at(-1) ?? '', png(64, 64, { colour }));
	}
});

/** Pairs whose question shows an image. */
const shown = (image: string) => pairRows(pairs(8)).map((row) => ({ ...row, messages: row.messages.map((turn) => (turn.role === 'user' ? { ...turn, content: `<image>${turn.content}` } : turn)), images: [image] }));
const short = { maxSteps: 2, saveSteps: 2, loraDropout: 0 };

describe('a base that reads images', () => {
	it('is known by its architecture, and needs packages that the engine names where it has them not', async () => {
		expect(model).toEqual({ path: unread.path, modelType: 'qwen2_5_vl', engineTemplate: 'qwen2_5_vl' });
		expect(await withReading(blind, unread, { ...named, sha256: 'e'.repeat(64) }, scripts)).toMatchObject({ ok: false, problem: { code: 'missing_package', message: expect.stringMatching(/qwen_vl_utils.*torchvision/) } });
	});

	it('learns from rows with images, and what they show is part of it', async () => {
		const attempts = [];
		for (const [at, image] of images.entries()) attempts.push(await train(`image-${at}`, { recipe: recipe('dpo', short), model }, { rows: shown(image), environment }));
		const first = attempts.map(({ events }) => events.find((event) => event.type === 'metrics')?.values['logps/chosen']);
		expect(attempts.map(({ outcome }) => must(outcome).rows)).toEqual([8, 8]);
		expect(first[0]).not.toBe(first[1]);
	});

	it.each(['orpo', 'sft'] as const)('%s: the checkpoint loads, merges, and is scored on rows of text', async (objective) => {
		const rows = objective === 'sft' ? shown(images[0] ?? '').map(({ messages, images: own }) => ({ messages, images: own })) : shown(images[0] ?? '');
		const checkpoint = must((await train(`image-${objective}`, { recipe: recipe(objective, short), model }, { rows, environment })).outcome);
		expect(must(await verifyAdapter(environment, model, checkpoint.path, scripts)).changed).toBe(true);
		const whole = must(await mergeAdapter(environment, { model, adapter: checkpoint.path, reward: false }, join(dir, 'sight', `whole-${objective}`), scripts));
		expect(must(await verifyWhole(environment, whole.path, scripts)).rank).toBe(0);
		const held = await writeRows(join(dir, 'sight', 'held.jsonl'), pairs(4));
		const scored = must(await scoreRows(environment, { model, checkpoints: { adapter: { kind: 'adapter', path: checkpoint.path }, whole: { kind: 'full', path: whole.path } }, rows: held, output: join(dir, 'sight', 'scored.jsonl') }, scripts));
		for (const { logps } of scored) expect(logps['whole']?.chosen).toBeCloseTo(logps['adapter']?.chosen ?? NaN, 2);
	});

	it('takes both conversations whole, each with its image, and rows without any in the same file', async () => {
		const [plain, pictured] = [pairRows(pairs(4)), shown(images[0] ?? '').slice(0, 4)];
		const whole = pictured.map(({ messages, rejected_response: rejected, images: own }) => ({ messages, rejected_messages: [...messages.slice(0, -1), { role: 'assistant', content: rejected }], images: own, rejected_images: own }));
		const rows = await alikeRows(await writeRows(join(dir, 'sight', 'mixed.jsonl'), [...plain, ...whole]), join(dir, 'sight'));
		const { outcome } = await train('image-mixed', { recipe: recipe('dpo', short), model, rows, rowCount: 8 }, { environment });
		expect(must(outcome).rows).toBe(8);
	});

	it('is served, and answers with the image that it is sent in mind', async () => {
		const server = must(await startSwiftServer(environment, { model, dir: join(dir, 'sight', 'server'), marker: `sight-${process.pid}`, selfTerminateSeconds: 120 }));
		try {
			const client = createInferenceClient({ baseUrl: server.baseUrl, model: server.model, apiKey: server.apiKey, timeoutMs: 60_000 });
			const ask = async (image?: string) => client.complete([{ role: 'user', content: [...(image === undefined ? [] : [{ type: 'image_url' as const, image_url: { url: `data:image/png;base64,${await readFile(image, 'base64')}` } }]), { type: 'text', text: 'What does it show?' }] }], { maxTokens: 4, temperature: 0 });
			const [blindly, seeing] = [await ask(), await ask(images[0])];
			expect([blindly, seeing]).toMatchObject([{ ok: true }, { ok: true }]);
			// An image is tokens of the question.
			expect((seeing.ok && blindly.ok && (seeing.value.promptTokens ?? 0) - (blindly.value.promptTokens ?? 0)) || 0).toBeGreaterThan(2);
		} finally {
			await server.stop();
		}
	});

	it('has its rows counted without those that hold images', async () => {
		const file = await writeRows(join(dir, 'sight', 'count.jsonl'), [...pairRows(pairs(2)), ...shown(images[0] ?? '')]);
		const { lengths, withImages } = must(await measureLengths(environment, model, file, scripts));
		expect(withImages).toBe(8);
		expect(Object.values(lengths.rows).reduce((sum, rows) => sum + rows, 0)).toBe(2);
		// Of those their words alone, and how many images they have.
		expect(lengths.pictured).toMatchObject({ images: 1 });
		expect(lengths.pictured?.longest).toBeGreaterThan(lengths.pictured?.longestAnswer ?? Infinity);
	});
});

it('rows with images are refused on a base that reads text only', async () => {
	expect(await refuseImages(unread.path)).toBeNull();
	expect(await refuseImages(text.path)).toMatchObject({ ok: false, problem: { code: 'base_reads_text' } });
});
