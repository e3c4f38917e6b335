import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '#lib/server/app.ts';
import { gpuHolders } from '#lib/server/usecases/announce-worker.ts';
import type { Gpu } from '../engine/inspect.ts';

/** How often it looks whether a worker that announced a GPU of these is heard of again. */
const LOOK_MS = 2000;

/**
 * Those of the GPUs that no worker has announced before this one: two that give out the same GPU would each think it free.
 * Who has died since is not heard of again, so a worker that took its place waits until its forerunner has lapsed.
 * @param found what this worker has announced
 * @param alive says once more that this worker lives
 */
export async function ownGpus(app: Pick<App, 'db' | 'log'>, of: { workerId: string; found: readonly Gpu[]; alive: () => Promise<void>; lookMs?: number }): Promise<Gpu[]> {
	if (of.found.length === 0) return [];
	const uuids = of.found.map(({ uuid }) => uuid);
	const first = new Map<string, string>();
	for (;;) {
		const holders = await gpuHolders(app, { workerId: of.workerId, uuids });
		for (const { id, heartbeatAt } of holders) if (!first.has(id)) first.set(id, heartbeatAt);
		if (holders.every(({ id, heartbeatAt }) => first.get(id) !== heartbeatAt)) {
			const theirs = new Set(holders.flatMap((holder) => holder.uuids));
			const own = of.found.filter(({ uuid }) => !theirs.has(uuid));
			if (own.length < of.found.length) app.log.warn({ left: own.map(({ index }) => index), of: of.found.map(({ index }) => index), workers: holders.map(({ hostname }) => hostname) }, 'GPUs of this host are another worker’s: say by CUDA_VISIBLE_DEVICES which each of them has');
			return own;
		}
		await sleep(of.lookMs ?? LOOK_MS);
		await of.alive();
	}
}
