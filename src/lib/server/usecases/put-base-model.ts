import { MAIN_BRANCH } from '../../domain/hub-model.ts';
import type { Hub, HubRequest } from '../../domain/hub-model.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as baseModels from '../db/base-models.ts';
import type { BaseModel } from '../db/base-models.ts';
import { allowSite } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Models that new projects may begin with, and of which hubs there is a token; for administrators. */
export async function listBaseModels(app: Pick<App, 'db' | 'config'>, actor: Actor): Promise<Result<{ models: BaseModel[]; tokens: Hub[]; usual: string }>> {
	const allowed = allowSite(actor, 'model.manage');
	if (!allowed.ok) return allowed;
	const [models, tokens] = await Promise.all([baseModels.list(app.db), baseModels.withToken(app.db)]);
	return ok({ models, tokens, usual: app.config.baseModel });
}

/** Puts a hub's model on the list; a worker looks up what the hub has and pins it. */
export async function addBaseModel(app: Pick<App, 'db'>, actor: Actor, input: HubRequest): Promise<Result<{ id: string; status: 'asked' }>> {
	const allowed = allowSite(actor, 'model.manage');
	if (!allowed.ok) return allowed;
	const asked = { hub: input.hub, repo: input.repo, revision: input.revision ?? MAIN_BRANCH[input.hub] };
	return inTransaction(app.db, async (tx) => {
		const id = await baseModels.insert(tx, { ...asked, createdBy: actor.userId });
		if (id === null) return wrongField('repo', 'a model that is not on the list at this revision');
		await record(tx, actor, { action: 'base_model.add', projectId: null, subject: ['base_model', id], details: asked });
		return ok({ id, status: 'asked' });
	});
}

/** Has a model fetched to a worker's host now, or what failed done again. */
export async function fetchBaseModel(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<{ id: string; status: BaseModel['status'] }>> {
	const allowed = allowSite(actor, 'model.manage');
	if (!allowed.ok) return allowed;
	return inTransaction(app.db, async (tx) => {
		const known = await baseModels.get(tx, id);
		if (!known || known.retiredAt !== null) return fail('not_found', 'There is no such model on the list.');
		if (!(await baseModels.want(tx, id))) return fail('conflict', 'It is there already, or a worker is at it.');
		await record(tx, actor, { action: 'base_model.fetch', projectId: null, subject: ['base_model', id], details: { commit: known.commit } });
		return ok({ id, status: known.commit === null ? 'asked' : 'wanted' });
	});
}

/** Takes a model off the list. Projects that began with it keep it, and so do hosts that have it. */
export async function retireBaseModel(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<{ retired: true }>> {
	const allowed = allowSite(actor, 'model.manage');
	if (!allowed.ok) return allowed;
	return inTransaction(app.db, async (tx) => {
		if (!(await baseModels.retire(tx, id))) return fail('not_found', 'There is no such model on the list.');
		await record(tx, actor, { action: 'base_model.retire', projectId: null, subject: ['base_model', id] });
		return ok({ retired: true });
	});
}

/** Sets the token with which workers ask a hub, or takes it away (null). It is sealed, and never shown again. */
export async function putHubToken(app: Pick<App, 'db' | 'secrets'>, actor: Actor, input: { hub: Hub; token: string | null }): Promise<Result<{ hub: Hub; hasToken: boolean }>> {
	const allowed = allowSite(actor, 'model.manage');
	if (!allowed.ok) return allowed;
	const { hub, token } = input;
	const sealed = token === null ? null : await app.secrets.seal(token, `hub:${hub}`);
	return inTransaction(app.db, async (tx) => {
		await baseModels.putToken(tx, hub, { sealed, userId: actor.userId });
		await record(tx, actor, { action: 'hub_token.put', projectId: null, subject: ['hub', hub], details: { token: token === null ? 'removed' : 'set' } });
		return ok({ hub, hasToken: token !== null });
	});
}
