import { access, cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, inject, it, vi } from 'vitest';
import { filesBelow } from '#lib/server/artifacts/store.ts';
import { addBaseModel, fetchBaseModel, listBaseModels, putHubToken } from '#lib/server/usecases/put-base-model.ts';
import { hubFolder, provideHubModel } from '../../workers/engine/swift/hub-models.ts';
import { lookUpModel } from '../../workers/engine/swift/look-up-model.ts';
import { readModelFacts } from '../../workers/engine/swift/model-facts.ts';
import { fetchModels } from '../../workers/handlers/fetch-models.ts';
import { gitRepository, startModelScope } from '../support/modelscope-hub.ts';
import { until } from '../support/worker.ts';
import { createWorld, valueOf } from '../support/world.ts';

/** The real modelscope package against a server that speaks what it asks for; no hub was at hand. */
const model = { hub: 'modelscope' as const, repo: 'firm/tiny', commit: '' };
let hub: Awaited<ReturnType<typeof startModelScope>>;
let dir: string;
let n = 0;
const README = '---\nlicense: Apache License 2.0\n---\n# Tiny\n';
const weights = Buffer.alloc(25_000_000, 'plumbline');
beforeAll(async () => {
	const engine = inject('engine');
	dir = await mkdtemp(join(engine.dir, 'modelscope-'));
	const original = join(dir, 'original');
	await cp(engine.model.path, original, { recursive: true, filter: (path) => basename(path) !== 'plumbline.json' });
	const repository = join(dir, 'repository');
	model.commit = await gitRepository(repository);
	hub = await startModelScope(original, { ...model, token: 'of-the-test', licence: 'Apache License 2.0', repository, extra: { 'README.md': README, 'modeling_tiny.py': 'raise SystemExit("never run")', 'pytorch_model.bin': 'pickled', 'model.safetensors': weights } });
});
beforeEach(() => {
	n += 1;
	for (const [name, text] of Object.entries({ MODELSCOPE_ENDPOINT: hub.address, NO_PROXY: '127.0.0.1', MODELSCOPE_API_TOKEN: 'of-the-test', HF_HUB_OFFLINE: undefined })) vi.stubEnv(name, text);
	hub.asked.length = 0;
	hub.serve('whole');
});
afterAll(async () => {
	vi.unstubAllEnvs();
	await hub?.stop();
	await rm(dir, { recursive: true, force: true });
});

const models = () => join(dir, `models-${n}`);
const provide = (signal?: AbortSignal, of = model) => provideHubModel(inject('engine').environment, of, models(), { cacheDir: join(dir, 'cache'), timeoutMs: 120_000, ...(signal ? { signal } : {}) });
const ofWeights = () => hub.asked.filter(({ file }) => file === 'model.safetensors').map(({ range, status }) => [range !== undefined, status]);

it('comes whole although the line is cut in the middle, without code and pickles', async () => {
	hub.serve('cut');
	const folder = hubFolder(models(), model);
	expect(await provide()).toEqual({ ok: true, value: folder });
	const names = await filesBelow(folder);
	expect(names).toEqual([...(await filesBelow(join(dir, 'original'))).filter((name) => !name.startsWith('.')), 'README.md'].sort());
	expect((await readFile(join(folder, 'model.safetensors'))).equals(weights)).toBe(true);
	expect(ofWeights()).toEqual([[false, 200], [true, 206]]);
	expect(await readModelFacts({ path: folder })).toMatchObject({ ok: true, value: { template: 'own' } });
});

it('goes on where a worker that went down had come to', async () => {
	hub.serve('stuck');
	const down = new AbortController();
	const partial = `${hubFolder(models(), model)}.partial`;
	const written = async () => Math.max(0, ...(await Promise.all((await filesBelow(partial).catch(() => [])).filter((name) => name.includes('model.safetensors')).map(async (name) => (await stat(join(partial, name))).size)))) > 0;
	const ended = provide(down.signal);
	await until('a part of the weights', written, 60, () => '');
	down.abort();
	await expect(ended).rejects.toThrow();
	expect(await access(hubFolder(models(), model)).then(() => true, () => false)).toBe(false);
	hub.serve('whole');
	hub.asked.length = 0;
	expect(await provide()).toMatchObject({ ok: true });
	expect(ofWeights()).toEqual([[true, 206]]);
});

it('says what is wrong: a token, a commit', async () => {
	vi.stubEnv('MODELSCOPE_API_TOKEN', 'another');
	expect(await provide()).toMatchObject({ ok: false, problem: { code: 'model_missing', message: 'ModelScope does not let this installation have the model.', hint: expect.stringMatching(/MODELSCOPE_API_TOKEN/) } });
	vi.stubEnv('MODELSCOPE_API_TOKEN', 'of-the-test');
	expect(await provide(undefined, { ...model, commit: 'f'.repeat(40) })).toMatchObject({ ok: false, problem: { message: 'ModelScope has no such model at this commit.' } });
});

it('is pinned to the commit that a branch or tag is now', async () => {
	const lookUp = (revision: string) => lookUpModel(inject('engine').environment, { hub: 'modelscope', repo: model.repo, revision }, { cacheDir: join(dir, 'cache'), timeoutMs: 120_000 });
	for (const revision of ['master', 'v1']) expect(await lookUp(revision)).toMatchObject({ ok: true, value: { commit: model.commit, facts: { licence: 'Apache License 2.0' } } });
	expect(await lookUp('nobody')).toMatchObject({ ok: false, problem: { message: 'ModelScope has no such model at this branch, tag or commit.' } });
	vi.stubEnv('MODELSCOPE_API_TOKEN', 'another');
	expect(await lookUp('master')).toMatchObject({ ok: false, problem: { message: 'ModelScope does not let this installation have the model.' } });
});

it('is looked up and fetched from the list, with the token that is stored', async () => {
	vi.stubEnv('PLUMBLINE_CACHE_DIR', models());
	vi.stubEnv('MODELSCOPE_API_TOKEN', undefined);
	const world = await createWorld();
	try {
		const { app, admin } = world;
		const context = { app, environment: inject('engine').environment, workDir: join(dir, 'work'), shutdown: new AbortController().signal };
		valueOf(await putHubToken(app, admin, { hub: 'modelscope', token: 'of-the-test' }));
		const { id } = valueOf(await addBaseModel(app, admin, { hub: 'modelscope', repo: model.repo }));
		const now = async () => valueOf(await listBaseModels(app, admin)).models[0];
		await fetchModels(context, 'asked');
		expect(await now()).toMatchObject({ status: 'found', commit: model.commit, facts: { licence: 'Apache License 2.0', gated: false } });
		expect(ofWeights()).toEqual([]);
		valueOf(await fetchBaseModel(app, admin, id));
		await fetchModels(context, 'wanted');
		const there = await now();
		expect(there).toMatchObject({ status: 'ready', problem: null });
		expect(there?.doneBytes).toBe(there?.bytes);
	} finally {
		await world.close();
	}
});
