import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OFF } from '#lib/domain/desensitisation/settings.ts';
import { GenerationPlan } from '#lib/domain/generation-plan.ts';
import { fail } from '#lib/domain/problem.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { cancelGeneration, resumeGeneration } from '#lib/server/usecases/cancel-generation.ts';
import { answerRules } from '#lib/server/usecases/answer-rules.ts';
import { beginGeneration, storeAnswer } from '#lib/server/usecases/make-answers.ts';
import { putDesensitisation } from '#lib/server/usecases/put-desensitisation.ts';
import { createEndpoint, listEndpoints, putEndpoint, retireEndpoint } from '#lib/server/usecases/put-endpoint.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { listGenerations, readGeneration } from '#lib/server/usecases/read-generation.ts';
import { previewGeneration, startGeneration } from '#lib/server/usecases/start-generation.ts';
import { ask } from '../../workers/handlers/generate.ts';
import { startChatServer } from '../support/chat-server.ts';
import type { Asked, ChatServer, Does } from '../support/chat-server.ts';
import { paperWorker } from '../support/loop.ts';
import { startWorker, until } from '../support/worker.ts';
import { createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const KEY = 'sk-canary-5f2e';

let world: World;
let workerId: string;
let slug: string;
let id: string;
let owner: Actor;
let engineer: Actor;
const servers: ChatServer[] = [];

beforeAll(async () => {
	world = await createWorld({ PLUMBLINE_INHOUSE_HOSTS: '127.0.0.1' });
	workerId = await paperWorker(world);
});
afterEach(async () => {
	for (const server of servers.splice(0)) await server.close();
});
afterAll(() => world.close());

async function serving(script: (asked: Asked, times: number) => Does | Promise<Does>): Promise<ChatServer> {
	const server = await startChatServer(script);
	servers.push(server);
	return server;
}

const prompts = (count: number, more: Record<string, unknown> = {}) => Array.from({ length: count }, (_, i) => ({ prompt: `May the tenant leave, case ${i}?`, ...more }));

/** A project with so many prompts that nobody answered. */
async function project(count: number, more: Record<string, unknown> = {}): Promise<void> {
	({ slug, id } = await world.project({ rows: prompts(count, more) }));
	owner = await world.person('owner', { slug, role: 'owner' });
	engineer = await world.person('engineer', { slug, role: 'engineer' });
}

const settings = { priceIn: 1, priceOut: 10, currency: 'CNY', concurrency: 3 };

async function endpoint(name: string, server: ChatServer, more: Partial<typeof settings> = {}): Promise<string> {
	return valueOf(await createEndpoint(world.app, owner, { slug, name, baseUrl: server.baseUrl, model: `vendor/${name}`, ...settings, ...more, apiKey: KEY })).id;
}

async function start(plan: Record<string, unknown>): Promise<string> {
	return valueOf(await startGeneration(world.app, engineer, { slug, plan: v.parse(GenerationPlan, plan) })).id;
}

const asking = (generationId: string, shutdown = new AbortController().signal) => ask({ app: world.app, workerId, workDir: world.dataDir, shutdown }, { generationId });
const read = async (generationId: string) => valueOf(await readGeneration(world.app, engineer, generationId));

describe('endpoints', () => {
	it('are asked nothing that the project hides, though it stands in prompts that were taken before', async () => {
		await project(1, { system: 'Our own number is 13900139000.' });
		valueOf(await world.importRows(slug, [{ prompt: 'Call 13800138000 or a@b.example?' }]));
		valueOf(await putDesensitisation(world.app, owner, { slug, settings: { ...OFF, actions: { phone: 'placeholder', email: 'mask' } } }));
		const server = await serving(({ question }) => `You asked: ${question}`);
		await asking(await start({ sources: [{ endpointId: await endpoint('outside', server) }], policy: 'each_answer' }));
		expect(server.asked).toHaveLength(2);
		const heard = server.asked.map(({ whole }) => whole).join();
		expect(heard).not.toMatch(/13800138000|13900139000|a@b\.example/u);
		expect(heard).toContain('[PHONE_1]');
	});

	it('say nothing that the project hides to who judges: their answers are masked before they are stored, and noted as such', async () => {
		await project(1);
		valueOf(await world.importRows(slug, [{ prompt: 'Call 13800138000?' }]));
		valueOf(await putDesensitisation(world.app, owner, { slug, settings: { ...OFF, actions: { phone: 'placeholder', email: 'mask', word: 'placeholder' }, words: [{ text: 'Falcon', kind: 'word' }] } }));
		const server = await serving(() => 'Falcon: [PHONE_1], which is 138-0013-8000, or 13900139000, or a@b.example.');
		await asking(await start({ sources: [{ endpointId: await endpoint('talks', server) }], policy: 'each_answer' }));
		const stored = await world.query<{ text: string; sampling: Record<string, unknown> }>(`select t.messages->0->>'content' as text, r.sampling from response_texts t join responses r on r.id = t.response_id join prompts p on p.id = r.prompt_id where p.project_id = '${id}' order by 1`);
		// The one question holds the number; of the other nothing is known.
		expect(stored.map(({ text }) => text)).toEqual(['[WORD_1]: [PHONE_1], which is [PHONE_1], or [PHONE_2], or ■■■■.', '[WORD_1]: [PHONE_1], which is [PHONE_1], or [PHONE_2], or ■■■■.']);
		expect(stored[0]?.sampling).toMatchObject({ hidden: { phone: { placeholder: 2 }, email: { mask: 1 }, word: { placeholder: 1 } } });
	});

	it('have what the project hides read once for all that they say, and again as soon as its owner changed it', async () => {
		await project(9);
		const hideNumbers = { ...OFF, actions: { phone: 'mask' as const } };
		valueOf(await putDesensitisation(world.app, owner, { slug, settings: hideNumbers }));
		const server = await serving(async () => {
			if (server.asked.length === 6) valueOf(await putDesensitisation(world.app, owner, { slug, settings: { ...hideNumbers, actions: { phone: 'mask', word: 'placeholder' }, words: [{ text: 'Falcon', kind: 'word' }] } }));
			return 'Falcon, 13900139000.';
		});
		let opened = 0;
		const open: typeof world.app.secrets.open = (sealed, place) => {
			if (place.startsWith('desensitisation')) opened++;
			return world.app.secrets.open(sealed, place);
		};
		const generationId = await start({ sources: [{ endpointId: await endpoint('counted', server, { concurrency: 1 }) }], policy: 'each_answer' });
		await ask({ app: { ...world.app, secrets: { ...world.app.secrets, open } }, workerId, workDir: world.dataDir, shutdown: new AbortController().signal }, { generationId });
		const stored = await world.query<{ text: string }>(`select t.messages->0->>'content' as text from response_texts t join responses r on r.id = t.response_id join prompts p on p.id = r.prompt_id where p.project_id = '${id}' order by r.id`);
		expect(stored.map(({ text }) => text)).toEqual([...Array.from({ length: 5 }, () => 'Falcon, ■■■■.'), ...Array.from({ length: 4 }, () => '[WORD_1], ■■■■.')]);
		// Lists and key: for what goes out, for what comes in, and once more.
		expect(opened).toBe(6);
	});

	it('have nothing kept of what they say once the lists cannot be read any more, and it is told so', async () => {
		await project(4);
		valueOf(await putDesensitisation(world.app, owner, { slug, settings: { ...OFF, actions: { phone: 'mask' } } }));
		let lost = false;
		const server = await serving(async () => {
			if (server.asked.length === 2) {
				valueOf(await putDesensitisation(world.app, owner, { slug, settings: { ...OFF, actions: { phone: 'placeholder' } } }));
				lost = true;
			}
			return 'Call 13900139000.';
		});
		const open: typeof world.app.secrets.open = async (sealed, place) => (lost && place.startsWith('desensitisation') ? fail('not_ready', 'The key is not here.') : world.app.secrets.open(sealed, place));
		const generationId = await start({ sources: [{ endpointId: await endpoint('unread', server, { concurrency: 1 }) }], policy: 'each_answer' });
		await ask({ app: { ...world.app, secrets: { ...world.app.secrets, open } }, workerId, workDir: world.dataDir, shutdown: new AbortController().signal }, { generationId });
		expect(await read(generationId)).toMatchObject({ status: 'failed', done: 1, problem: { code: 'lists_unreadable', message: 'What the project hides cannot be read on this worker: no answer may be kept.', hint: 'The key is not here.' } });
		expect(server.asked).toHaveLength(2);
	});

	it('are measured by what they said, word for word, where they answer for a suite', async () => {
		await project(1);
		valueOf(await putDesensitisation(world.app, owner, { slug, settings: { ...OFF, actions: { phone: 'placeholder' } } }));
		const at = await beginGeneration(world.app, { generationId: await start({ sources: [{ endpointId: await endpoint('measured', await serving(() => '')) }], samples: 2, policy: 'each_answer' }), workerId });
		const [source] = at?.sources ?? [];
		if (!at || !source) throw new Error('the generation was not to be had');
		const said = { promptId: at.generation.promptIds[0] ?? '', text: 'Call 13800138000.', sampling: {}, seed: 1, reproducible: false };
		const hiding = async (generation: typeof at.generation) => valueOf(await answerRules(world.app, generation)());
		await storeAnswer(world.app, at, source, { ...said, sample: 0 }, await hiding(at.generation));
		await storeAnswer(world.app, at, source, { ...said, sample: 1 }, await hiding({ ...at.generation, suiteVersionId: 'of a suite' }));
		expect(await world.query(`select t.messages->0->>'content' as text from generation_answers a join response_texts t on t.response_id = a.response_id where a.generation_id = '${at.generation.id}' order by a.sample`)).toEqual([{ text: 'Call [PHONE_1].' }, { text: 'Call 13800138000.' }]);
	});

	it('are listed with what they made page by page, newest first', async () => {
		await project(1);
		const server = await serving(() => 'an answer');
		const endpointId = await endpoint('pages', server);
		const made: string[] = [];
		for (let n = 0; n < 3; n += 1) made.unshift(await start({ sources: [{ endpointId }], policy: 'each_answer' }));
		const first = valueOf(await listGenerations(world.app, engineer, { slug, limit: 2 }));
		expect([first.generations.map((one) => one.id), first.next]).toEqual([made.slice(0, 2), made[1]]);
		const second = valueOf(await listGenerations(world.app, engineer, { slug, limit: 2, cursor: first.next }));
		expect([second.generations.map((one) => one.id), second.next]).toEqual([made.slice(2), null]);
		// A worker of a later test must not wait for a server that is gone.
		for (const generationId of made) valueOf(await cancelGeneration(world.app, engineer, generationId));
	});

	it('keep their key to themselves, encrypted, wherever one looks', async () => {
		await project(1);
		const server = await serving(() => 'an answer');
		const endpointId = await endpoint('alpha', server);
		const seen = [await listEndpoints(world.app, engineer, slug), await putEndpoint(world.app, owner, { id: endpointId, name: 'alpha', ...settings, priceIn: 2 })];
		expect(JSON.stringify(seen)).not.toContain(KEY);
		expect(valueOf(await listEndpoints(world.app, engineer, slug))).toMatchObject([{ name: 'alpha', hasKey: true, priceIn: 2 }]);
		await asking(await start({ sources: [{ endpointId }], policy: 'each_answer' }));
		expect(server.asked.map(({ authorization }) => authorization)).toEqual([`Bearer ${KEY}`]);
		const tables = await world.query<{ name: string }>(`select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'pgboss')`);
		for (const { name } of tables) expect(await world.query(`select 1 as found from ${name} t where t::text like '%canary%'`), name).toEqual([]);
		expect((await world.query<{ sealed_key: string }>(`select sealed_key from endpoints where id = '${endpointId}'`))[0]?.sealed_key).toMatch(/^s1\./);

		valueOf(await retireEndpoint(world.app, owner, endpointId));
		expect(await world.query(`select sealed_key from endpoints where id = '${endpointId}'`)).toEqual([{ sealed_key: null }]);
		expect(problemOf(await startGeneration(world.app, engineer, { slug, plan: v.parse(GenerationPlan, { sources: [{ endpointId }], policy: 'each_answer' }) }))).toBe('invalid_input');
	});

	it('are the owner’s, at addresses that may be called, and stay where they are', async () => {
		const make = (actor: Actor, baseUrl: string) => createEndpoint(world.app, actor, { slug, name: baseUrl, baseUrl, model: 'm', ...settings });
		expect(problemOf(await make(engineer, 'https://1.1.1.1/v1'))).toBe('forbidden');
		for (const bad of ['http://169.254.169.254/v1', 'https://10.0.0.1/v1', 'http://1.1.1.1/v1', 'https://user:pass@1.1.1.1/v1', 'https://1.1.1.1/v1?key=1', 'ftp://1.1.1.1', 'nothing']) {
			expect(await make(owner, bad), bad).toMatchObject({ ok: false, problem: { errors: [{ field: 'baseUrl' }] } });
		}
		const made = valueOf(await make(owner, 'https://1.1.1.1/v1/'));
		expect(made).toMatchObject({ baseUrl: 'https://1.1.1.1/v1', hasKey: false });
		expect(await make(owner, 'https://1.1.1.1/v1/')).toMatchObject({ ok: false, problem: { errors: [{ field: 'name' }] } });
		await expect(world.query(`update endpoints set model = 'other' where id = '${made.id}'`)).rejects.toThrow();
	});
});

describe('a generation', () => {
	it('asks each question once, stores each answer with its settings and cost, and makes blind pairs with their propensity', async () => {
		await project(6);
		// The first answers wait for each other: so many are asked at a time, and no more.
		const together = Promise.withResolvers<void>();
		let come = 0;
		const say = async ({ model, question, temperature, seed }: Asked) => {
			if ((come += 1) === settings.concurrency) together.resolve();
			await together.promise;
			return `${model === 'vendor/alpha' ? 'He may' : 'He may not'}, at ${temperature}, ${seed}: ${question}`;
		};
		const server = await serving(say);
		const plan = { sources: [{ endpointId: await endpoint('alpha', server) }, { endpointId: await endpoint('beta', server, { concurrency: 2 }) }], samples: 2, temperatures: [0.2, 1], policy: 'champion_challenger', seed: 5, maxTokens: 50 };
		const preview = valueOf(await previewGeneration(world.app, engineer, { slug, plan: v.parse(GenerationPlan, plan) }));
		expect(preview).toMatchObject({ prompts: 6, answers: 48, comparisons: 24, sources: [{ name: 'alpha', currency: 'CNY' }, { name: 'beta' }] });
		expect(preview.sources[0]?.costAtMost).toBeGreaterThan((6 * 4 * 50 * 10) / 1e6);

		const generationId = await start(plan);
		await asking(generationId);
		expect(server.asked).toHaveLength(48);
		expect(new Set(server.asked.map(({ model, question, seed }) => `${model}|${question}|${seed}`)).size).toBe(48);
		expect(new Set(server.asked.map(({ seed, temperature }) => `${seed}@${temperature}`))).toEqual(new Set(['5@0.2', '6@0.2', '7@1', '8@1']));
		expect(server.load().most).toBe(3);
		const done = await read(generationId);
		expect(done).toMatchObject({ status: 'succeeded', done: 48, total: 48, comparisons: 24, intoRound: 1, missed: [] });
		const [alpha] = done.sources;
		expect(alpha).toMatchObject({ answered: 24, missed: 0, leaked: 0, promptTokens: 240, currency: 'CNY' });
		expect(alpha?.cost).toBeCloseTo((240 * 1 + (alpha?.completionTokens ?? 0) * 10) / 1e6, 12);

		const made = await world.query<{ a: string; sampling: Record<string, unknown>; seed: string; policy: string; propensity: number; slots: number }>(
			`select e.name as a, ra.sampling, ra.seed, c.policy, c.propensity, (select count(*)::int from slots s where s.comparison_id = c.id) as slots
			from comparisons c join responses ra on ra.id = c.response_a_id join endpoints e on e.id::text = ra.source_ref where c.project_id = '${id}'`
		);
		expect(made.every(({ policy, propensity, slots }) => policy === 'champion_challenger' && propensity === 1 && slots === 1)).toBe(true);
		expect(new Set(made.map(({ a }) => a))).toEqual(new Set(['alpha', 'beta']));
		expect(made[0]?.sampling).toMatchObject({ topP: 0.95, maxTokens: 50, finish: 'stop' });
		expect((await world.query<{ n: number }>(`select comparisons as n from rounds where project_id = '${id}'`))[0]?.n).toBe(24);

		// The same answers again make no pair that people have already.
		const again = await start(plan);
		await asking(again);
		expect(await read(again)).toMatchObject({ status: 'succeeded', comparisons: 0 });
	});

	it('goes on through a server’s bad moments, notes what it could not get, and pairs nothing that tells who wrote it', async () => {
		await project(8);
		const first: Does[] = [{ status: 429, retryAfter: '0' }, { status: 503 }, 'CUT', { status: 500 }];
		const last: Does[] = ['GARBAGE', 'HUGE', 'NOTHING', { status: 400 }];
		const server = await serving((asked, times) => {
			if (asked.model === 'vendor/beta') return `He may not: ${asked.question}`;
			const turn = Number(/\d+/.exec(asked.question)?.[0]);
			if (turn >= 4) return last[turn - 4] ?? '';
			return times === 0 ? (first[turn] ?? '') : turn === 0 ? 'I am ChatGPT and he may.' : `He may: ${asked.question}`;
		});
		const generationId = await start({ sources: [{ endpointId: await endpoint('alpha', server) }, { endpointId: await endpoint('beta', server) }], policy: 'every_pair' });
		await asking(generationId);
		const done = await read(generationId);
		expect(done).toMatchObject({ status: 'succeeded', done: 16, comparisons: 3 });
		expect(done.sources).toMatchObject([{ answered: 4, missed: 4, leaked: 1 }, { answered: 8, missed: 0, leaked: 0 }]);
		expect(done.missed).toEqual(expect.arrayContaining([{ code: 'answer_too_large', n: 1 }, { code: 'empty_answer', n: 1 }, { code: 'endpoint_failed', n: 1 }, { code: 'endpoint_refused', n: 1 }]));
		expect(await world.query(`select leaks from generation_answers where generation_id = '${generationId}' and leaks is not null`)).toEqual([{ leaks: 'ChatGPT' }]);
	});

	it('cost what they thought without saying anything, too', async () => {
		await project(4);
		const server = await serving((asked) => (asked.question.includes('case 0') ? { thought: '', tokens: 512 } : asked.question.includes('case 1') ? { thought: null, tokens: 256 } : 'He may.'));
		const generationId = await start({ sources: [{ endpointId: await endpoint('alpha', server) }], policy: 'each_answer' });
		await asking(generationId);
		const [source] = (await read(generationId)).sources;
		const completionTokens = 512 + 256 + 2 * 'He may.'.length;
		expect(source).toMatchObject({ answered: 2, missed: 2, promptTokens: 40, completionTokens });
		expect(source?.cost).toBeCloseTo((40 * settings.priceIn + completionTokens * settings.priceOut) / 1e6, 12);
	});

	it('cost what was used before they were given up on', async () => {
		await project(12);
		const server = await serving(() => ({ thought: null, tokens: 100 }));
		const generationId = await start({ sources: [{ endpointId: await endpoint('alpha', server, { concurrency: 1 }) }], policy: 'each_answer' });
		await asking(generationId);
		const { status, done, sources } = await read(generationId);
		expect({ status, done, asked: server.asked.length }).toEqual({ status: 'failed', done: 9, asked: 10 });
		expect(sources).toMatchObject([{ missed: 9, promptTokens: 100, completionTokens: 1000 }]);
	});

	it('ends when its endpoint takes no key, and goes on with what is missing once it does', async () => {
		await project(5);
		let takes = 2;
		const server = await serving((asked) => (takes-- > 0 ? `He may: ${asked.question} ${asked.seed}` : { status: 401 }));
		const generationId = await start({ sources: [{ endpointId: await endpoint('alpha', server, { concurrency: 1 }) }], policy: 'each_answer' });
		await asking(generationId);
		expect(await read(generationId)).toMatchObject({ status: 'failed', done: 2, problem: { code: 'endpoint_denied' }, comparisons: 0 });
		expect(problemOf(await cancelGeneration(world.app, engineer, generationId))).toBe('already_decided');
		takes = 100;
		valueOf(await resumeGeneration(world.app, engineer, generationId));
		const before = server.asked.length;
		await asking(generationId);
		expect(server.asked.length - before).toBe(3);
		expect(await read(generationId)).toMatchObject({ status: 'succeeded', done: 5, comparisons: 5 });
	});

	it('can be stopped while a server hangs, and makes no pair then', async () => {
		await project(4);
		const server = await serving((asked) => (asked.question.includes('case 0') ? 'He may.' : 'HANG'));
		const generationId = await start({ sources: [{ endpointId: await endpoint('alpha', server) }], samples: 2, policy: 'every_pair' });
		const ended = asking(generationId);
		await until('an answer', async () => (await read(generationId)).done > 0, 20);
		valueOf(await cancelGeneration(world.app, engineer, generationId));
		await ended;
		const stopped = await read(generationId);
		expect(stopped).toMatchObject({ status: 'cancelled', comparisons: 0 });
		expect(stopped.done).toBeLessThan(8);
	});

	it('sends no upload to an endpoint, and asks nothing that its asker may not see', async () => {
		await project(3, { matter: 'Acme v. Birch', tags: ['lease'] });
		valueOf(await world.importRows(slug, [{ prompt: 'Another matter?', tags: ['lease'] }]));
		const server = await serving((asked) => `Yes: ${asked.question}`);
		const sources = [{ endpointId: await endpoint('alpha', server) }];
		valueOf(await raiseWall(world.app, world.admin, { slug, userId: engineer.userId, matter: 'Acme v. Birch' }));
		const count = async (prompts: Record<string, unknown>) => valueOf(await previewGeneration(world.app, engineer, { slug, plan: v.parse(GenerationPlan, { sources, prompts, policy: 'each_answer' }) })).prompts;
		expect([await count({}), await count({ tag: 'lease' }), await count({ tag: 'tax' }), await count({ matter: 'Acme v. Birch' }), await count({ import: 'newest' })]).toEqual([1, 1, 0, 0, 1]);
		await world.query(`insert into prompts (project_id, group_id, content_hash) select '${id}', group_id, 'upload' from prompts where project_id = '${id}' limit 1`);
		await world.query(`insert into prompt_texts (prompt_id, messages) select id, '[{"role":"user","content":[{"type":"image","artifact":"${'a'.repeat(64)}"}]}]' from prompts where content_hash = 'upload'`);
		const generationId = await start({ sources, policy: 'each_answer' });
		await asking(generationId);
		expect((await read(generationId)).missed).toEqual([{ code: 'upload_stays_here', n: 1 }]);
		expect(server.asked.map(({ question }) => question)).toEqual(['Another matter?']);
		expect(await count({ unanswered: true })).toBe(1);
	});

	it('survives kill −9 of the worker: nothing that was answered is asked again', async () => {
		await project(40);
		const server = await serving(async (asked) => {
			await sleep(50);
			return `He may: ${asked.question} ${asked.seed}`;
		});
		const generationId = await start({ sources: [{ endpointId: await endpoint('alpha', server) }], samples: 2, policy: 'every_pair' });
		const environment = { PLUMBLINE_INHOUSE_HOSTS: '127.0.0.1', PLUMBLINE_PYTHON: '/nowhere/python' };
		const first = startWorker(world, environment);
		await until('ten answers', async () => (await read(generationId)).done >= 10, 40, first.output);
		await first.kill9();
		const stored = (await read(generationId)).done;
		const second = startWorker(world, environment);
		try {
			await until('its end', async () => (await read(generationId)).status === 'succeeded', 60, second.output);
		} finally {
			await second.stop();
		}
		expect(await read(generationId)).toMatchObject({ done: 80, total: 80, comparisons: 40 });
		// Only what was under way when the worker died was asked twice.
		expect(server.asked.length).toBeGreaterThanOrEqual(80);
		expect(server.asked.length).toBeLessThanOrEqual(80 + settings.concurrency);
		expect(stored).toBeLessThan(80);
		expect(first.output() + second.output()).not.toContain('canary');
	}, 180_000);
});
