import { join } from 'node:path';
import { Readable } from 'node:stream';
import { missingPart } from '#lib/domain/checkpoint-export.ts';
import { RUN_INTERVALS } from '#lib/domain/intervals.ts';
import { ADAPTER_CARD } from '#lib/domain/leaving-files.ts';
import type { WorkerCapabilities } from '#lib/domain/worker-capabilities.ts';
import { treeHash } from '#lib/server/artifacts/store.ts';
import type { StoredTree } from '#lib/server/artifacts/store.ts';
import type { CheckpointFile } from '#lib/server/db/checkpoints.ts';
import { outOfReach } from '#lib/server/out-of-reach.ts';
import { leavingFile } from '#lib/server/usecases/leaving-file.ts';
import { beginExport, exportAlive, failExport, finishExport, giveBackExport } from '#lib/server/usecases/make-export.ts';
import { putOffWork } from '#lib/server/usecases/put-off-work.ts';
import { problem, value } from '../engine/problem.ts';
import type { Outcome } from '../engine/problem.ts';
import { clearEarlier, clearOwn } from './attempt-folders.ts';
import { NOT_EXPORTED } from './checkpoint-files.ts';
import type { WorkerContext } from './context.ts';
import { asGguf, quantised, wholeModel } from './export-files.ts';
import type { ExportTools, Making } from './export-files.ts';
import { isPassing } from './out-of-reach.ts';
import { unexpected } from './unexpected.ts';
import { whenReached } from './when-reached.ts';

/** Makes the folder of an export whose files are others than the checkpoint's; null: the checkpoint's own files are it. */
async function made(making: Making): Promise<Outcome<string | null>> {
	const { plan, changed } = making.at.made;
	if (!changed) return value(null);
	switch (plan.format) {
		case 'gptq':
		case 'awq':
			return quantised(making, plan);
		case 'gguf':
			return asGguf(making, plan);
		default: {
			const whole = await wholeModel(making);
			return whole.ok ? value(whole.value.path) : whole;
		}
	}
}

/** A stored file as it goes out: without what names folders of a host. */
async function leaving({ context, at }: Making, file: CheckpointFile): Promise<CheckpointFile> {
	const { content } = await leavingFile(context.app, file, at.base);
	return content === null ? file : { path: file.path, ...(await context.app.artifacts.putStream(Readable.from([content]))) };
}

const treeOf = (files: CheckpointFile[]): StoredTree => ({ files, sha256: treeHash(files), bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) });

/** The checkpoint's own files, each read once: what goes out is what was trained, without what names folders of the host that trained it. @throws ArtifactDamaged */
async function ownFiles(making: Making): Promise<Outcome<StoredTree>> {
	const { checkpoint } = making.at;
	const adapter = checkpoint.kind === 'adapter';
	const files: StoredTree['files'] = [];
	for (const file of checkpoint.files ?? []) {
		await making.context.app.artifacts.verify(file.sha256);
		if (NOT_EXPORTED.test(file.path) || (adapter && file.path === ADAPTER_CARD)) continue;
		files.push(await leaving(making, file));
	}
	return value(treeOf(files));
}

/** What was made, stored as it goes out: all of it, or it is not what was asked for. */
async function madeFiles(making: Making, folder: string): Promise<Outcome<StoredTree>> {
	const stored = await making.context.app.artifacts.putTree(folder, (path) => NOT_EXPORTED.test(path));
	const missing = missingPart(making.at.made.plan.format, stored.files.map(({ path }) => path));
	const files: CheckpointFile[] = [];
	for (const file of stored.files) files.push(await leaving(making, file));
	return missing === null ? value(treeOf(files)) : problem('conversion_failed', `What was made has no ${missing}.`, 'Look at the disk of the worker’s host, and have the export made again.');
}

/** Makes a form of a checkpoint, stores it, and has it measured where its weights are others. */
export async function exportCheckpoint(context: WorkerContext, own: { tools: ExportTools; capabilities: WorkerCapabilities }, job: { exportId: string }): Promise<void> {
	// Going down: the row stays in line, and the sweep sends a job for it.
	if (context.shutdown.aborted) return;
	const { app } = context;
	const at = await beginExport(app, { exportId: job.exportId, workerId: context.workerId, capabilities: own.capabilities });
	if (!at) return;
	const lost = new AbortController();
	const signal = AbortSignal.any([lost.signal, context.shutdown]);
	const timer = setInterval(() => {
		exportAlive(app, at).then(
			(held) => held || lost.abort(),
			(error: unknown) => app.log.warn({ err: error }, 'export heartbeat')
		);
	}, RUN_INTERVALS.heartbeatSeconds * 1000);
	const folder = join(context.workDir, 'exports', at.made.id);
	const making: Making = { context: { ...context, shutdown: signal }, tools: own.tools, at, dir: join(folder, String(at.made.attempt)), signal };
	try {
		await clearEarlier(folder, at.made.attempt);
		const outcome = await made(making);
		if (lost.signal.aborted) return;
		if (!outcome.ok && context.shutdown.aborted) return await giveBackExport(app, at);
		if (!outcome.ok && isPassing(outcome.problem)) return await putOffWork(app, 'export', at.made, outcome.problem);
		if (!outcome.ok) return await failExport(app, at, outcome.problem);
		for (;;) {
			const tree = outcome.value === null ? await ownFiles(making) : await madeFiles(making, outcome.value);
			if (!tree.ok) return await failExport(app, at, tree.problem);
			if ((await finishExport(app, at, tree.value)) !== 'not_stored') return;
		}
	} catch (error) {
		if (lost.signal.aborted) return;
		if (context.shutdown.aborted) return await giveBackExport(app, at);
		if (outOfReach(error)) {
			app.log.warn({ err: error, exportId: at.made.id }, 'out of reach: the export goes back in line');
			return await whenReached(context, () => putOffWork(app, 'export', at.made));
		}
		app.log.error({ err: error, exportId: at.made.id }, 'export failed');
		await failExport(app, at, unexpected(error));
	} finally {
		clearInterval(timer);
		await clearOwn(folder, at.made.attempt).catch((error: unknown) => app.log.warn({ err: error, exportId: at.made.id }, 'export folder'));
	}
}
