import { mayLend } from '#lib/domain/next-run.ts';
import { runsInLine } from '#lib/server/usecases/attempt-run.ts';
import { serversDue, takeModelServer } from '#lib/server/usecases/hold-model-server.ts';
import type { HeldDevices } from '../launchers/devices.ts';
import type { WorkerContext } from './context.ts';
import { withDevices } from './context.ts';
import { runModelServer } from './run-model-server.ts';

/** A host without GPUs runs so many servers beside its other work: each has a whole model in memory. */
const MOST_ON_PROCESSORS = 2;

/** Servers of one worker. */
export type ModelServing = {
	/** Takes servers that wait, as far as there is room. */
	look: () => Promise<void>;
	/** Waits until all have stopped; they do when the worker goes down. */
	stop: () => Promise<void>;
};

/**
 * Runs servers beside whatever else this worker does. One with GPUs has them for itself, never one that a run has, nor
 * one without which a run in line would wait for ever; one
 * without runs only where there are none, so that it sees none.
 */
export function createModelServing(context: WorkerContext): ModelServing {
	const { app, devices, environment, shutdown } = context;
	const running = new Set<Promise<void>>();
	const room = async (gpus: number): Promise<HeldDevices | null> => {
		if (gpus > 0) return environment.device === 'gpu' && gpus <= devices.total && mayLend(await runsInLine(app, { launchers: ['local'], labels: context.labels }), devices.total - devices.lent(), gpus) ? devices.tryTake(gpus, { forGood: true }) : null;
		return environment.device === 'cpu' && running.size < MOST_ON_PROCESSORS ? { ids: [], release: () => undefined } : null;
	};
	async function takeOne(id: string, gpus: number): Promise<void> {
		const held = await room(gpus);
		if (!held) return;
		const at = await takeModelServer(app, id, { workerId: context.workerId, devices: held.ids }).catch((error: unknown) => {
			held.release();
			throw error;
		});
		if (!at) return held.release();
		const serving: Promise<void> = runModelServer(withDevices(context, held.ids), at)
			.catch((error: unknown) => app.log.error({ err: error, serverId: id }, 'model server'))
			.finally(() => {
				held.release();
				running.delete(serving);
			});
		running.add(serving);
	}
	return {
		look: async () => {
			for (const { id, gpus } of await serversDue(app)) {
				if (shutdown.aborted) return;
				await context.claim(() => takeOne(id, gpus));
			}
		},
		stop: async () => void (await Promise.all(running))
	};
}
