import { once } from 'node:events';
import { hostname } from 'node:os';
import { PROBLEMS } from '#lib/domain/problem.ts';
import { createApp } from '#lib/server/app.ts';
import { readConfig } from '#lib/server/config.ts';
import type { KnownKey } from '#lib/server/db/gateway-keys.ts';
import { keepDirectory } from '#lib/server/gateway/directory.ts';
import { lookAt } from '#lib/server/gateway/health.ts';
import { createGatewayServer } from '#lib/server/gateway/http.ts';
import type { GatewayProblem } from '#lib/server/gateway/problem.ts';
import type { SaidFeedback } from '#lib/server/gateway/request.ts';
import { createLimits } from '#lib/server/gateway/limits.ts';
import { createPool, isThere } from '#lib/server/gateway/pool.ts';
import type { ServerThere } from '#lib/server/gateway/pool.ts';
import { createTraffic } from '#lib/server/gateway/traffic.ts';
import { createCaller } from '#lib/server/outbound/caller.ts';
import { gatewayAlive, gatewayArrives, gatewayLeaves, noteHealth, recordTraffic } from '#lib/server/usecases/serve-traffic.ts';
import { giveFeedback } from '#lib/server/usecases/give-feedback.ts';
import { every } from './process/every.ts';

/** How often a gateway writes down what it was asked, reads what changed, and says that it lives. */
const BEAT_MS = 1000;
/** How often it looks at each server, and how old a note of an unchanged health may become. */
const HEALTH_MS = 5000;
const NOTE_MS = 30_000;

const config = readConfig(process.env);
const { host, port, patienceMs, drainMs, mostBytes } = config.gateway;
const app = await createApp(config, 'gateway');
const shutdown = new AbortController();
const caller = createCaller(config.inhouse);
const pool = createPool();
const directory = keepDirectory(app);
const traffic = createTraffic((requests) => recordTraffic(app, requests), app.log);

/** Feedback may come before the answer that it is about was written down. */
async function noteFeedback(key: KnownKey, said: SaidFeedback): Promise<GatewayProblem | null> {
	let given = await giveFeedback(app, key, said);
	if (!given.ok && given.problem.code === 'not_found') {
		await traffic.flush();
		given = await giveFeedback(app, key, said);
	}
	if (given.ok) return null;
	const { code, detail } = given.problem;
	return { status: PROBLEMS[code].status, type: 'invalid_request_error', code: code === 'not_found' ? 'unknown_request' : code === 'conflict' ? 'words_not_kept' : code, message: detail };
}

const gateway = createGatewayServer({ giveFeedback: noteFeedback, directory, pool, traffic, caller, keyOf: directory.keyOf, limits: createLimits(traffic.unwrittenTokens), unseen: { now: 0 }, log: app.log, patienceMs, mostBytes });

/** What was noted of each server, and when. */
const noted = new Map<string, { found: string | null; at: number }>();

async function look(server: ServerThere): Promise<void> {
	const found = await lookAt({ caller, keyOf: directory.keyOf }, server, shutdown.signal);
	if (shutdown.signal.aborted) return;
	if (found === null) pool.succeeded(server.id);
	const before = noted.get(server.id);
	if (before?.found === found && performance.now() - before.at < NOTE_MS) return;
	await noteHealth(app, server.id, { health: found === null ? 'up' : 'down', problem: found });
	noted.set(server.id, { found, at: performance.now() });
	if (found !== (before?.found ?? null)) app.log.warn({ deploymentId: server.id, found }, found === null ? 'a model server is well again' : 'a model server is not well');
}

await directory.refresh();
gateway.server.listen(port, host);
await once(gateway.server, 'listening');
const gatewayId = await gatewayArrives(app, { hostname: hostname(), port });

const beats = [
	every(BEAT_MS, async () => {
		await traffic.flush();
		await directory.refresh();
		pool.forget(new Set(directory.now().servers.map(({ id }) => id)));
		await gatewayAlive(app, gatewayId, pool.load());
	}),
	every(HEALTH_MS, () => Promise.all(directory.now().servers.filter(isThere).map(look)))
].map((beat) => beat((error) => app.log.warn({ err: error }, 'beat failed')));

async function goDown(): Promise<void> {
	if (shutdown.signal.aborted) return;
	shutdown.abort();
	// The beats go on: what streams are still under way are seen, and their end is written down.
	await gateway.stop(drainMs);
	for (const beat of beats) await beat.stop();
	await traffic.flush().catch((error: unknown) => app.log.error({ err: error }, 'the last requests could not be written down'));
	await gatewayLeaves(app, gatewayId).catch(() => undefined);
	await caller.close();
	await app.close();
}
process.on('SIGTERM', () => void goDown().then(() => process.exit(0)));
process.on('SIGINT', () => void goDown().then(() => process.exit(0)));

app.log.info({ host, port }, 'gateway started');
