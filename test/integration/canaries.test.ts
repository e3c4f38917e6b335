import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OFF } from '#lib/domain/desensitisation/settings.ts';
import { ROLES } from '#lib/domain/permission.ts';
import * as generations from '#lib/server/db/generations.ts';
import * as imports from '#lib/server/db/imports.ts';
import { putDesensitisation } from '#lib/server/usecases/put-desensitisation.ts';
import { provisionNames } from '../../workers/names/environment.ts';
import { createApi, tokenOf } from '../support/api.ts';
import { startChatServer } from '../support/chat-server.ts';
import { inDatabase, inFiles, inText } from '../support/resting-places.ts';
import { startServer } from '../support/server.ts';
import type { Server } from '../support/server.ts';
import { startWorker, until } from '../support/worker.ts';
import type { WorkerProcess } from '../support/worker.ts';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

/** One of each kind that nobody else has; all made up. */
const CANARIES = {
	id_card: '11010519491231002X', bank_card: '6222021234567890128', iban: 'DE89370400440532013000', phone: '13987654321', email: 'canary.bird@example.org',
	passport: 'E73519264', plate: '京Q7C4N9', url_secret: 'https://u:canaryPass9@host.example/x', ip: '203.0.113.77', amount: '¥98,765.43',
	word: '金丝雀计划', pattern: '案卷CNR-4711', person: '欧阳晓燕', organisation: '北京宏达科技有限公司'
} as const;
const WORDS = Object.values(CANARIES);
const ALL = WORDS.map((word) => `（${word}）`).join('，');
/** Without the names: those are found by a worker, in the words of a row. */
const BY_RULE = Object.entries(CANARIES).filter(([kind]) => kind !== 'person' && kind !== 'organisation').map(([, word]) => word);

let world: World;
let server: Server;
let worker: WorkerProcess;
beforeAll(async () => {
	world = await createWorld();
	server = await startServer(world, { PLUMBLINE_LOG_LEVEL: 'debug', PLUMBLINE_INHOUSE_HOSTS: '127.0.0.1' });
	const names = await provisionNames();
	if (!names.ok) throw new Error(names.problem.message);
	// This worker trains nothing: an engine would take minutes to install where none is.
	worker = startWorker(world, { PLUMBLINE_LOG_LEVEL: 'debug', PLUMBLINE_INHOUSE_HOSTS: '127.0.0.1', PLUMBLINE_PYTHON: '/nonexistent', PLUMBLINE_NAMES_PYTHON: names.value.python });
	// Longer than one step of the installation may take: it is to say why it fails.
}, 400_000);
afterAll(async () => {
	await worker?.kill9();
	await server?.stop();
	await world?.close();
});

