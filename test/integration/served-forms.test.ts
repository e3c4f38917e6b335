import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as evaluations from '#lib/server/db/evaluations.ts';
import * as retention from '#lib/server/db/retention.ts';
import { resolveModel } from '#lib/server/gateway/resolve.ts';
import { exportAgain } from '#lib/server/usecases/cancel-export.ts';
import { decide } from '#lib/server/usecases/decide.ts';
import { deployCheckpoint } from '#lib/server/usecases/deploy-checkpoint.ts';
import { endDeployment } from '#lib/server/usecases/drain-deployment.ts';
import { dropExport } from '#lib/server/usecases/drop-export.ts';
import { beginEvaluation, failEvaluation, finishEvaluation } from '#lib/server/usecases/evaluate-checkpoint.ts';
import { modelServerReady, takeModelServer } from '#lib/server/usecases/hold-model-server.ts';
import { issueGatewayKey } from '#lib/server/usecases/issue-gateway-key.ts';
import { listExports } from '#lib/server/usecases/list-exports.ts';
import { askPlayground, playgroundChoices } from '#lib/server/usecases/playground.ts';
import { readGateway } from '#lib/server/usecases/put-gateway.ts';
import { readDirectory } from '#lib/server/usecases/serve-traffic.ts';
import { servingChoices } from '#lib/server/usecases/serving-choices.ts';
import { takeExport } from '#lib/server/usecases/take-export.ts';
import { askedExport, madeExport } from '../support/exports.ts';
import { paperWorker, playOnPaper, queuedRun } from '../support/loop.ts';
import { startModelServer } from '../support/model-server.ts';
import { PASSWORD } from '../support/password.ts';
import { newEndpoint } from '../support/serving-walk.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let slug: string;
let workerId: string;
let checkpointId: string;

beforeAll(async () => {
	world = await createWorld();
	({ slug } = await world.project({ rows: pairRows(80) }));
	workerId = await paperWorker(world);
	checkpointId = await playOnPaper(world, await queuedRun(world, slug), workerId);
});
afterAll(() => world?.close());

const deploy = (more: Partial<Parameters<typeof deployCheckpoint>[2]> = {}) => deployCheckpoint(world.app, world.admin, { checkpointId, ...more });
const wrongOf = (result: Awaited<ReturnType<typeof deploy>>) => (result.ok ? null : result.problem.errors?.map(({ field }) => field));
const viewOf = async (exportId: string) => valueOf(await listExports(world.app, world.admin, checkpointId)).exports.find(({ id }) => id === exportId);
const drop = (exportId: string) => dropExport(world.app, world.admin, { checkpointId, exportId });

/** Scores what an export's evaluation asks for. */
async function measure(exportId: string): Promise<void> {
	const evaluationId = (await evaluations.ofExports(world.app.db, [exportId])).get(exportId)?.id ?? '';
	const at = await beginEvaluation(world.app, { evaluationId, workerId });
	const score = { baseChosen: -9, baseRejected: -9, parentChosen: -8, parentRejected: -10, checkpointChosen: -8.5, checkpointRejected: -10, tokensChosen: 10, tokensRejected: 10 };
	if (at) await finishEvaluation(world.app, at, at.pairs.map(({ comparisonId }) => ({ comparisonId, ...score })));
}

/** Lets a deployment's server answer at an address. */
async function answering(serverId: string | null, baseUrl: string): Promise<void> {
	const at = await takeModelServer(world.app, serverId ?? '', { workerId, devices: [] });
	if (!at) throw new Error('the server was not to be had');
	await modelServerReady(world.app, at, { baseUrl, apiKey: 'k', engine: 'ms-swift' });
}

