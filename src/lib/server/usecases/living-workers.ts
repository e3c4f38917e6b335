import type { LivingWorker } from '../../domain/waiting-for.ts';
import type { Executor } from '../db/client.ts';
import * as fleet from '../db/fleet.ts';
import * as workers from '../db/workers.ts';

/** Workers that live, with what their work has of their hosts' devices: what a run that waits waits for. */
export async function livingWorkers(db: Executor): Promise<LivingWorker[]> {
	const [living, taken] = await Promise.all([workers.alive(db), fleet.takenDevices(db)]);
	return living.map(({ id, capabilities, draining }) => ({ capabilities, draining, ...(taken.get(id) ?? { served: 0, held: 0 }) }));
}
