import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { createApp } from '../../src/lib/server/app.ts';
import type { Actor } from '../../src/lib/server/auth/actor.ts';
import { readConfig } from '../../src/lib/server/config.ts';
import { championOf } from '../../src/lib/server/db/champions.ts';
import { rowsOf } from '../../src/lib/server/db/rows.ts';
import type { Result } from '../../src/lib/domain/problem.ts';
import { createProject } from '../../src/lib/server/usecases/create-project.ts';
import { deployCheckpoint } from '../../src/lib/server/usecases/deploy-checkpoint.ts';
import { issueGatewayKey } from '../../src/lib/server/usecases/issue-gateway-key.ts';
import { createEndpoint } from '../../src/lib/server/usecases/put-endpoint.ts';
import { startGateway } from '../support/gateway.ts';
import { cpuOfTree, quantile } from './cpu.ts';
import type { Ground } from './ground.ts';

const STREAMS = Number(process.env['BENCH_STREAMS'] ?? 100);
const WORDS = Number(process.env['BENCH_WORDS'] ?? 100);
const TIMES = Number(process.env['BENCH_TIMES'] ?? 3);
/** Streams begin one after the other within this time, as people do: all at once they would say each word at once too. */
const BEGIN_WITHIN_MS = 1000;

function valueOf<T>(result: Result<T>): T {
	if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.detail}`);
	return result.value;
}

/** Milliseconds: from asking to the first word, and from each word's being said to its being heard. */
type Heard = { first: number[]; each: number[] };

/** One stream, read as it comes. */
function listen(base: string, of: { model: string; key: string; agent: Agent }, heard: Heard): Promise<void> {
	const body = JSON.stringify({ model: of.model, stream: true, messages: [{ role: 'user', content: 'Count.' }] });
	const asked = process.hrtime.bigint();
	return new Promise((resolve, reject) => {
		let rest = '';
		let words = 0;
		const sent = request(`${base}/chat/completions`, { method: 'POST', agent: of.agent, headers: { 'content-type': 'application/json', authorization: `Bearer ${of.key}`, 'content-length': Buffer.byteLength(body) } }, (response) => {
			if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`));
			response.setEncoding('utf8').on('data', (chunk: string) => {
				const now = process.hrtime.bigint();
				rest += chunk;
				const events = rest.split('\n\n');
				rest = events.pop() ?? '';
				for (const event of events) {
					const said = /"content":"(\d+)"/.exec(event)?.[1];
					if (said === undefined) continue;
					if (words++ === 0) heard.first.push(Number(now - asked) / 1e6);
					heard.each.push(Number(now - BigInt(said)) / 1e6);
				}
			});
			response.on('end', () => (words === WORDS ? resolve() : reject(new Error(`${words} of ${WORDS} words were heard`))));
			response.on('error', reject);
		});
		sent.on('error', reject).end(body);
	});
}

async function listenToAll(base: string, of: { model: string; key: string }): Promise<Heard> {
	const heard: Heard = { first: [], each: [] };
	const agent = new Agent({ keepAlive: true });
	await Promise.all(
		Array.from({ length: STREAMS }, async (_, i) => {
			await sleep((i * BEGIN_WITHIN_MS) / STREAMS);
			await listen(base, { ...of, agent }, heard);
		})
	);
	agent.destroy();
	return heard;
}

const figures = (values: number[]): [number, number] => [quantile(values, 0.5), quantile(values, 0.99)];
const shown = ([p50, p99]: [number, number]): string => `${p50.toFixed(2)} / ${p99.toFixed(2)}`;
const more = (a: [number, number], b: [number, number]): string => `${(b[0] - a[0]).toFixed(2)} / ${(b[1] - a[1]).toFixed(2)}`;

/**
 * What the gateway adds to a stream: so many streams at a time of 20 words a second, asked of the scripted server
 * itself and through the gateway, one after the other, several times. The delay of a word is from its being said in the
 * server's process to its being heard in the client's. Client, gateway, server and database share the machine.
 */
export async function serving({ url, dataDir }: Ground): Promise<void> {
	const app = await createApp(readConfig({ DATABASE_URL: url, PLUMBLINE_DATA_DIR: dataDir, PLUMBLINE_LOG_LEVEL: 'warn', PLUMBLINE_INHOUSE_HOSTS: '127.0.0.1' }), 'test');
	const server = spawn(process.execPath, ['test/load/token-server.ts', String(WORDS)], { stdio: ['ignore', 'pipe', 'inherit'] });
	const [port] = (await once(server.stdout, 'data')) as [Buffer];
	const direct = `http://127.0.0.1:${String(port).trim()}/v1`;
	const [user] = await rowsOf<{ id: string }>(app.db, sql`insert into users (is_admin) values (true) returning id`);
	const actor: Actor = { userId: user?.id ?? '', isAdmin: true, via: 'session', scopes: null };
	const { id } = valueOf(await createProject(app, actor, { slug: 'serving', name: 'serving', overlap: 1 }));
	const endpoint = valueOf(await createEndpoint(app, actor, { slug: 'serving', name: 'scripted', baseUrl: direct, model: 'm', priceIn: null, priceOut: null, currency: 'USD', concurrency: 1 }));
	valueOf(await deployCheckpoint(app, actor, { checkpointId: (await championOf(app.db, id)).id, endpointId: endpoint.id, concurrency: 1000 }));
	const { key } = valueOf(await issueGatewayKey(app, actor, { slug: 'serving', name: 'bench', requestsPerMinute: 100_000, tokensPerDay: null }));
	const gateway = await startGateway({ url, dataDir });
	try {
		console.log(`Gateway: ${STREAMS} streams of ${WORDS} words, 20 a second each; p50 / p99 in ms`);
		const of = { model: 'serving/champion', key };
		// A process that has just begun compiles and tidies up as it goes: the first round of each is not counted.
		for (const base of [direct, gateway.baseUrl]) await listenToAll(base, of);
		for (let time = 1; time <= TIMES; time++) {
			const before = loadavg()[0]?.toFixed(1);
			const alone = await listenToAll(direct, of);
			const used = cpuOfTree(gateway.pid);
			const through = await listenToAll(gateway.baseUrl, of);
			const cpu = (cpuOfTree(gateway.pid) - used) / through.each.length;
			const [a, b] = [figures(alone.each), figures(through.each)];
			const [c, d] = [figures(alone.first), figures(through.first)];
			console.log(`  a word: direct ${shown(a)}, through the gateway ${shown(b)}: ${more(a, b)} more · first word: direct ${shown(c)}, through ${shown(d)}: ${more(c, d)} more · ${(cpu * 1000).toFixed(0)} µs of the gateway’s CPU a word (load ${before}, ${loadavg()[0]?.toFixed(1)})`);
		}
	} finally {
		await gateway.stop();
		server.kill('SIGTERM');
		await app.close();
	}
}
