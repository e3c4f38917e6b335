import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RUN_INTERVALS } from '#lib/domain/intervals.ts';
import type { WorkerCapabilities } from '#lib/domain/worker-capabilities.ts';
import { ArtifactDamaged } from '#lib/server/artifacts/store.ts';
import type { StoredTree } from '#lib/server/artifacts/store.ts';
import { beginExport, exportAlive, failExport, finishExport, giveBackExport } from '#lib/server/usecases/make-export.ts';
import { value } from '../engine/problem.ts';
import type { Outcome } from '../engine/problem.ts';
import { NOT_EXPORTED } from './checkpoint-files.ts';
import type { WorkerContext } from './context.ts';
import { asGguf, quantised, wholeModel } from './export-files.ts';
import type { ExportTools, Making } from './export-files.ts';

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

/** The checkpoint's own files, each read once: what goes out is what was trained. @throws ArtifactDamaged */
async function ownFiles({ context, at }: Making): Promise<StoredTree> {
	const { files, sha256, bytes } = at.checkpoint;
	for (const file of files ?? []) await context.app.artifacts.verify(file.sha256);
	return { files: files ?? [], sha256: sha256 ?? '', bytes: bytes ?? 0 };
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
	// Of earlier attempts on this host too: a worker that was killed left a model's size of files.
	const folder = join(context.workDir, 'exports', at.made.id);
	const making: Making = { context: { ...context, shutdown: signal }, tools: own.tools, at, dir: join(folder, String(at.made.attempt)), signal };
	try {
		await rm(folder, { recursive: true, force: true });
		const outcome = await made(making);
		if (lost.signal.aborted) return;
		if (!outcome.ok && context.shutdown.aborted) return await giveBackExport(app, at);
		if (!outcome.ok) return await failExport(app, at, outcome.problem);
		for (;;) {
			const tree = outcome.value === null ? await ownFiles(making) : await app.artifacts.putTree(outcome.value, (path) => NOT_EXPORTED.test(path));
			if ((await finishExport(app, at, tree)) !== 'not_stored') return;
		}
	} catch (error) {
		if (lost.signal.aborted) return;
		if (context.shutdown.aborted) return await giveBackExport(app, at);
		app.log.error({ err: error, exportId: at.made.id }, 'export failed');
		await failExport(
			app,
			at,
			error instanceof ArtifactDamaged
				? { code: 'artifact_damaged', message: `A file does not match its hash: ${error.message}.`, hint: 'What was changed does not go out. Put it back from a backup, and look at the artifact store’s disk.' }
				: { code: 'worker_failed', message: 'The worker met an error it did not expect.', hint: 'Look at the worker’s log.' }
		);
	} finally {
		clearInterval(timer);
		await rm(folder, { recursive: true, force: true }).catch((error: unknown) => app.log.warn({ err: error, exportId: at.made.id }, 'export folder'));
	}
}
