import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { ExportPlan } from '#lib/domain/checkpoint-export.ts';
import { FIRST_SUITE } from '#lib/domain/suite/check.ts';
import { decide } from '#lib/server/usecases/decide.ts';
import { deployCheckpoint } from '#lib/server/usecases/deploy-checkpoint.ts';
import { issueGatewayKey } from '#lib/server/usecases/issue-gateway-key.ts';
import { listExports } from '#lib/server/usecases/list-exports.ts';
import type { ExportView } from '#lib/server/usecases/list-exports.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { readModelServer } from '#lib/server/usecases/read-model-server.ts';
import { readRun } from '#lib/server/usecases/read-run.ts';
import { readSuiteRuns } from '#lib/server/usecases/read-suite-runs.ts';
import { startExport } from '#lib/server/usecases/start-export.ts';
import { startRun } from '#lib/server/usecases/start-run.ts';
import { startGateway } from '../support/gateway.ts';
import { importedSnapshot } from '../support/loop.ts';
import { PASSWORD } from '../support/password.ts';
import { startWorker, until } from '../support/worker.ts';
import type { WorkerProcess } from '../support/worker.ts';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';
import { pairs } from '../engine/rows.ts';

const CONVERTER = fileURLToPath(new URL('tiny_gguf.py', import.meta.url));
const OWN = ['May I keep a dog?'];

let world: World;
let worker: WorkerProcess;
let slug: string;
let checkpointId: string;

const seen = () => worker.output().slice(-3000);
const over = (status: string | undefined) => status === 'succeeded' || status === 'failed';

beforeAll(async () => {
	const { model } = inject('engine');
	await writeFile(join(model.path, 'plumbline.json'), JSON.stringify({ modelType: model.modelType, template: model.template }));
	world = await createWorld({ PLUMBLINE_BASE_MODEL: model.path });
	slug = (await world.project({ systemPrompt: 'You are a careful legal assistant.' })).slug;
	valueOf(await world.importRows(slug, pairs(160).map((pair) => ({ prompt: pair.messages.at(-1)?.content, chosen: pair.chosen, rejected: pair.rejected }))));
	valueOf(await putSuite(world.app, world.admin, { slug, suite: { ...FIRST_SUITE, prompts: 6, samples: 1, temperature: 0, maxTokens: 8, own: { system: null, questions: OWN } } }));
	const recipe = { maxSteps: 30, saveSteps: 15, batchSize: 2, maxLength: 256, loraRank: 4, learningRate: 5e-3, rpoAlpha: null };
	const { id } = valueOf(await startRun(world.app, world.admin, { slug, snapshotId: await importedSnapshot(world, slug), recipe }));
	worker = startWorker(world, { PLUMBLINE_GGUF_CONVERTER: CONVERTER });
	const run = await until('a checkpoint', async () => (({ checkpoint, status }) => (checkpoint || over(status) ? { checkpoint } : null))(valueOf(await readRun(world.app, world.admin, id))), 600, seen);
	checkpointId = run.checkpoint?.id ?? '';
});
afterAll(async () => {
	await worker?.stop();
	await world?.close();
});

/** An export with everything that follows its making over. */
async function settled(plan: ExportPlan): Promise<ExportView> {
	const { id } = valueOf(await startExport(world.app, world.admin, { checkpointId, plan }));
	return until(
		`${plan.format} and what follows`,
		async () => {
			const made = valueOf(await listExports(world.app, world.admin, checkpointId)).exports.find((one) => one.id === id);
			return made && (made.status === 'failed' || (over(made.evaluation?.status) && over(made.suite?.status))) && made;
		},
		600,
		seen
	);
}

it.each([{ format: 'merged' }, { format: 'gguf', type: 'q8_0' }] as const)('$format is measured and answers the suite beside the checkpoint as it was trained', async (plan) => {
	await until('the checkpoint’s own run', async () => over(valueOf(await readSuiteRuns(world.app, world.admin, { checkpointId })).evaluations[0]?.status), 600, seen);
	const made = await settled(plan);
	expect([made.problem, made.evaluation?.problem, made.suite?.problem], seen()).toEqual([null, null, null]);
	expect(made).toMatchObject({ status: 'succeeded', unfit: null, evaluation: { status: 'succeeded' }, suite: { status: 'succeeded', done: 3 * (6 + 1), total: 3 * (6 + 1), against: { trained: { id: checkpointId } } } });
	// Eight bits move a likelihood more than the precision of its own does, and neither far.
	expect(made.evaluation?.moved?.value).toBeLessThan(0.1);
	const measure = made.suite?.results?.measures.find(({ name }) => name === 'length');
	expect([measure?.checkpoint.n, measure?.others.trained?.n, measure?.others.base?.n]).toEqual([6, 6, 6]);
	expect(made.suite?.results?.measures.filter(({ name }) => name.endsWith('own questions')).map(({ checkpoint, others }) => [checkpoint.n, others.trained?.n])).toContainEqual([1, 1]);
});

it('what was promoted whole answers applications in that form', async () => {
	const exportId = valueOf(await listExports(world.app, world.admin, checkpointId)).exports.find(({ plan }) => plan.format === 'merged')?.id ?? '';
	const reviewer = await world.person('reviewer', { slug, role: 'reviewer' });
	valueOf(await decide(world.app, reviewer, { checkpointId, decision: 'promote', reason: 'Measured in this form.', password: PASSWORD, exportId }));
	const { serverId } = valueOf(await deployCheckpoint(world.app, world.admin, { checkpointId, exportId, gpus: 0 }));
	const { key } = valueOf(await issueGatewayKey(world.app, world.admin, { slug, name: 'application', requestsPerMinute: 1000, tokensPerDay: null }));
	const gateway = await startGateway(world, { PLUMBLINE_INHOUSE_HOSTS: '' });
	try {
		const server = await until('the server answers', async () => (({ status, ...view }) => (status === 'ready' ? view : null))(valueOf(await readModelServer(world.app, world.admin, serverId ?? ''))), 300, seen);
		expect(server.engine).toBe('ms-swift');
		const openai = new OpenAI({ baseURL: gateway.baseUrl, apiKey: key, maxRetries: 0 });
		const ask = (name: string) => openai.chat.completions.create({ model: `${slug}/${name}`, messages: [{ role: 'user', content: 'May I sublet?' }], max_tokens: 8, temperature: 0, logprobs: true });
		const champion = await until('the gateway asks it', () => ask('champion').catch(() => null), 30, gateway.output);
		expect((await openai.models.list()).data.map(({ id }) => id)).toEqual(expect.arrayContaining([`${slug}/champion`, `${slug}/${exportId}`]));
		expect(champion.usage?.completion_tokens).toBeGreaterThan(0);
		const inForm = await ask(exportId);
		expect(inForm.choices[0]?.logprobs).toEqual(champion.choices[0]?.logprobs);
		// Written down in batches, a second apart.
		const answered = () => world.query<{ id: string }>(`select distinct d.export_id as id from gateway_requests r join deployments d on d.id = r.deployment_id where r.status = 200`);
		expect(await until('the traffic', async () => (({ length }) => length > 0)(await answered()) && answered(), 30)).toEqual([{ id: exportId }]);
	} finally {
		await gateway.stop();
	}
});
