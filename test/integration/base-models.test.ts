import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import * as baseModels from '#lib/server/db/base-models.ts';
import * as checkpoints from '#lib/server/db/checkpoints.ts';
import { createSecrets } from '#lib/server/secrets/secrets.ts';
import { createProject } from '#lib/server/usecases/create-project.ts';
import { failModel, giveBackModel, hubToken, modelAlive, takeNextModel } from '#lib/server/usecases/fetch-base-model.ts';
import { addBaseModel, fetchBaseModel, listBaseModels, putHubToken, retireBaseModel } from '#lib/server/usecases/put-base-model.ts';
import { hubFolder } from '../../workers/engine/swift/hub-models.ts';
import type { EngineEnvironment } from '../../workers/engine/swift/environment-types.ts';
import { hubFolderOf, provideBase } from '../../workers/handlers/checkpoint-files.ts';
import { fetchModels } from '../../workers/handlers/fetch-models.ts';
import { foundModel } from '../support/walk-base-models.ts';
import { workerContext } from '../support/worker-context.ts';
import { createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const NO_ENGINE: EngineEnvironment = { dir: '', device: 'cpu', python: '/nowhere/python', swiftCli: '', versions: {} };

let world: World;
beforeAll(async () => void (world = await createWorld()));
afterAll(() => world?.close());

const qwen = { hub: 'hf' as const, repo: 'Qwen/Qwen3-0.6B', revision: 'main' };
const listed = async (id: string) => valueOf(await listBaseModels(world.app, world.admin)).models.find((one) => one.id === id);

it('is asked for once, taken by one worker, given back by one that goes down, and done again when it failed', async () => {
	const { id } = valueOf(await addBaseModel(world.app, world.admin, qwen));
	expect(problemOf(await addBaseModel(world.app, world.admin, qwen))).toBe('invalid_input');
	const first = await takeNextModel(world.app, 'asked');
	expect(first).toMatchObject({ id, status: 'looking', commit: null });
	expect(await takeNextModel(world.app, 'asked')).toBe(null);
	if (first) await giveBackModel(world.app, first);
	const second = await takeNextModel(world.app, 'asked');
	expect(second).toMatchObject({ id, attempt: 2 });
	// What the first still says counts no more.
	if (first) expect(await modelAlive(world.app, first, 5)).toBe(false);
	expect(problemOf(await fetchBaseModel(world.app, world.admin, id))).toBe('conflict');
	if (second) await failModel(world.app, second, { code: 'model_missing', message: 'No such model.' });
	expect(await listed(id)).toMatchObject({ status: 'failed', problem: { message: 'No such model.' } });
	expect(valueOf(await fetchBaseModel(world.app, world.admin, id)).status).toBe('asked');
	valueOf(await retireBaseModel(world.app, world.admin, id));
	expect(await listed(id)).toBeUndefined();
	expect([problemOf(await retireBaseModel(world.app, world.admin, id)), problemOf(await fetchBaseModel(world.app, world.admin, id)), await takeNextModel(world.app, 'asked')]).toEqual(['not_found', 'not_found', null]);
});

it('is looked up whatever waits to be fetched, and fetched whatever waits to be looked up', async () => {
	const wanted = await foundModel(world);
	expect(valueOf(await fetchBaseModel(world.app, world.admin, wanted)).status).toBe('wanted');
	const { id: asked } = valueOf(await addBaseModel(world.app, world.admin, { ...qwen, revision: 'later' }));
	const taken = await takeNextModel(world.app, 'asked');
	expect(taken).toMatchObject({ id: asked, status: 'looking' });
	expect(await takeNextModel(world.app, 'asked')).toBe(null);
	const fetched = await takeNextModel(world.app, 'wanted');
	expect(fetched).toMatchObject({ id: wanted, status: 'fetching' });
	for (const one of [taken, fetched]) if (one) await failModel(world.app, one, { code: 'model_missing', message: 'On paper only.' });
});

it('is chosen by a project at its commit, which keeps it when it leaves the list', async () => {
	const id = await foundModel(world);
	const { commit, repo } = (await baseModels.get(world.app.db, id)) ?? {};
	const made = valueOf(await createProject(world.app, world.admin, { slug: 'chosen', name: 'Chosen', overlap: 1, baseModelId: id }));
	valueOf(await retireBaseModel(world.app, world.admin, id));
	expect(await checkpoints.baseOf(world.app.db, made.id)).toMatchObject({ location: `hf:${repo}@${commit}`, kind: 'base' });
	expect(await createProject(world.app, world.admin, { slug: 'late', name: 'Late', overlap: 1, baseModelId: id })).toMatchObject({ problem: { code: 'invalid_input', errors: [{ field: 'baseModelId' }] } });
	// Who names none begins as before.
	const usual = valueOf(await createProject(world.app, world.admin, { slug: 'usual', name: 'Usual', overlap: 1 }));
	expect((await checkpoints.baseOf(world.app.db, usual.id)).location).toBe(world.app.config.baseModel);
});

it('keeps a hub’s token sealed, for administrators alone', async () => {
	const owner = await world.person('owner', { slug: (await world.project()).slug, role: 'owner' });
	expect([problemOf(await listBaseModels(world.app, owner)), problemOf(await putHubToken(world.app, owner, { hub: 'hf', token: 'hf_secret' })), problemOf(await addBaseModel(world.app, owner, { ...qwen, revision: 'v2' }))]).toEqual(['forbidden', 'forbidden', 'forbidden']);
	valueOf(await putHubToken(world.app, world.admin, { hub: 'hf', token: 'hf_secret' }));
	expect(valueOf(await hubToken(world.app, 'hf'))).toBe('hf_secret');
	expect(valueOf(await listBaseModels(world.app, world.admin)).tokens).toEqual(['hf']);
	expect(JSON.stringify([await world.query('select * from hub_tokens'), await world.query(`select details from audit_entries where action = 'hub_token.put'`)])).not.toContain('hf_secret');
	valueOf(await putHubToken(world.app, world.admin, { hub: 'hf', token: null }));
	expect([valueOf(await hubToken(world.app, 'hf')), valueOf(await hubToken(world.app, 'modelscope'))]).toEqual([null, null]);
});

it('is used where it lies, also by who cannot open the hub’s token', async () => {
	const model = { hub: 'hf' as const, repo: 'firm/tiny', commit: 'c'.repeat(40) };
	const models = join(world.dataDir, 'cache', 'models');
	vi.stubEnv('PLUMBLINE_CACHE_DIR', join(world.dataDir, 'cache'));
	const elsewhere = createSecrets({ secretKeys: [Buffer.alloc(32, 1)], dataDir: world.dataDir });
	await world.app.db.transaction(async (tx) => baseModels.putToken(tx, 'hf', { sealed: await elsewhere.seal('hf_secret', 'hub:hf'), userId: world.admin.userId }));
	// Neither engine nor hub is asked: there is nothing to fetch, or no token to do it with.
	const context = { app: world.app, environment: {} as EngineEnvironment, workDir: join(world.dataDir, 'work'), shutdown: new AbortController().signal };
	try {
		expect(await hubFolderOf(context, model)).toMatchObject({ ok: false, problem: { code: 'model_missing', message: expect.stringMatching(/key that a stored secret was encrypted with/) as string } });
		await mkdir(hubFolder(models, model), { recursive: true });
		expect(await hubFolderOf(context, model)).toEqual({ ok: true, value: hubFolder(models, model) });
	} finally {
		vi.unstubAllEnvs();
	}
});

/** A folder whose reading the engine is asked for, which cannot be started here; said by its keeper, nothing is asked. */
const sayHowToRead = (folder: string) => writeFile(join(folder, 'plumbline.json'), JSON.stringify({ modelType: 'llama', template: 'chatml' }));

it('is settled once it can be read: what its keeper then says in its folder is one of its files', async () => {
	const folder = join(world.dataDir, 'unread');
	await mkdir(folder);
	await writeFile(join(folder, 'config.json'), '{}');
	const { id } = valueOf(await createProject(world.app, world.admin, { slug: 'unread', name: 'Unread', overlap: 1 }));
	const base = { ...(await checkpoints.baseOf(world.app.db, id)), location: `folder:${folder}` };
	const context = workerContext(world, randomUUID(), { environment: NO_ENGINE });
	expect(await provideBase(context, base)).toMatchObject({ ok: false, problem: { code: 'start_failed' } });
	await writeFile(join(folder, 'plumbline.json'), '{"modelType": "llama"');
	expect(await provideBase(context, base)).toMatchObject({ ok: false, problem: { code: 'unreadable_model', message: expect.stringContaining('plumbline.json') as string } });
	await sayHowToRead(folder);
	expect(await provideBase(context, base)).toEqual({ ok: true, value: { path: folder, modelType: 'llama', template: 'chatml' } });
	await writeFile(join(folder, 'config.json'), '{"other": true}');
	expect(await provideBase(context, base)).toMatchObject({ ok: false, problem: { code: 'model_missing', message: expect.stringContaining('not those that this project began with') as string } });
});

/** A model of a hub whose files lie in the cache already, but for how it is read. */
async function fetchedModel(): Promise<{ id: string; folder: string }> {
	const id = await foundModel(world);
	const { hub, repo, commit } = (await baseModels.get(world.app.db, id)) ?? {};
	const folder = hubFolder(join(world.dataDir, 'cache', 'models'), { hub: hub ?? 'hf', repo: repo ?? '', commit: commit ?? '' });
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'config.json'), '{}');
	return { id, folder };
}

