import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '#lib/server/auth/actor.ts';
import { championOf } from '#lib/server/db/champions.ts';
import { deployCheckpoint } from '#lib/server/usecases/deploy-checkpoint.ts';
import { loadOfModelServer, modelServerReady, takeModelServer } from '#lib/server/usecases/hold-model-server.ts';
import { askPlayground, playgroundChoices } from '#lib/server/usecases/playground.ts';
import { preferInPlayground } from '#lib/server/usecases/prefer-in-playground.ts';
import type { PlaygroundVerdict } from '#lib/server/usecases/prefer-in-playground.ts';
import { previewSnapshot } from '#lib/server/usecases/preview-snapshot.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { undoImport } from '#lib/server/usecases/undo-import.ts';
import { paperWorker, trainedCheckpoint } from '../support/loop.ts';
import { startModelServer } from '../support/model-server.ts';
import { serveBoth } from '../support/playground-walk.ts';
import { until } from '../support/worker.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let project: { slug: string; id: string };
let engineer: Actor;
let workerId: string;
let trainedId: string;
let baseId: string;

beforeAll(async () => {
	world = await createWorld();
	project = await world.project({ overlap: 1, systemPrompt: 'You are careful.' });
	valueOf(await world.importRows(project.slug, pairRows(40).map((row) => ({ ...row, matter: 'Acme v. Birch' }))));
	workerId = await paperWorker(world);
	engineer = await world.person('engineer', { slug: project.slug, role: 'engineer' });
	trainedId = (await trainedCheckpoint(world, project.slug, workerId)).checkpointId;
	expect(valueOf(await playgroundChoices(world.app, engineer, project.slug))).toEqual([]);
	({ baseId } = await serveBoth(world, { projectId: project.id, checkpointId: trainedId, workerId }));
}, 120_000);
afterAll(() => world?.close());

const ask = (more: Partial<Parameters<typeof askPlayground>[2]> = {}) => askPlayground(world.app, engineer, { slug: project.slug, left: baseId, right: trainedId, prompt: 'May I sublet my flat?', blind: true, maxTokens: 20, temperature: 0, ...more });
const prefer = (turn: string, better: PlaygroundVerdict, actor = engineer) => preferInPlayground(world.app, actor, { slug: project.slug, turn, better });

it('shows two answers without telling whose they are, and keeps nothing of them', async () => {
	expect(valueOf(await playgroundChoices(world.app, engineer, project.slug)).map(({ id }) => id).sort()).toEqual([baseId, trainedId].sort());
	const before = await world.query('select count(*)::int as n from prompts');
	const { left, right, same, turn } = valueOf(await ask());
	expect([left.checkpointId, right.checkpointId, same]).toEqual([null, null, false]);
	expect(left.text).toMatch(/^Answer \d+\.$/);
	expect(turn).not.toContain(left.text);
	expect(await world.query('select count(*)::int as n from prompts')).toEqual(before);
	const open = valueOf(await ask({ blind: false }));
	expect([open.left.checkpointId, open.right.checkpointId]).toEqual([baseId, trainedId]);
	expect(problemOf(await ask({ right: baseId }))).toBe('invalid_input');
	expect(problemOf(await askPlayground(world.app, await world.person('reviewer', { slug: project.slug, role: 'reviewer' }), { slug: project.slug, left: baseId, right: trainedId, prompt: '?', blind: true, maxTokens: 1, temperature: 0 }))).toBe('forbidden');
});

