import { appendFile } from 'node:fs/promises';
import OpenAI from 'openai';
import { expect } from 'vitest';
import { pathIn } from '#lib/server/artifacts/folder.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import * as checkpoints from '#lib/server/db/checkpoints.ts';
import { deployCheckpoint } from '#lib/server/usecases/deploy-checkpoint.ts';
import { endModelServer, restartModelServer } from '#lib/server/usecases/end-model-server.ts';
import { issueGatewayKey } from '#lib/server/usecases/issue-gateway-key.ts';
import { readModelServer } from '#lib/server/usecases/read-model-server.ts';
import { startGateway } from '../support/gateway.ts';
import { processesOf, until } from '../support/worker.ts';
import type { WorkerProcess } from '../support/worker.ts';
import { valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

/**
 * A base and a checkpoint on it, served together by a server of a worker and asked through a gateway: whole and streamed,
 * after its worker was killed, and no more once a file of the checkpoint was changed. Gives the worker that lives then.
 */
export async function servedByWorker(world: World, engineer: Actor, of: { slug: string; checkpointId: string; worker: WorkerProcess; startAgain: () => WorkerProcess }): Promise<WorkerProcess> {
	let { worker } = of;
	const checkpoint = await checkpoints.get(world.app.db, of.checkpointId);
	const base = await checkpoints.baseOf(world.app.db, checkpoint?.projectId ?? '');
	const gateway = await startGateway(world, { PLUMBLINE_INHOUSE_HOSTS: '' });
	const seen = () => `${worker.output().slice(-3000)}\n${gateway.output()}`;
	try {
		const id = valueOf(await deployCheckpoint(world.app, engineer, { checkpointId: base.id, beside: [of.checkpointId], name: 'both' })).serverId ?? '';
		const server = async () => valueOf(await readModelServer(world.app, engineer, id));
		const { key } = valueOf(await issueGatewayKey(world.app, world.admin, { slug: of.slug, name: 'served by a worker', requestsPerMinute: 1000, tokensPerDay: null }));
		const openai = new OpenAI({ baseURL: gateway.baseUrl, apiKey: key, maxRetries: 0 });
		const ask = (checkpointId: string) => ({ model: `${of.slug}/${checkpointId}`, messages: [{ role: 'user' as const, content: 'May I sublet?' }], max_tokens: 8, temperature: 0, logprobs: true });
		const answers = async (attempt: number) => {
			// That of an attempt before this one is no sign of it: who is killed takes nothing back.
			await until('the server answers', async () => (({ status, attempt: now }) => status === 'ready' && now === attempt)(await server()), 240, seen);
			const said = await until('the gateway asks it', () => openai.chat.completions.create(ask(base.id)).catch(() => null), 30, seen);
			expect(said.usage?.completion_tokens).toBeGreaterThan(0);
			const pieces: string[] = [];
			for await (const event of await openai.chat.completions.create({ ...ask(of.checkpointId), stream: true })) pieces.push(event.choices[0]?.delta.content ?? '');
			const whole = await openai.chat.completions.create(ask(of.checkpointId));
			expect(pieces.join('')).toBe(whole.choices[0]?.message.content);
			// The adapter is on: what was trained answers otherwise than what it was trained from.
			expect(whole.choices[0]?.logprobs?.content).not.toEqual(said.choices[0]?.logprobs?.content);
			expect(await server()).toMatchObject({ attempt, engine: 'ms-swift', problem: null });
		};
		await answers(1);
		expect(await processesOf(`server.${id}.1`)).not.toEqual([]);
		// Past the gateway nobody asks it: it has a key that no argument and no log tells.
		const direct = (await server()).deployments[0]?.baseUrl ?? '';
		expect((await fetch(`${direct}/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ...ask(base.id), model: base.id }) })).status).toBe(401);
		await worker.kill9();
		await until('its server is gone with it', async () => (await processesOf(`server.${id}.1`)).length === 0, 40);
		worker = of.startAgain();
		await answers(2);

		const weights = checkpoint?.files?.find(({ path }) => path.endsWith('adapter_model.safetensors'))?.sha256 ?? '';
		// As a failing disk, or somebody, would change it.
		const store = world.app.config.artifacts.kind === 'folder' ? world.app.config.artifacts.dir : '';
		await appendFile(pathIn(store, weights), 'x');
		valueOf(await restartModelServer(world.app, engineer, id));
		const refused = await until('it is refused', async () => ((await server()).status === 'failed' ? server() : null), 60, seen);
		expect([refused.problem?.code, refused.log?.lines]).toEqual(['artifact_damaged', []]);
		valueOf(await endModelServer(world.app, engineer, id));
		expect((await server()).status).toBe('ended');
		expect([await processesOf(`server.${id}.2`), await processesOf(`server.${id}.3`)]).toEqual([[], []]);
		return worker;
	} finally {
		await gateway.stop();
	}
}