it('lets no canary come to rest anywhere', async () => {
	const { slug, id } = await world.project({ overlap: 1 });
	const actions = Object.fromEntries(Object.keys(CANARIES).map((kind) => [kind, 'placeholder' as const]));
	valueOf(await putDesensitisation(world.app, world.admin, { slug, settings: { ...OFF, actions, originals: 'encrypt', words: [{ text: CANARIES.word, kind: 'word' }], patterns: [String.raw`案卷CNR-\d+`] } }));
	const owner = createApi(server.origin, await tokenOf(world, world.admin));

	// A document's text, and rows with canaries in every field: two that can be taken, and lines that cannot.
	const document = await owner<{ sha256: string }>('POST', `/projects/${slug}/artifacts`, { raw: BY_RULE.join('\n'), headers: { 'content-type': 'text/plain' } });
	expect(document.status).toBe(201);
	const rows = [
		{ messages: [{ role: 'user', content: `证人${CANARIES.person}在${CANARIES.organisation}工作。${ALL}`, name: CANARIES.email }], responses: [`回答一 ${ALL}`, `回答二 ${ALL}`], preferred: 0, documents: [{ artifact: document.body.sha256, title: CANARIES.phone }], tags: [CANARIES.id_card], group: `组 ${CANARIES.phone}`, judgments: [{ preferred: 1, judge: CANARIES.email }] },
		{ prompt: `问 ${ALL}`, completion: `答 ${ALL}`, label: true },
		{ prompt: `坏 ${ALL}`, chosen: CANARIES.phone, rejected: CANARIES.phone, [CANARIES.email]: 1 },
		{ prompt: [{ role: CANARIES.phone, content: ALL }], chosen: 'a', rejected: 'b' },
		{ prompt: 'q', chosen: 'a', rejected: 'b', matter: `案 ${CANARIES.id_card}` }
	];
	const file = [...rows.map((row) => JSON.stringify(row)), `{"prompt": "${CANARIES.phone}", broken ${CANARIES.email}`].join('\n');
	const sent = await owner<{ id: string; status: string }>('POST', `/projects/${slug}/imports?format=jsonl&skipBad=true&fileName=${encodeURIComponent(`${CANARIES.phone}-${CANARIES.person}.jsonl`)}`, { raw: file });
	expect(sent).toMatchObject({ status: 202, body: { status: 'masking' } });
	const answers: string[] = [JSON.stringify(document.body), JSON.stringify(sent.body)];

	// Nothing lies open while it waits either.
	expect(await inDatabase(world, WORDS)).toEqual([]);
	await until('names are looked for', async () => (await imports.get(world.app.db, sent.body.id))?.status === 'published', 240, () => worker.output().slice(-2000));
	expect((await imports.get(world.app.db, sent.body.id))?.accepted).toBe(2);

	// A model answers with canaries of its own, though it is asked nothing that holds one.
	const model = await startChatServer(() => `答复：${BY_RULE.map((word) => `（${word}）`).join('，')}`);
	try {
		const endpoint = await owner<{ id: string }>('POST', `/projects/${slug}/endpoints`, { body: { name: 'talks', baseUrl: model.baseUrl, model: 'made-up', concurrency: 1 } });
		const generation = await owner<{ id: string }>('POST', `/projects/${slug}/generations`, { body: { sources: [{ endpointId: endpoint.body.id }], policy: 'each_answer' } });
		await until('the model has answered', async () => (await generations.get(world.app.db, generation.body.id))?.status === 'succeeded', 120, () => worker.output().slice(-2000));
		expect(model.asked.flatMap(({ whole }) => inText('asked', whole, WORDS))).toEqual([]);
		expect(await world.query(`select distinct t.messages->0->>'content' like '答复：%[PHONE_%' as masked from generation_answers a join response_texts t on t.response_id = a.response_id where a.generation_id = '${generation.body.id}'`)).toEqual([{ masked: true }]);
	} finally {
		await model.close();
	}

	// Everybody asks for everything.
	for (const role of [...ROLES, 'admin'] as const) {
		const api = role === 'admin' ? owner : createApi(server.origin, await tokenOf(world, await world.person(role, { slug, role })));
		for (const path of [`/imports/${sent.body.id}`, `/imports/${sent.body.id}/errors`, `/imports/${sent.body.id}/findings?limit=500`, `/projects/${slug}/imports`, `/projects/${slug}/judgments`, `/projects/${slug}/artifacts/${document.body.sha256}`]) {
			const answer = await api('GET', path).catch((error: unknown) => ({ body: String(error) }));
			answers.push(`${role} ${path} ${JSON.stringify(answer.body)}`);
		}
		if (role === 'annotator') answers.push(JSON.stringify((await api('POST', `/projects/${slug}/tasks/claim`, { key: randomUUID() })).body));
	}
	expect(answers.join('\n')).toContain('[PHONE_1]');

	const snapshot = await owner<{ id: string }>('POST', `/projects/${slug}/snapshots`, { body: { objective: 'kto', rule: { includeImports: true } } });
	for (const split of ['train', 'dev', 'test']) answers.push(JSON.stringify((await owner('GET', `/snapshots/${snapshot.body.id}/data?split=${split}`).catch((error: unknown) => ({ body: String(error) }))).body));

	expect(answers.flatMap((text) => inText(text.slice(0, 80), text, WORDS))).toEqual([]);
	expect(inText('log of the web process', server.output(), WORDS)).toEqual([]);
	expect(inText('log of the worker', worker.output(), WORDS)).toEqual([]);
	expect(await inFiles(world.dataDir, WORDS)).toEqual([]);
	expect(await inDatabase(world, WORDS)).toEqual([]);

	// The search itself finds what is there: one word, planted past the mask.
	await world.query(`insert into import_errors (import_id, line, message) values ('${sent.body.id}', 99, '${CANARIES.phone}')`);
	expect(await inDatabase(world, WORDS)).toEqual([{ place: 'public.import_errors.message', word: CANARIES.phone }]);
	expect(id).not.toBe('');
}, 300_000);
