import type { App } from '../app.ts';
import * as champions from '../db/champions.ts';
import * as deployments from '../db/deployments.ts';
import type { Server } from '../db/deployments.ts';
import * as desensitisation from '../db/desensitisation.ts';
import * as gateway from '../db/gateway.ts';
import type { GatewaySettings } from '../db/gateway.ts';
import * as keys from '../db/gateway-keys.ts';
import type { KnownKey } from '../db/gateway-keys.ts';
import * as requests from '../db/gateway-requests.ts';
import type { NewRequest } from '../db/gateway-requests.ts';

/** A project as the gateway serves it. */
export type ServedProject = { id: string; slug: string; championId: string; /** The export in which it was promoted, where that one’s weights are others; null: as it was trained. */ championFormId: string | null; /** It has something hidden before words leave. */ hides: boolean; settings: GatewaySettings };

/** Everything that a gateway must know to answer, as it was a moment ago. */
export type Directory = { keys: ReadonlyMap<string, KnownKey>; projects: ReadonlyMap<string, ServedProject>; servers: readonly Server[] };

/** Reads what a gateway must know: keys that count by their hash, projects that have one, and servers. */
export async function readDirectory(app: Pick<App, 'db'>): Promise<Directory> {
	const known = await keys.known(app.db);
	const projects = new Map<string, ServedProject>();
	for (const { projectId, slug } of known) {
		if (projects.has(projectId)) continue;
		const [champion, settings] = [await champions.championOf(app.db, projectId), await gateway.settings(app.db, projectId)];
		projects.set(projectId, { id: projectId, slug, championId: champion.id, championFormId: (await champions.formOf(app.db, champion.id))?.id ?? null, hides: await desensitisation.hides(app.db, projectId), settings });
	}
	return { keys: new Map(known.map((key) => [key.hash, key])), projects, servers: await deployments.servers(app.db) };
}

/** Says that a gateway is there; gives its id. */
export async function gatewayArrives(app: Pick<App, 'db'>, of: { hostname: string; port: number }): Promise<string> {
	return gateway.arrive(app.db, of);
}

/** Says that a gateway lives, and how many requests it has under way at each server. */
export async function gatewayAlive(app: Pick<App, 'db'>, id: string, load: Readonly<Record<string, number>>): Promise<void> {
	await gateway.seen(app.db, id, load);
}

/** Says that a gateway has gone. */
export async function gatewayLeaves(app: Pick<App, 'db'>, id: string): Promise<void> {
	await gateway.leave(app.db, id);
}

/** Notes how a server was found. */
export async function noteHealth(app: Pick<App, 'db'>, id: string, of: { health: deployments.Health; problem: string | null }): Promise<void> {
	await deployments.noteHealth(app.db, id, of);
}

/** What each key used in some requests; answers that nobody saw are no use of the key. */
function usageOf(requestsOf: readonly NewRequest[]): ({ keyId: string } & keys.Usage)[] {
	const used = new Map<string, { keyId: string } & keys.Usage>();
	for (const one of requestsOf) {
		if (one.way === 'shadow') continue;
		const of = used.get(one.keyId) ?? { keyId: one.keyId, requests: 0, failed: 0, promptTokens: 0, completionTokens: 0 };
		of.requests += 1;
		if (one.status !== 200) of.failed += 1;
		of.promptTokens += one.promptTokens ?? 0;
		of.completionTokens += one.completionTokens ?? 0;
		used.set(one.keyId, of);
	}
	return [...used.values()];
}

/** Writes down what was asked and what each key used. What was written down before (its acknowledgement was lost) is counted once. */
export async function recordTraffic(app: Pick<App, 'db'>, answered: readonly NewRequest[]): Promise<void> {
	await app.db.transaction(async (tx) => {
		const added = await requests.insert(tx, answered);
		await keys.addUsage(tx, usageOf(answered.filter(({ id }) => added.has(id))));
	});
}
