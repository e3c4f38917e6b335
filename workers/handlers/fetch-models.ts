import { hostname } from 'node:os';
import { join } from 'node:path';
import { locationOf, nameOf } from '#lib/domain/hub-model.ts';
import type { HubModel } from '#lib/domain/hub-model.ts';
import { outOfReach } from '#lib/server/out-of-reach.ts';
import { failModel, giveBackModel, hubToken, modelAlive, modelFound, modelReady, takeNextModel } from '#lib/server/usecases/fetch-base-model.ts';
import type { BaseModel } from '#lib/server/db/base-models.ts';
import { problem, value } from '../engine/problem.ts';
import type { Outcome } from '../engine/problem.ts';
import { withReading } from '../engine/swift/how-to-read.ts';
import { cacheFolder } from '../engine/swift/environment.ts';
import { hubFolder, isOffline, tokenEnv } from '../engine/swift/hub-models.ts';
import { lookUpModel } from '../engine/swift/look-up-model.ts';
import type { LookedUp } from '../engine/swift/look-up-model.ts';
import { readModelFacts } from '../engine/swift/model-facts.ts';
import { sourceOf } from '../engine/swift/model-folder.ts';
import { hubFolderOf } from './checkpoint-files.ts';
import type { WorkerContext } from './context.ts';
import { bytesBelow } from './tidy.ts';
import { whenReached } from './when-reached.ts';

type Context = Pick<WorkerContext, 'app' | 'environment' | 'workDir' | 'shutdown'>;

/** How often it says how many bytes have come. */
const TELL_MS = 2000;
const LOOK_UP_MS = 120_000;
const COMMIT = /^[0-9a-f]{40}$/;

/** What there is of a model under a name: by the hub; offline, by the folder of a commit that lies here already. */
async function lookUp(context: Context, { hub, repo, revision }: BaseModel): Promise<Outcome<LookedUp>> {
	if (isOffline() && COMMIT.test(revision)) {
		// Says what is missing where it does not lie here whole.
		const folder = await hubFolderOf(context, { hub, repo, commit: revision });
		if (!folder.ok) return folder;
		const facts = await readModelFacts({ path: folder.value });
		if (!facts.ok) return facts;
		return value({ commit: revision, bytes: await bytesBelow(folder.value), facts: { licence: facts.value.licence, template: facts.value.template === 'own', gated: false } });
	}
	const token = await hubToken(context.app, hub);
	if (!token.ok) return problem('model_missing', token.problem.detail, 'Then have it looked up again.');
	return lookUpModel(context.environment, { hub, repo, revision }, { cacheDir: join(context.workDir, 'cache'), timeoutMs: LOOK_UP_MS, signal: context.shutdown, env: tokenEnv(hub, token.value) });
}

/** Whether what was fetched could be trained: its template is its tokenizer's, and the engine knows how to read it. Better said now than by the first run. */
async function checkFolder(context: Context, model: HubModel, path: string): Promise<Outcome<unknown>> {
	const source = await sourceOf(path);
	if (!source.ok) return source;
	const facts = await readModelFacts(source.value);
	if (!facts.ok) return facts;
	return withReading(context.environment, source.value, { name: nameOf(model), sha256: locationOf(model) }, { cacheDir: join(context.workDir, 'cache'), timeoutMs: 300_000, signal: context.shutdown });
}

/** Looks up (`asked`) or fetches (`wanted`) the next model of the list that waits for it. It needs no device, so it goes on beside a training. */
export async function fetchModels(context: Context, waits: 'asked' | 'wanted'): Promise<void> {
	const { app, shutdown } = context;
	if (shutdown.aborted) return;
	const at = await takeNextModel(app, waits);
	if (!at) return;
	const lost = new AbortController();
	const own = { ...context, shutdown: AbortSignal.any([lost.signal, shutdown]) };
	const partial = at.commit === null ? null : `${hubFolder(join(cacheFolder(), 'models'), { ...at, commit: at.commit })}.partial`;
	const tell = async () => (await modelAlive(app, at, partial === null ? 0 : await bytesBelow(partial))) || lost.abort();
	const timer = setInterval(() => void tell().catch((error: unknown) => app.log.warn({ err: error }, 'base model heartbeat')), TELL_MS);
	try {
		if (at.commit === null) {
			const found = await lookUp(own, at);
			return await (found.ok ? modelFound(app, at, found.value) : failModel(app, at, found.problem));
		}
		const folder = await hubFolderOf(own, { hub: at.hub, repo: at.repo, commit: at.commit });
		if (!folder.ok) return await failModel(app, at, folder.problem);
		const checked = await checkFolder(own, { ...at, commit: at.commit }, folder.value);
		await (checked.ok ? modelReady(app, at, hostname()) : failModel(app, at, checked.problem));
	} catch (error) {
		if (lost.signal.aborted && !shutdown.aborted) return;
		if (shutdown.aborted) return await giveBackModel(app, at);
		// What has come lies here: whoever takes it next only says so.
		if (outOfReach(error)) return await whenReached(context, () => giveBackModel(app, at));
		app.log.error({ err: error, baseModelId: at.id }, 'base model failed');
		await failModel(app, at, { code: 'worker_failed', message: 'The worker met an error it did not expect.', hint: 'Look at the worker’s log.' });
	} finally {
		clearInterval(timer);
	}
}
