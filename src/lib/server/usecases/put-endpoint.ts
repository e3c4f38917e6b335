import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as endpoints from '../db/endpoints.ts';
import type { Endpoint, EndpointSettings } from '../db/endpoints.ts';
import { mayCall } from '../outbound/outbound.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** What may be said of an endpoint at any time. A key that is left out stays as it is; null takes it away. */
export type GivenSettings = EndpointSettings & { apiKey?: string | null | undefined };

const NAME_TAKEN = wrongField('name', 'a name that no other endpoint of the project has');

/** Stores or takes away a key, sealed for this row. */
async function setKey(app: Pick<App, 'secrets'>, tx: Tx, id: string, apiKey: string | null | undefined): Promise<void> {
	if (apiKey === undefined) return;
	await endpoints.putKey(tx, id, apiKey === null || apiKey === '' ? null : await app.secrets.seal(apiKey, `endpoint:${id}`));
}

/** A base address as clients take it: without a trailing slash, a query or a password. */
function baseAddress(text: string): Result<string> {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return wrongField('baseUrl', 'an address such as https://api.example/v1');
	if (url.username !== '' || url.password !== '') return wrongField('baseUrl', 'without a name or password: the key has a field of its own');
	if (url.search !== '' || url.hash !== '') return wrongField('baseUrl', 'without a query: what it carries would stand in the open');
	return ok(url.href.replace(/\/+$/, ''));
}

/** Adds a model that the project may ask. Its address is judged now and at every call. */
export async function createEndpoint(app: Pick<App, 'db' | 'secrets' | 'config'>, actor: Actor, input: GivenSettings & { slug: string; baseUrl: string; model: string }): Promise<Result<Endpoint>> {
	const allowed = await allow(app.db, actor, { slug: input.slug }, 'endpoint.manage');
	if (!allowed.ok) return allowed;
	const baseUrl = baseAddress(input.baseUrl);
	if (!baseUrl.ok) return baseUrl;
	const refusal = await mayCall(baseUrl.value, app.config.inhouse);
	if (refusal !== null) return wrongField('baseUrl', refusal);
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'endpoint.manage');
		if (!access.ok) return access;
		const projectId = access.value.project.id;
		const made = await endpoints.insert(tx, { ...settings(input), projectId, baseUrl: baseUrl.value, model: input.model.trim() });
		if (!made) return NAME_TAKEN;
		await setKey(app, tx, made.id, input.apiKey);
		await record(tx, actor, { action: 'endpoint.create', projectId, subject: ['endpoint', made.id], details: { key: Boolean(input.apiKey) } });
		return ok({ ...made, hasKey: Boolean(input.apiKey) });
	});
}

function settings({ name, priceIn, priceOut, currency, concurrency }: EndpointSettings): EndpointSettings {
	return { name: name.trim(), priceIn, priceOut, currency, concurrency };
}

/** Finds a living endpoint that the actor may change. */
async function reach(tx: Tx, actor: Actor, id: string): Promise<Result<Endpoint>> {
	const found = await endpoints.lock(tx, id);
	if (!found) return fail('not_found', 'There is no such endpoint.');
	const access = await allow(tx, actor, { id: found.projectId }, 'endpoint.manage');
	if (!access.ok) return access;
	return found.retiredAt === null ? ok(found) : fail('gone', 'This endpoint was retired. Add it again to ask it.');
}

/** Changes an endpoint's name, prices, key and how much it is asked at a time. Its address and model stay: answers name it as their source. */
export async function putEndpoint(app: Pick<App, 'db' | 'secrets'>, actor: Actor, input: GivenSettings & { id: string }): Promise<Result<Endpoint>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reach(tx, actor, input.id);
		if (!found.ok) return found;
		if (!(await endpoints.update(tx, input.id, settings(input)))) return NAME_TAKEN;
		await setKey(app, tx, input.id, input.apiKey);
		await record(tx, actor, { action: 'endpoint.put', projectId: found.value.projectId, subject: ['endpoint', input.id], details: { key: input.apiKey === undefined ? 'kept' : input.apiKey ? 'set' : 'removed' } });
		const now = await endpoints.get(tx, input.id);
		return ok(now ?? found.value);
	});
}

/** Retires an endpoint: it is asked no more and its key is forgotten. Generations under way that ask it fail. */
export async function retireEndpoint(app: Pick<App, 'db'>, actor: Actor, id: string): Promise<Result<{ retired: true }>> {
	return inTransaction(app.db, async (tx) => {
		const found = await reach(tx, actor, id);
		if (!found.ok) return found;
		await endpoints.retire(tx, id);
		await record(tx, actor, { action: 'endpoint.retire', projectId: found.value.projectId, subject: ['endpoint', id] });
		return ok({ retired: true });
	});
}

/** Models that a project may ask. */
export async function listEndpoints(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<Endpoint[]>> {
	const access = await allow(app.db, actor, { slug }, 'endpoint.read');
	return access.ok ? ok(await endpoints.list(app.db, access.value.project.id)) : access;
}