it('is ready once its keeper says in the fetched folder how it is read', async () => {
	vi.stubEnv('PLUMBLINE_CACHE_DIR', join(world.dataDir, 'cache'));
	try {
		const { id, folder } = await fetchedModel();
		const fetched = async () => {
			valueOf(await fetchBaseModel(world.app, world.admin, id));
			await fetchModels(workerContext(world, randomUUID(), { environment: NO_ENGINE }), 'wanted');
			return (await listed(id))?.status;
		};
		expect(await fetched()).toBe('failed');
		await sayHowToRead(folder);
		expect(await fetched()).toBe('ready');
	} finally {
		vi.unstubAllEnvs();
	}
});

it('that has come whole is not failed by a database that is away for a moment: it is taken again, and ready', async () => {
	vi.stubEnv('PLUMBLINE_CACHE_DIR', join(world.dataDir, 'cache'));
	try {
		const { id, folder } = await fetchedModel();
		await sayHowToRead(folder);
		valueOf(await fetchBaseModel(world.app, world.admin, id));
		const context = workerContext(world, randomUUID(), { environment: NO_ENGINE });
		let refusals = 1;
		const { db } = world.app;
		const away = Object.create(db, {
			transaction: {
				value: async (work: Parameters<typeof db.transaction>[0]) => {
					// Once it is being fetched, whatever is told next is not heard.
					if ((await listed(id))?.status === 'fetching' && refusals-- > 0) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
					return db.transaction(work);
				}
			}
		}) as typeof db;
		await fetchModels({ ...context, app: { ...world.app, db: away } }, 'wanted');
		expect([refusals, (await listed(id))?.status]).toEqual([0, 'wanted']);
		await fetchModels(context, 'wanted');
		expect((await listed(id))?.status).toBe('ready');
	} finally {
		vi.unstubAllEnvs();
	}
});
