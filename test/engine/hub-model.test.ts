import { access, cp, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, inject, it, vi } from 'vitest';
import { filesBelow, hashFile, treeHash } from '#lib/server/artifacts/store.ts';
import * as checkpoints from '#lib/server/db/checkpoints.ts';
import { createProject } from '#lib/server/usecases/create-project.ts';
import { addBaseModel, fetchBaseModel, listBaseModels, putHubToken } from '#lib/server/usecases/put-base-model.ts';
import { readCheckpoint } from '#lib/server/usecases/read-checkpoint.ts';
import { hubFolder, provideHubModel } from '../../workers/engine/swift/hub-models.ts';
import { readModelFacts } from '../../workers/engine/swift/model-facts.ts';
import { until } from '../support/worker.ts';
import { provideBase } from '../../workers/handlers/checkpoint-files.ts';
import { fetchModels } from '../../workers/handlers/fetch-models.ts';
import { startHub } from '../support/model-hub.ts';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

/** The real huggingface_hub against a server that speaks what it asks for; no hub was at hand. */
const model = { hub: 'hf' as const, repo: 'firm/tiny', commit: '0123456789abcdef0123456789abcdef01234567' };
let hub: Awaited<ReturnType<typeof startHub>>;
let dir: string;
let original: string;
let world: World | undefined;
let n = 0;
const README = '---\nlicense: apache-2.0\nlanguage:\n- en\n---\n# Tiny\n';
/** Larger than what the hub's package writes at a time: what came before the line was cut is on the disk. */
const weights = Buffer.alloc(25_000_000, 'plumbline');
beforeAll(async () => {
	const engine = inject('engine');
	dir = await mkdtemp(join(engine.dir, 'hub-'));
	// As a hub has it: other tests tell the engine how to read theirs.
	original = join(dir, 'original');
	await cp(engine.model.path, original, { recursive: true, filter: (path) => basename(path) !== 'plumbline.json' });
	hub = await startHub(original, { ...model, token: 'of-the-test', extra: { 'README.md': README, 'modeling_tiny.py': 'raise SystemExit("never run")', 'pytorch_model.bin': 'pickled', 'model.safetensors': weights } });
});
beforeEach(() => {
	n += 1;
	for (const [name, text] of Object.entries({ HF_ENDPOINT: hub.address, NO_PROXY: '127.0.0.1', HF_TOKEN: 'of-the-test', HF_HUB_OFFLINE: undefined })) vi.stubEnv(name, text);
	hub.asked.length = 0;
	hub.serve('whole');
});
afterAll(async () => {
	vi.unstubAllEnvs();
	await world?.close();
	await hub?.stop();
	await rm(dir, { recursive: true, force: true });
});

const models = () => join(dir, `models-${n}`);
const provide = (signal?: AbortSignal) => provideHubModel(inject('engine').environment, model, models(), { cacheDir: join(dir, 'cache'), timeoutMs: 120_000, ...(signal ? { signal } : {}) });
const hashOf = async (folder: string, names: string[]) => treeHash(await Promise.all(names.map(async (path) => ({ path, ...(await hashFile(join(folder, path))) }))));
const ofWeights = () => hub.asked.filter(({ method, path }) => method === 'GET' && path.endsWith('.safetensors'));

it('comes whole although the line is cut in the middle, without code and pickles, and once', async () => {
	hub.serve('cut');
	const [one, other] = await Promise.all([provide(), provide()]);
	const folder = hubFolder(models(), model);
	expect([one, other]).toEqual([{ ok: true, value: folder }, { ok: true, value: folder }]);
	const names = await filesBelow(folder);
	expect(names).toEqual([...(await filesBelow(original)).filter((name) => !name.startsWith('.')), 'README.md'].filter((name) => name !== '.gitattributes').sort());
	const same = names.filter((name) => name !== 'README.md' && name !== 'model.safetensors');
	expect(await hashOf(folder, same)).toBe(await hashOf(original, same));
	expect((await readFile(join(folder, 'model.safetensors'))).equals(weights)).toBe(true);
	expect(ofWeights().map(({ range, status }) => [range !== undefined, status])).toEqual([[false, 200], [true, 206]]);
	expect(await readModelFacts({ path: folder })).toEqual({ ok: true, value: { licence: 'apache-2.0', template: 'own' } });
	// There already: nobody is asked.
	hub.asked.length = 0;
	expect(await provide()).toMatchObject({ ok: true });
	expect(hub.asked).toEqual([]);
});

it('goes on where a worker that went down had come to', async () => {
	hub.serve('stuck');
	const down = new AbortController();
	const parts = join(`${hubFolder(models(), model)}.partial`, '.cache', 'parts');
	const written = async () => (await filesBelow(parts).catch(() => [])).length > 0 && (await stat(join(parts, (await filesBelow(parts))[0] ?? ''))).size > 0;
	const ended = provide(down.signal);
	await until('a part of the weights', written, 60, () => '');
	down.abort();
	await expect(ended).rejects.toThrow();
	expect(await access(hubFolder(models(), model)).then(() => true, () => false)).toBe(false);
	hub.serve('whole');
	hub.asked.length = 0;
	expect(await provide()).toMatchObject({ ok: true });
	expect(ofWeights()).toEqual([expect.objectContaining({ status: 206, range: expect.stringMatching(/^bytes=[1-9]\d*-/) })]);
});

