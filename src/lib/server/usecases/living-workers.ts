import type { Executor } from '../db/client.ts';
import * as fleet from '../db/fleet.ts';
import * as workers from '../db/workers.ts';

/** Workers that live, with what their work has of their hosts' devices: what a run that waits waits for. */
export async function livingWorkers(db: Executor): Promise<(workers.Worker & fleet.TakenDevices)[]> {
	const [living, taken] = await Promise.all([workers.alive(db), fleet.takenDevices(db)]);
	return living.map((worker) => ({ ...worker, ...(taken.get(worker.id) ?? { served: 0, held: 0 }) }));
}
