import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NOT_COUNTED, reachWaitSeconds } from '#lib/domain/out-of-reach.ts';
import type { RunProblem } from '#lib/domain/run-problem.ts';
import { failInspection, finishInspection, giveBackInspection, inspectionAlive, takeNextInspection } from '#lib/server/usecases/inspect-snapshot.ts';
import type { InspectionAtHand } from '#lib/server/usecases/inspect-snapshot.ts';
import { ArtifactDamaged } from '#lib/server/artifacts/store.ts';
import { outOfReach } from '#lib/server/out-of-reach.ts';
import { chatTemplateHash } from '../engine/swift/chat-template.ts';
import { readSettings } from '../engine/swift/model-folder.ts';
import { measureLengths } from '../engine/swift/token-lengths.ts';
import { provideBase } from './checkpoint-files.ts';
import type { WorkerContext } from './context.ts';
import { isPassing } from './out-of-reach.ts';
import { whenReached } from './when-reached.ts';

const HEARTBEAT_MS = 15_000;

/** Attempts after which one whose program was killed, or that a disk had no room for, is given up: that may be so for good. */
const MOST_ATTEMPTS = 6;

type Context = Pick<WorkerContext, 'app' | 'environment' | 'workDir' | 'shutdown'>;

/**
 * Looks over, at each of its beats, the next snapshot that waits for a plan. Where one meets something out of reach, or its program is killed, this
 * worker takes none for a while, longer each time in a row: the next would meet the same.
 * @param now milliseconds
 */
export function createInspecting(context: Context, now: () => number = Date.now): () => Promise<void> {
	let before = 0;
	let notBefore = -Infinity;
	return async () => {
		if (context.shutdown.aborted || now() < notBefore) return;
		const at = await takeNextInspection(context.app);
		if (!at) return;
		let away = false;
		await inspect(context, at, () => (away = true));
		notBefore = away ? now() + reachWaitSeconds(before) * 1000 : -Infinity;
		before = away ? before + 1 : 0;
	};
}

/** Looks a snapshot over: how large the model is, and how long the rows are. It needs no device, so it runs beside a training. */
async function inspect(context: Context, at: InspectionAtHand, isAway: () => void): Promise<void> {
	const { app, shutdown } = context;
	const dir = join(context.workDir, 'inspections', at.inspection.id);
	const lost = new AbortController();
	const timer = setInterval(() => {
		inspectionAlive(app, at).then(
			(held) => held || lost.abort(),
			(error: unknown) => app.log.warn({ err: error }, 'inspection heartbeat')
		);
	}, HEARTBEAT_MS);
	/** A hub that is away, a full disk or a host too busy to look say nothing of the model and the rows. */
	const endOrPutOff = async (problem: RunProblem): Promise<void> => {
		if (shutdown.aborted) return giveBackInspection(app, at);
		const again = NOT_COUNTED.includes(problem.code) || ((isPassing(problem) || problem.code === 'killed') && at.inspection.attempt < MOST_ATTEMPTS);
		if (!again) return failInspection(app, at, problem);
		app.log.warn({ code: problem.code, inspectionId: at.inspection.id }, 'the inspection goes back in line');
		isAway();
		await giveBackInspection(app, at);
	};
	try {
		const base = await provideBase(context, at.base);
		if (!base.ok) return await endOrPutOff(base.problem);
		await app.artifacts.layOut({ files: [{ path: 'train.jsonl', sha256: at.train.sha256 }] }, dir);
		const measured = await measureLengths(context.environment, base.value, join(dir, 'train.jsonl'), { cacheDir: join(context.workDir, 'cache'), threads: 1, signal: AbortSignal.any([lost.signal, shutdown]), timeoutMs: 3_600_000 });
		if (lost.signal.aborted) return;
		if (shutdown.aborted) return await giveBackInspection(app, at);
		if (!measured.ok) return await endOrPutOff(measured.problem);
		const config = await readSettings(base.value.path, 'config.json');
		if (!config.ok) return await failInspection(app, at, config.problem);
		await finishInspection(app, at, { config: config.value, chatTemplateSha256: await chatTemplateHash(base.value), ...measured.value });
	} catch (error) {
		if (shutdown.aborted) return await giveBackInspection(app, at);
		if (outOfReach(error)) {
			app.log.warn({ err: error, inspectionId: at.inspection.id }, 'out of reach: the inspection goes back in line');
			isAway();
			return await whenReached(context, () => giveBackInspection(app, at));
		}
		app.log.error({ err: error, inspectionId: at.inspection.id }, 'inspection failed');
		const damaged = error instanceof ArtifactDamaged;
		await failInspection(app, at, { code: damaged ? 'artifact_damaged' : 'worker_failed', message: damaged ? `The data do not match their hash: ${error.message}.` : 'The worker met an error it did not expect.', hint: damaged ? 'Freeze the snapshot again; look at the artifact store’s disk.' : 'Look at the worker’s log.' });
	} finally {
		clearInterval(timer);
		await rm(dir, { recursive: true, force: true });
	}
}
