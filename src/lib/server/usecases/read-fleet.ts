import { devicesWanted } from '../../domain/next-run.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { waitingFor } from '../../domain/waiting-for.ts';
import type { WaitingFor } from '../../domain/waiting-for.ts';
import type { WorkerCapabilities } from '../../domain/worker-capabilities.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as fleet from '../db/fleet.ts';
import * as runQueue from '../db/run-queue.ts';
import { allowAnywhere } from './access.ts';
import { livingWorkers } from './living-workers.ts';

/** What a worker has in hand, or what waits. `project` is null where the reader is no member: names of projects are the firm's business. */
type Shown<T extends { projectId: string; id: string; project: unknown }> = Omit<T, 'projectId' | 'id' | 'project'> & { id: string | null; project: T['project'] | null };

/** A living worker. */
export type FleetWorker = { id: string; hostname: string; since: string; heardAt: string; draining: boolean; capabilities: WorkerCapabilities; inHand: Shown<fleet.Work>[] };
/** A queued run, in the order in which runs will be taken. */
export type FleetRun = Omit<Shown<fleet.InLine>, 'recipe'> & { waitingFor: WaitingFor };
/** Everything that trains and everything that waits, of the whole site. */
export type Fleet = { workers: FleetWorker[]; line: FleetRun[]; mayManage: boolean };

/** Workers, their load and the line of runs. */
export async function readFleet(app: Pick<App, 'db'>, actor: Actor): Promise<Result<Fleet>> {
	const allowed = await allowAnywhere(app.db, actor, 'fleet.read');
	if (!allowed.ok) return allowed;
	const roles = allowed.value;
	const shown = <T extends { projectId: string; id: string; project: unknown }>({ projectId, id, project, ...rest }: T): Shown<T> =>
		actor.isAdmin || roles.has(projectId) ? { ...rest, id, project } : { ...rest, id: null, project: null };
	const [living, inHand, ids] = await Promise.all([livingWorkers(app.db), fleet.inHand(app.db), runQueue.queued(app.db)]);
	const line = await fleet.runsInLine(app.db, ids);
	return ok({
		workers: living.map(({ id, hostname, startedAt, heartbeatAt, draining, capabilities }) => ({ id, hostname, since: startedAt, heardAt: heartbeatAt, draining, capabilities, inHand: (inHand.get(id) ?? []).map(shown) })),
		line: line.map(({ recipe, ...run }, ahead) => ({ ...shown(run), waitingFor: waitingFor(living, ahead, { launcher: run.launcher, labels: run.labels, ...devicesWanted(recipe) }) })),
		mayManage: actor.isAdmin
	});
}