describe('a form that is served', () => {
	it('is a whole model with a server of its own, by the files of its export', async () => {
		const exportId = await madeExport(world, { checkpointId, workerId, plan: { format: 'merged' } });
		const made = valueOf(await deploy({ exportId, gpus: 0 }));
		expect(made).toMatchObject({ checkpointId, exportId, form: { format: 'merged' }, server: expect.stringMatching(/ · whole$/) });
		const at = await takeModelServer(world.app, made.serverId ?? '', { workerId, devices: [] });
		expect(at).toMatchObject({ rounded: null, served: [{ id: checkpointId, kind: 'full', files: [{ path: 'model.safetensors' }] }] });
		expect(valueOf(await servingChoices(world.app, world.admin, slug)).servable.filter((one) => one.checkpointId === checkpointId)).toMatchObject([{ exportId: null, alone: false }, { exportId, alone: true, byWorker: true, measured: false }]);
		expect(await viewOf(exportId)).toMatchObject({ served: true });
		// What is served is not dropped, by nobody.
		expect(problemOf(await drop(exportId))).toBe('conflict');
		await measure(exportId);
		expect(await drop(exportId)).toMatchObject({ problem: { code: 'conflict', detail: expect.stringContaining('A server serves this form') } });
		await expect(world.query(`update checkpoint_exports set status = 'dropped', dropped_at = now() where id = '${exportId}'`)).rejects.toMatchObject({ cause: { message: expect.stringContaining('is served') } });
		valueOf(await endDeployment(world.app, world.admin, made.id));
		expect(await viewOf(exportId)).toMatchObject({ served: false });
		valueOf(await drop(exportId));
		expect(wrongOf(await deploy({ exportId, gpus: 0 }))).toEqual(['exportId']);
	});

	it('is refused where no server could serve it', async () => {
		const base = (await world.query<{ id: string }>(`select id from checkpoints where kind = 'base'`))[0]?.id ?? '';
		expect(wrongOf(await deploy({ exportId: await askedExport(world, checkpointId, { format: 'gptq', bits: 8 }) }))).toEqual(['exportId']);
		const merged = await madeExport(world, { checkpointId, workerId, plan: { format: 'merged' } });
		expect(wrongOf(await deploy({ checkpointId: base, exportId: merged }))).toEqual(['exportId']);
		expect(wrongOf(await deploy({ exportId: merged, beside: [base] }))).toEqual(['beside']);
		const rounded = await madeExport(world, { checkpointId, workerId, plan: { format: 'awq' }, words: 'rounded' });
		expect(wrongOf(await deploy({ exportId: rounded, gpus: 0 }))).toEqual(['gpus']);
		// It waits for a GPU, and says so.
		const waiting = valueOf(await deploy({ exportId: rounded }));
		expect((await world.query<{ gpus: number }>(`select gpus from model_servers where id = '${waiting.serverId}'`))[0]?.gpus).toBe(1);
		// GGUF is for llama.cpp, which the firm may run itself.
		const gguf = await madeExport(world, { checkpointId, workerId, plan: { format: 'gguf' }, words: 'gguf' });
		expect(wrongOf(await deploy({ exportId: gguf }))).toEqual(['exportId']);
		const theirs = valueOf(await deploy({ exportId: gguf, endpointId: await newEndpoint({ world, slug }) }));
		expect(theirs).toMatchObject({ exportId: gguf, form: { format: 'gguf', type: 'f16' } });
		valueOf(await endDeployment(world.app, world.admin, theirs.id));
	});

	it('answers for the champion where that was promoted in it, and for nobody who asks for another', async () => {
		const exportId = (await world.query<{ id: string }>(`select id from checkpoint_exports where checkpoint_id = '${checkpointId}' and plan->>'format' = 'merged' and status = 'succeeded'`))[0]?.id ?? '';
		await measure(exportId);
		const reviewer = await world.person('risk', { slug, role: 'reviewer' });
		valueOf(await decide(world.app, reviewer, { checkpointId, decision: 'promote', reason: 'Measured in this form.', password: PASSWORD, exportId }));
		expect(await drop(exportId)).toMatchObject({ problem: { code: 'conflict', detail: expect.stringContaining('promoted in this form') } });

		valueOf(await issueGatewayKey(world.app, world.admin, { slug, name: 'app', requestsPerMinute: 10, tokensPerDay: null }));
		const asked = async (name: string) => {
			const directory = await readDirectory(world.app);
			const [key] = directory.keys.values();
			if (!key) throw new Error('no key');
			return resolveModel(directory, key, { model: `${slug}/${name}`, user: 'u' })?.turns.map(({ formId, way }) => [formId, way]) ?? null;
		};
		const served = async () => valueOf(await readGateway(world.app, world.admin, slug)).models.map((model) => [model.checkpointId, model.form?.format ?? null, model.served]);
		expect(await asked('champion')).toEqual([[exportId, 'asked']]);
		expect(await served()).toEqual([[checkpointId, 'merged', 'no']]);
		const { left, right } = { left: await startModelServer(() => ({ words: ['As trained.'] })), right: await startModelServer(() => ({ words: ['Merged.'] })) };
		try {
			await answering(valueOf(await deploy({ gpus: 0 })).serverId, left.baseUrl);
			expect(await asked('champion')).toEqual([[exportId, 'asked'], [null, 'asked']]);
			expect(await served()).toEqual([[checkpointId, 'merged', 'as_trained']]);
			await answering(valueOf(await deploy({ exportId, gpus: 0 })).serverId, right.baseUrl);
			expect(await served()).toEqual([[checkpointId, 'merged', 'yes']]);
			// Servers that are there and do not answer are not the same as none.
			await world.query(`update deployments set health = 'down' where ended_at is null`);
			expect(await served()).toEqual([[checkpointId, 'merged', 'unwell']]);
			await world.query(`update deployments set health = 'unknown' where ended_at is null`);
			expect([await asked(checkpointId), await asked(exportId)]).toEqual([[[null, 'asked']], [[exportId, 'asked']]]);

			// Side by side in the playground, each by its own id.
			expect(valueOf(await playgroundChoices(world.app, world.admin, slug)).map(({ id, form }) => [id, form?.format ?? null])).toEqual([[checkpointId, null], [exportId, 'merged']]);
			const ask = (right: string) => askPlayground(world.app, world.admin, { slug, left: checkpointId, right, prompt: 'Is it the same?', blind: false, maxTokens: 8, temperature: 0 });
			expect(valueOf(await ask(exportId))).toMatchObject({ left: { text: 'As trained.', id: checkpointId, checkpointId }, right: { text: 'Merged.', id: exportId, checkpointId } });
			expect(problemOf(await ask(checkpointId))).toBe('invalid_input');
		} finally {
			await left.kill();
			await right.kill();
		}
	});
});

