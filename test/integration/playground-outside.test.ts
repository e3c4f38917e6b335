import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { OFF } from '#lib/domain/desensitisation/settings.ts';
import { championOf } from '#lib/server/db/champions.ts';
import { createEndpoint } from '#lib/server/usecases/put-endpoint.ts';
import { deployCheckpoint } from '#lib/server/usecases/deploy-checkpoint.ts';
import { askPlayground } from '#lib/server/usecases/playground.ts';
import { preferInPlayground } from '#lib/server/usecases/prefer-in-playground.ts';
import { putDesensitisation } from '#lib/server/usecases/put-desensitisation.ts';
import { startChatServer } from '../support/chat-server.ts';
import type { ChatServer } from '../support/chat-server.ts';
import { paperWorker, trainedCheckpoint } from '../support/loop.ts';
import { serveBoth } from '../support/playground-walk.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const CANARIES = ['13987654321', 'canary.bird@example.org', '金丝雀计划', '案卷CNR-4711'];
const PROMPT = `May he (${CANARIES.join(', ')}) sublet?`;
const HIDES = { ...OFF, actions: { phone: 'placeholder', email: 'placeholder', word: 'placeholder', pattern: 'placeholder' } as const, words: [{ text: '金丝雀计划', kind: 'word' as const }], patterns: [String.raw`案卷CNR-\d+`] };

let world: World;
let outside: ChatServer;
let project: { slug: string; id: string };
let trainedId: string;
let baseId: string;
let endpointId: string;

beforeAll(async () => {
	world = await createWorld({ PLUMBLINE_INHOUSE_HOSTS: '127.0.0.1' });
	project = await world.project({ overlap: 1, systemPrompt: 'You work for 13987654321.' });
	valueOf(await world.importRows(project.slug, pairRows(40)));
	trainedId = (await trainedCheckpoint(world, project.slug, await paperWorker(world))).checkpointId;
	baseId = (await championOf(world.app.db, project.id)).id;
	let answers = 0;
	outside = await startChatServer(() => `Answer ${++answers}.`);
	endpointId = valueOf(await createEndpoint(world.app, world.admin, { slug: project.slug, name: 'outside', baseUrl: outside.baseUrl, model: 'm', priceIn: null, priceOut: null, currency: 'USD', concurrency: 4, apiKey: null })).id;
}, 120_000);
beforeEach(() => void outside.asked.splice(0));
afterAll(async () => {
	await outside?.close();
	await world?.close();
});

const ask = () => askPlayground(world.app, world.admin, { slug: project.slug, left: baseId, right: trainedId, prompt: PROMPT, blind: false, maxTokens: 20, temperature: 0 });
const found = (text: string) => CANARIES.filter((word) => text.includes(word));

it('sends endpoints nothing that the project hides, and keeps what was sent', async () => {
	for (const checkpointId of [baseId, trainedId]) valueOf(await deployCheckpoint(world.app, world.admin, { checkpointId, endpointId }));
	valueOf(await ask());
	expect(outside.asked.map(({ whole }) => found(whole))).toEqual([CANARIES, CANARIES]);
	outside.asked.splice(0);
	valueOf(await putDesensitisation(world.app, world.admin, { slug: project.slug, settings: HIDES }));
	const { turn } = valueOf(await ask());
	expect(outside.asked.map(({ whole }) => found(whole))).toEqual([[], []]);
	expect(outside.asked[0]?.question).toBe('May he ([PHONE_1], [EMAIL_1], [WORD_1], [PATTERN_1]) sublet?');
	const { importId } = valueOf(await preferInPlayground(world.app, world.admin, { slug: project.slug, turn, better: 'left' }));
	const [kept] = await world.query<{ text: string }>(`select t.messages::text as text from prompt_texts t join prompts p on p.id = t.prompt_id where p.import_id = '${importId}'`);
	expect(kept?.text).toContain(outside.asked[0]?.question);
});

it('asks nobody where a side is served outside too, and what is hidden stayed on another server', async () => {
	await world.query(`insert into desensitisation_settings (project_id, version, rules, lists, created_by) select project_id, version + 1, rules, null, created_by from desensitisation_settings where project_id = '${project.id}' order by version desc limit 1`);
	expect(problemOf(await ask())).toBe('not_ready');
	expect(outside.asked).toEqual([]);
});

it('asks servers of the house as it was typed', async () => {
	const own = await world.project({ overlap: 1 });
	valueOf(await world.importRows(own.slug, pairRows(40)));
	const workerId = await paperWorker(world, 'own');
	const { checkpointId } = await trainedCheckpoint(world, own.slug, workerId);
	valueOf(await putDesensitisation(world.app, world.admin, { slug: own.slug, settings: HIDES }));
	const served = await serveBoth(world, { projectId: own.id, checkpointId, workerId });
	expect(problemOf(await askPlayground(world.app, world.admin, { slug: own.slug, left: served.baseId, right: checkpointId, prompt: PROMPT, blind: true, maxTokens: 20, temperature: 0 }))).toBe('no problem');
	expect(outside.asked).toEqual([]);
});
