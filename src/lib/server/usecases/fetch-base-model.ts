import type { Hub, HubFacts } from '../../domain/hub-model.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { RunProblem } from '../../domain/run-problem.ts';
import type { App } from '../app.ts';
import { record } from '../db/audit.ts';
import * as baseModels from '../db/base-models.ts';
import type { BaseModel } from '../db/base-models.ts';

/** Takes a model that waits to be looked up (`asked`) or fetched (`wanted`); null when there is none. */
export async function takeNextModel(app: Pick<App, 'db'>, waits: 'asked' | 'wanted'): Promise<BaseModel | null> {
	return baseModels.takeNext(app.db, waits);
}

/** Says how many bytes have come; false when it is another's by now, or off the list. */
export async function modelAlive(app: Pick<App, 'db'>, { id, attempt }: BaseModel, doneBytes: number): Promise<boolean> {
	return baseModels.heartbeat(app.db, id, attempt, doneBytes);
}

/** Writes what the hub says of it: it can be chosen from now on. */
export async function modelFound(app: Pick<App, 'db'>, { id, attempt }: BaseModel, of: { commit: string; bytes: number; facts: HubFacts }): Promise<void> {
	await app.db.transaction(async (tx) => {
		if (await baseModels.found(tx, id, attempt, of)) await record(tx, null, { action: 'base_model.found', projectId: null, subject: ['base_model', id], details: { commit: of.commit, bytes: of.bytes, licence: of.facts.licence } });
	});
}

/** Writes that it lies on a host. */
export async function modelReady(app: Pick<App, 'db'>, { id, attempt }: BaseModel, hostname: string): Promise<void> {
	await app.db.transaction(async (tx) => {
		if (await baseModels.ready(tx, id, attempt, hostname)) await record(tx, null, { action: 'base_model.ready', projectId: null, subject: ['base_model', id], details: { hostname } });
	});
}

/** Ends a look-up or a download that could not be done. */
export async function failModel(app: Pick<App, 'db'>, { id, attempt }: BaseModel, problem: RunProblem): Promise<void> {
	await app.db.transaction(async (tx) => {
		if (await baseModels.fail(tx, id, attempt, problem)) await record(tx, null, { action: 'base_model.fail', projectId: null, subject: ['base_model', id], details: { code: problem.code } });
	});
}

/** Gives it back because its worker goes down. */
export async function giveBackModel(app: Pick<App, 'db'>, { id, attempt }: BaseModel): Promise<void> {
	await baseModels.giveBack(app.db, id, attempt);
}

/** The token with which workers ask a hub; null: none was given here. */
export async function hubToken(app: Pick<App, 'db' | 'secrets'>, hub: Hub): Promise<Result<string | null>> {
	const sealed = await baseModels.token(app.db, hub);
	return sealed === null ? ok(null) : app.secrets.open(sealed, `hub:${hub}`);
}
