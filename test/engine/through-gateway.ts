import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { championOf } from '#lib/server/db/champions.ts';
import { deployCheckpoint } from '#lib/server/usecases/deploy-checkpoint.ts';
import { issueGatewayKey } from '#lib/server/usecases/issue-gateway-key.ts';
import { createEndpoint } from '#lib/server/usecases/put-endpoint.ts';
import { run } from '../../workers/process/run.ts';
import { startGateway } from '../support/gateway.ts';
import { until } from '../support/worker.ts';
import { createWorld, valueOf } from '../support/world.ts';

const SCRIPT = fileURLToPath(new URL('./openai_client.py', import.meta.url));
const Said = v.strictObject({ models: v.boolean(), text: v.string(), model: v.string(), counted: v.number(), streamed: v.string(), streamed_counted: v.number(), plain: v.string(), plain_usage: v.array(v.unknown()), refused: v.nullable(v.string()) });

/** What OpenAI's client for Python is answered when it asks a model server through a gateway. */
export async function throughGateway(python: string, server: { baseUrl: string; model: string; apiKey: string }): Promise<v.InferOutput<typeof Said> & { asked: string }> {
	const world = await createWorld({ PLUMBLINE_INHOUSE_HOSTS: '127.0.0.1' });
	const gateway = await startGateway(world);
	try {
		const { slug, id } = await world.project();
		const endpoint = valueOf(await createEndpoint(world.app, world.admin, { slug, name: 'ms-swift', baseUrl: server.baseUrl, model: server.model, apiKey: server.apiKey, priceIn: null, priceOut: null, currency: 'USD', concurrency: 1 }));
		valueOf(await deployCheckpoint(world.app, world.admin, { checkpointId: (await championOf(world.app.db, id)).id, endpointId: endpoint.id, concurrency: 8 }));
		const { key } = valueOf(await issueGatewayKey(world.app, world.admin, { slug, name: 'python', requestsPerMinute: 100, tokensPerDay: null }));
		const asked = `${slug}/champion`;
		await until('the model is served', async () => (await (await fetch(`${gateway.baseUrl}/models`, { headers: { authorization: `Bearer ${key}` } })).text()).includes(asked), 20, gateway.output);
		const { code, stdout, stderr } = await run([python, SCRIPT, gateway.baseUrl, key, asked], { env: {}, timeoutMs: 120_000 });
		if (code !== 0) throw new Error(`the client ended with ${code ?? 'a signal'}: ${stderr.slice(-3000)}\n${gateway.output()}`);
		return { asked, ...v.parse(Said, JSON.parse(stdout)) };
	} finally {
		await gateway.stop();
		await world.close();
	}
}