it('makes a preference a judgment of origin playground, by who gave it, that no rule takes unasked and that can be undone', async () => {
	const { left, right, turn } = valueOf(await ask());
	// Only the one who was given the answers, and only as they were given.
	expect(problemOf(await prefer(turn, 'left', await world.person('other', { slug: project.slug, role: 'engineer' })))).toBe('invalid_input');
	const [version, keyId, nonce, body = ''] = turn.split('.');
	expect(problemOf(await prefer([version, keyId, nonce, (body.startsWith('A') ? 'B' : 'A') + body.slice(1)].join('.'), 'left'))).toBe('invalid_input');
	const told = valueOf(await prefer(turn, 'right'));
	expect([told.left, told.right].sort()).toEqual([baseId, trainedId].sort());
	// Twice is once, and who was told whose answers they were changes nothing any more.
	expect(told.earlierStands).toBe(false);
	expect(valueOf(await prefer(turn, 'right')).earlierStands).toBe(true);
	expect(valueOf(await prefer(turn, 'left')).earlierStands).toBe(true);
	expect(await world.query(`select subject_id from audit_entries where action = 'playground.prefer'`)).toEqual([{ subject_id: told.importId }]);
	// The record of whose answers they were is written with the pair, or not at all.
	expect(await world.query(`select count(*)::int as entries, count(distinct txid)::int as transactions from audit_entries where subject_id = '${told.importId}' and action in ('import.publish', 'playground.prefer')`)).toEqual([{ entries: 2, transactions: 1 }]);
	const judged = await world.query<{ origin: string; judge_user_id: string; purpose: string | null; preferred: string; system: string }>(
		`select j.origin, j.judge_user_id, j.purpose, (select t.messages->0->>'content' from response_texts t where t.response_id = case j.verdict when 'a' then c.response_a_id else c.response_b_id end) as preferred, p.messages->0->>'role' as system
			from judgments j join comparisons c on c.id = j.comparison_id join prompt_texts p on p.prompt_id = c.prompt_id where j.origin = 'playground'`
	);
	expect(judged).toEqual([{ origin: 'playground', judge_user_id: engineer.userId, purpose: null, preferred: right.text, system: 'system' }]);
	expect(left.text).not.toBe(right.text);
	expect(await world.query(`select 1 from slots s join judgments j on j.id = s.judgment_id where j.origin = 'playground'`)).toEqual([]);

	const rows = async (origins: ('workspace' | 'playground')[]) => Object.values(valueOf(await previewSnapshot(world.app, engineer, { slug: project.slug, objective: 'dpo', rule: { origins } })).rows).reduce((sum, n) => sum + n, 0);
	expect([await rows(['workspace']), await rows(['workspace', 'playground'])]).toEqual([0, 1]);
	valueOf(await undoImport(world.app, world.admin, told.importId));
	expect(await world.query(`select 1 from judgments where origin = 'playground'`)).toEqual([]);
});

it('keeps what each person prefers as their own, also where another preferred the same', async () => {
	const [eve, bob] = [await world.person('eve', { slug: project.slug, role: 'engineer' }), await world.person('bob', { slug: project.slug, role: 'engineer' })];
	// The same two answers, on whichever side each was given them.
	const [one, other] = [{ id: baseId, checkpointId: baseId, text: 'You may.' }, { id: trainedId, checkpointId: trainedId, text: 'Ask your landlord first.' }];
	const turnOf = ({ userId }: Actor, [left, right]: (typeof one)[]) => world.app.secrets.seal(JSON.stringify({ userId, blind: true, messages: [{ role: 'user', content: 'May I keep a dog?' }], left, right }), `playground:${project.id}`);
	valueOf(await prefer(await turnOf(eve, [one, other]), 'right', eve));
	valueOf(await prefer(await turnOf(bob, [other, one]), 'left', bob));
	valueOf(await prefer(await turnOf(bob, [one, other]), 'left', bob));
	const judged = await world.query<{ judge_user_id: string; preferred: string }>(
		`select j.judge_user_id, (select t.messages->0->>'content' from response_texts t where t.response_id = case j.verdict when 'a' then c.response_a_id else c.response_b_id end) as preferred
			from judgments j join comparisons c on c.id = j.comparison_id where j.judge_user_id in ('${eve.userId}', '${bob.userId}') order by j.judge_user_id = '${bob.userId}', j.id`
	);
	expect(judged).toEqual([eve, bob].map(({ userId }) => ({ judge_user_id: userId, preferred: other.text })));
});