describe('an export that is dropped', () => {
	it('lets go of its files, keeps what it was, and can be made anew', async () => {
		const plan = { format: 'gguf', type: 'q8_0' } as const;
		const exportId = await madeExport(world, { checkpointId, workerId, plan, words: 'to go' });
		const sha256 = (await viewOf(exportId))?.sha256 ?? '';
		expect(await drop(exportId)).toMatchObject({ problem: { code: 'conflict', detail: expect.stringContaining('is being measured') } });
		const evaluationId = (await evaluations.ofExports(world.app.db, [exportId])).get(exportId)?.id ?? '';
		const at = await beginEvaluation(world.app, { evaluationId, workerId });
		if (at) await failEvaluation(world.app, at, { code: 'out_of_memory', message: 'Too small.' });
		const reviewer = await world.person('reader', { slug, role: 'reviewer' });
		expect(problemOf(await dropExport(world.app, reviewer, { checkpointId, exportId }))).toBe('forbidden');
		expect(valueOf(await drop(exportId))).toEqual({ id: exportId, status: 'dropped' });
		valueOf(await drop(exportId));
		expect(await world.query(`select actor_id from audit_entries where action = 'export.drop' and subject_id = '${exportId}'`)).toEqual([{ actor_id: world.admin.userId }]);
		expect(await viewOf(exportId)).toMatchObject({ status: 'dropped', sha256, unfit: 'not_made', droppedAt: expect.any(String) });
		expect(await retention.cited(world.app.db, [sha256])).toEqual(new Set());
		expect(problemOf(await takeExport(world.app, world.admin, { checkpointId, exportId }))).toBe('gone');
		expect(problemOf(await exportAgain(world.app, world.admin, { checkpointId, exportId }))).toBe('conflict');
		expect(await madeExport(world, { checkpointId, workerId, plan, words: 'made anew' })).not.toBe(exportId);
	});

	it('was made before: one that waits has nothing to drop', async () => {
		expect(problemOf(await drop(await askedExport(world, checkpointId, { format: 'gguf', type: 'f32' })))).toBe('conflict');
	});
});
