import { serverWaitsFor } from '../../domain/model-server.ts';
import type { ServerWaits } from '../../domain/model-server.ts';
import { may } from '../../domain/permission.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import type { Executor } from '../db/client.ts';
import * as deployments from '../db/deployments.ts';
import type { Deployment } from '../db/deployments.ts';
import * as modelServers from '../db/model-servers.ts';
import type { ModelServer, ServerLog } from '../db/model-servers.ts';
import * as workers from '../db/workers.ts';
import { allow } from './access.ts';

/** A server that workers run, with what it serves and why it has not begun. */
export type ModelServerView = ModelServer & { deployments: Deployment[]; waitingFor: ServerWaits | null };

async function view(db: Executor, server: ModelServer, living: readonly workers.Worker[]): Promise<ModelServerView> {
	const waits = server.status === 'waiting';
	return { ...server, deployments: await deployments.ofServer(db, server.id, { ended: false }), waitingFor: waits ? serverWaitsFor(living.filter(({ draining }) => !draining).map(({ capabilities }) => capabilities), server) : null };
}

/** Servers of a project that workers run and that have not ended, newest first. */
export async function listModelServers(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<ModelServerView[]>> {
	const access = await allow(app.db, actor, { slug }, 'deployment.read');
	if (!access.ok) return access;
	const living = await workers.alive(app.db);
	const found = await modelServers.list(app.db, access.value.project.id);
	return ok(await Promise.all(found.map((server) => view(app.db, server, living))));
}

/** One such server, and the end of its log for who may manage it: a log may name folders of the host and quote what the server stumbled over. */
export async function readModelServer(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<ModelServerView & { /** Its slug. */ project: string; log: ServerLog | null }>> {
	const server = await modelServers.get(app.db, id);
	if (!server) return fail('not_found', 'There is no such server.');
	const access = await allow(app.db, actor, { id: server.projectId }, 'deployment.read');
	if (!access.ok) return access;
	const mine = may({ role: access.value.role, isAdmin: actor.isAdmin }, 'deployment.manage');
	return ok({ project: access.value.project.slug, ...(await view(app.db, server, await workers.alive(app.db))), log: mine ? await modelServers.log(app.db, id) : null });
}
