import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as desensitisation from '../db/desensitisation.ts';
import * as workers from '../db/workers.ts';
import { allow } from './access.ts';
import { readSettings } from './project-rules.ts';
import type { ReadSettings } from './project-rules.ts';

/** Settings with their history, and whether a worker that can find names is there. */
export type ShownSettings = ReadSettings & { versions: { version: number; createdBy: string; createdAt: string }[]; names: NamesState };
export type NamesState = { state: 'ready' } | { state: 'missing'; why: string };

/** What a project keeps out of its record, for who manages it: its lists name people and firms. */
export async function readDesensitisation(app: Pick<App, 'db' | 'secrets'>, actor: Actor, input: { slug: string }): Promise<Result<ShownSettings>> {
	const access = await allow(app.db, actor, input, 'desensitisation.manage');
	if (!access.ok) return access;
	const projectId = access.value.project.id;
	const read = await readSettings(app, app.db, projectId);
	if (!read.ok) return read;
	return ok({ ...read.value, versions: await desensitisation.versions(app.db, projectId), names: await namesState(app) });
}

/** Whether names can be looked for: a worker lives, and none tried in vain. One that never tried gets its detector ready with the first import that waits. */
export async function namesState(app: Pick<App, 'db'>): Promise<NamesState> {
	const living = await workers.alive(app.db);
	if (living.length === 0) return { state: 'missing', why: 'No worker is running.' };
	const states = living.map(({ capabilities }) => capabilities.names ?? { state: 'unknown' as const });
	if (states.some(({ state }) => state === 'ready')) return { state: 'ready' };
	const [first] = states.flatMap((one) => (one.state === 'failed' ? [one.message] : []));
	return first === undefined ? { state: 'ready' } : { state: 'missing', why: first };
}