it('says what is wrong: a token, a commit, and offline what is missing', async () => {
	vi.stubEnv('HF_TOKEN', 'another');
	expect(await provide()).toMatchObject({ ok: false, problem: { code: 'model_missing', message: expect.stringMatching(/does not let this installation have the model/), hint: expect.stringMatching(/HF_TOKEN/) } });
	vi.stubEnv('HF_TOKEN', 'of-the-test');
	const other = await provideHubModel(inject('engine').environment, { ...model, commit: 'f'.repeat(40) }, models(), { cacheDir: join(dir, 'cache'), timeoutMs: 120_000 });
	expect(other).toMatchObject({ ok: false, problem: { message: expect.stringMatching(/no such model at this commit/) } });
	vi.stubEnv('HF_HUB_OFFLINE', '1');
	hub.asked.length = 0;
	await cp(join(original, 'config.json'), join(`${hubFolder(models(), model)}.partial`, 'config.json'));
	expect(await provide()).toMatchObject({ ok: false, problem: { message: 'This worker is offline (HF_HUB_OFFLINE) and lacks of firm/tiny: tokenizer.json, model.safetensors.' } });
	expect(hub.asked).toEqual([]);
	// Brought by hand.
	for (const name of await readdir(original)) await cp(join(original, name), join(`${hubFolder(models(), model)}.partial`, name), { recursive: true });
	expect(await provide()).toMatchObject({ ok: true });
});

it('is refused with another model’s chat template, or a tokenizer with words that it has no weights for', async () => {
	const folder = join(dir, 'mismatched');
	await cp(original, folder, { recursive: true });
	expect(await readModelFacts({ path: folder })).toMatchObject({ ok: true });
	await writeFile(join(folder, 'chat_template.jinja'), '{% for m in messages %}<|start_header_id|>{{ m.role }}<|end_header_id|>{{ m.content }}<|eot_id|>{% endfor %}');
	expect(await readModelFacts({ path: folder })).toMatchObject({ ok: false, problem: { code: 'unsupported_template', message: expect.stringContaining('<|eot_id|>') } });
	await rm(join(folder, 'chat_template.jinja'));
	await cp(original, folder, { recursive: true });
	const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as object;
	await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, vocab_size: 2 }));
	expect(await readModelFacts({ path: folder })).toMatchObject({ ok: false, problem: { code: 'unsupported_template', message: expect.stringContaining('no weights') } });
});

it('is looked up and fetched from the list, with the token that is stored, and pinned', async () => {
	vi.stubEnv('PLUMBLINE_CACHE_DIR', models());
	vi.stubEnv('HF_TOKEN', 'another');
	const listed = await createWorld();
	try {
		const { app, admin } = listed;
		const context = { app, environment: inject('engine').environment, workDir: join(dir, 'work'), shutdown: new AbortController().signal };
		const { id } = valueOf(await addBaseModel(app, admin, { hub: 'hf', repo: model.repo, revision: 'main' }));
		const now = async () => valueOf(await listBaseModels(app, admin)).models[0];
		await fetchModels(context, 'asked');
		// The worker's own token is not the one: nothing is told but what to do.
		expect(await now()).toMatchObject({ status: 'failed', commit: null, problem: { code: 'model_missing', message: expect.stringMatching(/does not let this installation have the model/) } });
		expect(await createProject(app, admin, { slug: 'too-early', name: 'Too early', overlap: 1, baseModelId: id })).toMatchObject({ problem: { errors: [{ field: 'baseModelId' }] } });
		valueOf(await putHubToken(app, admin, { hub: 'hf', token: 'of-the-test' }));
		valueOf(await fetchBaseModel(app, admin, id));
		await fetchModels(context, 'asked');
		const taken = (await filesBelow(original)).filter((name) => !name.startsWith('.') && name !== 'model.safetensors');
		const sizes = await Promise.all(taken.map(async (name) => (await stat(join(original, name))).size));
		const bytes = sizes.reduce((sum, size) => sum + size, weights.length + README.length);
		expect(await now()).toMatchObject({ status: 'found', revision: 'main', commit: model.commit, bytes, facts: { licence: 'apache-2.0', gated: false } });
		// Nothing was fetched yet; what is chosen is the commit, not the branch.
		expect(ofWeights()).toEqual([]);
		const { id: projectId } = valueOf(await createProject(app, admin, { slug: 'listed', name: 'Listed', overlap: 1, baseModelId: id }));
		expect((await checkpoints.baseOf(app.db, projectId)).location).toBe(`hf:${model.repo}@${model.commit}`);
		valueOf(await fetchBaseModel(app, admin, id));
		await fetchModels(context, 'wanted');
		expect(await now()).toMatchObject({ status: 'ready', doneBytes: bytes, problem: null });
		expect(await access(hubFolder(join(models(), 'models'), model)).then(() => true, () => false)).toBe(true);
	} finally {
		await listed.close();
	}
});

it('is a project’s base, with its source, commit, licence and template on its page', async () => {
	vi.stubEnv('PLUMBLINE_CACHE_DIR', models());
	world = await createWorld({ PLUMBLINE_BASE_MODEL: `hf:${model.repo}@${model.commit}` });
	const { id: projectId } = await world.project({ rows: [] });
	const base = await checkpoints.baseOf(world.app.db, projectId);
	const read = async () => valueOf(await readCheckpoint((world as World).app, (world as World).admin, base.id));
	expect(await read()).toMatchObject({ name: 'tiny', model: { source: model, facts: null } });
	const context = { app: world.app, environment: inject('engine').environment, workDir: join(dir, 'work'), shutdown: new AbortController().signal };
	// In a folder named by a commit, of an architecture that several of the engine's entries share: it is told how to read it.
	expect(await provideBase(context, base)).toEqual({ ok: true, value: { path: hubFolder(join(models(), 'models'), model), modelType: 'qwen2', engineTemplate: 'qwen' } });
	expect(await read()).toMatchObject({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/), model: { source: model, facts: { licence: 'apache-2.0', template: 'own' } } });
});
