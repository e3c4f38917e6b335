import { unservable } from '../../domain/checkpoint-export.ts';
import type { ExportPlan } from '../../domain/checkpoint-export.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as checkpointExports from '../db/checkpoint-exports.ts';
import * as checkpoints from '../db/checkpoints.ts';
import type { Checkpoint } from '../db/checkpoints.ts';
import * as endpoints from '../db/endpoints.ts';
import { allow } from './access.ts';

/** What servers can be told to serve: a checkpoint as it was trained, or a form of it whose weights are others. */
export type Servable = {
	checkpointId: string;
	name: string;
	/** The form’s export; null: as it was trained. */
	exportId: string | null;
	form: ExportPlan | null;
	/** It has a server of its own: it shares no base with others. */
	alone: boolean;
	/** Whether a server that a worker starts can serve it. */
	byWorker: boolean;
	/** Whether it was measured what these weights say. */
	measured: boolean;
};

const asTrained = ({ id, name, kind }: Checkpoint): Servable => ({ checkpointId: id, name, exportId: null, form: null, alone: kind === 'full', byWorker: true, measured: true });

/** What a project's servers can be told to serve, oldest first, each checkpoint followed by its forms; and the firm's own servers. */
export async function servingChoices(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<{ servable: Servable[]; endpoints: { id: string; name: string }[] }>> {
	const access = await allow(app.db, actor, { slug }, 'deployment.manage');
	if (!access.ok) return access;
	const projectId = access.value.project.id;
	const [all, made, known] = await Promise.all([checkpoints.list(app.db, projectId), checkpointExports.there(app.db, projectId), endpoints.list(app.db, projectId)]);
	const formsOf = ({ id, name }: Checkpoint): Servable[] =>
		made.filter(({ checkpointId, changed }) => checkpointId === id && changed).map((one) => ({ checkpointId: id, name, exportId: one.id, form: one.plan, alone: true, byWorker: unservable(one.plan.format) === null, measured: one.measured }));
	return ok({ servable: all.flatMap((checkpoint) => [asTrained(checkpoint), ...formsOf(checkpoint)]), endpoints: known.map(({ id, name }) => ({ id, name })) });
}