it('takes it where neither answer is better: as good as each other, or both bad', async () => {
	const ann = await world.person('ann', { slug: project.slug, role: 'engineer' });
	for (const better of ['tie', 'both_bad'] as const) {
		const { turn } = valueOf(await askPlayground(world.app, ann, { slug: project.slug, left: baseId, right: trainedId, prompt: `May I ${better}?`, blind: true, maxTokens: 20, temperature: 0 }));
		expect(valueOf(await prefer(turn, better, ann))).toMatchObject({ earlierStands: false });
	}
	expect(await world.query(`select verdict, origin from judgments where judge_user_id = '${ann.userId}' order by verdict`)).toEqual([{ verdict: 'both_bad', origin: 'playground' }, { verdict: 'tie', origin: 'playground' }]);
	expect(await world.query(`select details->>'verdict' as verdict, jsonb_array_length(details->'between') as sides from audit_entries where action = 'playground.prefer' and actor_id = '${ann.userId}' order by 1`)).toEqual([{ verdict: 'both_bad', sides: 2 }, { verdict: 'tie', sides: 2 }]);
});

it('lets nobody ask a checkpoint that learned from a matter behind a wall before them', async () => {
	const eve = await world.person('eve', { slug: project.slug, role: 'engineer' });
	const input = { slug: project.slug, prompt: 'What did Acme offer Birch?', blind: true, maxTokens: 20, temperature: 0 };
	valueOf(await askPlayground(world.app, eve, { ...input, left: baseId, right: trainedId }));
	valueOf(await raiseWall(world.app, world.admin, { slug: project.slug, userId: eve.userId, matter: 'Acme v. Birch' }));
	for (const [left, right] of [[baseId, trainedId], [trainedId, baseId]] as const) {
		const refused = await askPlayground(world.app, eve, { ...input, left, right });
		expect(refused).toMatchObject({ ok: false, problem: { code: 'walled', detail: expect.stringContaining('Somebody else must ask it.') } });
	}
	expect(valueOf(await playgroundChoices(world.app, eve, project.slug)).map(({ id }) => id)).toEqual([baseId]);
	// The wall stands before her alone.
	valueOf(await ask());
});

it('tells a checkpoint that nobody serves from one whose server starts or does not come to an end', async () => {
	const other = await world.project({ rows: pairRows(40) });
	const right = (await trainedCheckpoint(world, other.slug, workerId)).checkpointId;
	const left = (await championOf(world.app.db, other.id)).id;
	const { db, config, secrets, log } = world.app;
	const asked = (patienceMs = 100) => askPlayground({ db, secrets, log, config: { ...config, gateway: { ...config.gateway, patienceMs } } }, world.admin, { slug: other.slug, left, right, prompt: 'May I?', blind: false, maxTokens: 20, temperature: 0 });
	expect(await asked()).toMatchObject({ problem: { code: 'invalid_input', errors: [{ field: 'left' }] } });
	const { serverId } = valueOf(await deployCheckpoint(world.app, world.admin, { checkpointId: left, beside: [right], gpus: 0 }));
	expect(problemOf(await asked())).toBe('not_ready');
	const at = await takeModelServer(world.app, serverId ?? '', { workerId, devices: [] });
	if (!at) throw new Error('the server was not to be had');
	const endless = await startModelServer(() => 'DRIP');
	await modelServerReady(world.app, at, { baseUrl: endless.baseUrl, apiKey: 'k', engine: 'ms-swift' });
	expect(problemOf(await asked())).toBe('not_ready');
	// Who lets that server stop is told what is under way there, and waits for it.
	const load = () => loadOfModelServer(world.app, serverId ?? '');
	await until('what was given up is forgotten', async () => (await load()) === 0, 10);
	const underWay = asked(60_000);
	await until('both sides are asked', async () => (await load()) === 2, 10);
	await endless.kill();
	expect(problemOf(await underWay)).toBe('not_ready');
	await until('nothing is under way', async () => (await load()) === 0, 10);
});
