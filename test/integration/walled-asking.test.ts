import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GenerationPlan } from '#lib/domain/generation-plan.ts';
import { FIRST_SUITE } from '#lib/domain/suite/check.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { championOf } from '#lib/server/db/champions.ts';
import { cancelGeneration, resumeGeneration } from '#lib/server/usecases/cancel-generation.ts';
import { issueGatewayKey } from '#lib/server/usecases/issue-gateway-key.ts';
import { liftWall } from '#lib/server/usecases/lift-wall.ts';
import { putSuite } from '#lib/server/usecases/put-suite.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { readCheckAnswers } from '#lib/server/usecases/read-check-answers.ts';
import { generationChoices } from '#lib/server/usecases/read-generation.ts';
import { askable } from '#lib/server/usecases/refuse-walled.ts';
import { previewGeneration, startGeneration } from '#lib/server/usecases/start-generation.ts';
import { cancelSuiteRun, startSuiteRun } from '#lib/server/usecases/start-suite-run.ts';
import { paperWorker, trainedCheckpoint } from '../support/loop.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

const MATTER = 'Acme v. Birch';
const CHECK = 'No promised outcome';

let world: World;
let slug: string;
let projectId: string;
let trainedId: string;
let baseId: string;
let walled: Actor;
let free: Actor;

beforeAll(async () => {
	world = await createWorld();
	const project = await world.project({ overlap: 1 });
	({ slug, id: projectId } = project);
	valueOf(await world.importRows(slug, pairRows(40).map((row) => ({ ...row, matter: MATTER }))));
	// Of no matter: what somebody behind the wall may ask models about.
	valueOf(await world.importRows(slug, [{ prompt: 'And what did Birch answer Acme?' }]));
	trainedId = (await trainedCheckpoint(world, slug, await paperWorker(world))).checkpointId;
	baseId = (await championOf(world.app.db, project.id)).id;
	[walled, free] = [await world.person('walled', { slug, role: 'engineer' }), await world.person('free', { slug, role: 'engineer' })];
	valueOf(await putSuite(world.app, walled, { slug, suite: { ...FIRST_SUITE, own: { system: null, questions: ['What did Acme offer Birch?'] } } }));
	valueOf(await raiseWall(world.app, world.admin, { slug, userId: walled.userId, matter: MATTER }));
}, 120_000);
afterAll(() => world?.close());

const plan = (checkpointId: string) => v.parse(GenerationPlan, { sources: [{ checkpointId }], policy: 'each_answer' });

describe('who is walled off from what a checkpoint learned from', () => {
	it('neither has it answer the suite nor reads what it said there', async () => {
		expect(problemOf(await startSuiteRun(world.app, walled, { checkpointId: trainedId }))).toBe('walled');
		valueOf(await startSuiteRun(world.app, free, { checkpointId: trainedId }));
		for (const check of [CHECK, `${CHECK} · own questions`]) {
			expect(problemOf(await readCheckAnswers(world.app, walled, { checkpointId: trainedId, check }))).toBe('walled');
			valueOf(await readCheckAnswers(world.app, free, { checkpointId: trainedId, check }));
		}
		// What failed or was stopped does not go on at their word either.
		valueOf(await cancelSuiteRun(world.app, free, { checkpointId: trainedId }));
		expect(problemOf(await startSuiteRun(world.app, walled, { checkpointId: trainedId }))).toBe('walled');
		// The base model learned from nothing here.
		valueOf(await startSuiteRun(world.app, walled, { checkpointId: baseId }));
	});

	it('has it answer no suite beside another either, as the champion, from the start or where another’s run goes on', async () => {
		const begin = (actor: Actor) => startSuiteRun(world.app, actor, { checkpointId: baseId });
		valueOf(await cancelSuiteRun(world.app, free, { checkpointId: baseId }));
		valueOf(await putSuite(world.app, walled, { slug, suite: { ...FIRST_SUITE, own: { system: null, questions: ['What did Birch answer?'] } } }));
		const decided = async (checkpointId: string, decision: 'promote' | 'roll_back') => world.query(`insert into decisions (checkpoint_id, round_id, decision, reason_hash, figures, by_user_id) select '${checkpointId}', (select id from rounds where project_id = '${projectId}' limit 1), '${decision}', 'hash', '{}', '${free.userId}' returning id`);
		await decided(trainedId, 'promote');
		expect((await championOf(world.app.db, projectId)).id).toBe(trainedId);
		expect(problemOf(await begin(walled))).toBe('walled');
		valueOf(await begin(free));
		valueOf(await cancelSuiteRun(world.app, walled, { checkpointId: baseId }));
		expect(problemOf(await begin(walled))).toBe('walled');
		valueOf(await begin(free));
		valueOf(await cancelSuiteRun(world.app, free, { checkpointId: baseId }));
		await decided(baseId, 'roll_back');
		expect((await championOf(world.app.db, projectId)).id).toBe(baseId);
		// What answered in that run still does in it, whoever leads now.
		expect(problemOf(await begin(walled))).toBe('walled');
	});

	it('has it answer no prompts, their own or others’, is not offered it, and goes on with nothing that asks it', async () => {
		for (const asks of [startGeneration, previewGeneration]) expect(problemOf(await asks(world.app, walled, { slug, plan: plan(trainedId) }))).toBe('walled');
		const { id } = valueOf(await startGeneration(world.app, free, { slug, plan: plan(trainedId) }));
		valueOf(await cancelGeneration(world.app, walled, id));
		expect(problemOf(await resumeGeneration(world.app, walled, id))).toBe('walled');
		valueOf(await resumeGeneration(world.app, free, id));
		const offered = async (actor: Actor) => valueOf(await generationChoices(world.app, actor, slug)).checkpoints.map((one) => one.id).toSorted();
		expect([await offered(walled), await offered(free)]).toEqual([[baseId], [baseId, trainedId].toSorted()]);
		valueOf(await startGeneration(world.app, walled, { slug, plan: plan(baseId) }));
	});

	it('is looked for in as few statements, however many snapshots were trained on', async () => {
		const [project] = await world.query<{ id: string }>(`select id from projects where slug = '${slug}'`);
		const asked = async (actor: Actor) => {
			let statements = 0;
			const execute = (...of: Parameters<typeof world.app.db.execute>) => {
				statements++;
				return world.app.db.execute(...of);
			};
			const db = new Proxy(world.app.db, { get: (target, key) => (key === 'execute' ? execute : (Reflect.get(target, key) as unknown)) });
			return { offered: (await askable(db, actor, project?.id ?? '')).map(({ id }) => id), statements };
		};
		const before = await asked(walled);
		valueOf(await world.importRows(slug, pairRows(4, 'later')));
		const { checkpointId, snapshotId } = await trainedCheckpoint(world, slug, await paperWorker(world, 'later'));
		expect(await world.query(`select distinct snapshot_id from runs r join checkpoints c on c.run_id = r.id where snapshot_id <> '${snapshotId}'`)).toHaveLength(1);
		expect(await asked(walled)).toEqual(before);
		expect((await asked(free)).offered).toContain(checkpointId);
	});

	it('makes no key that would ask it, as long as the wall stands', async () => {
		const owner = await world.person('owner', { slug, role: 'owner' });
		const make = () => issueGatewayKey(world.app, owner, { slug, name: 'application', requestsPerMinute: 10, tokensPerDay: null });
		const { id } = valueOf(await raiseWall(world.app, world.admin, { slug, userId: owner.userId, matter: MATTER }));
		expect(problemOf(await make())).toBe('walled');
		valueOf(await liftWall(world.app, world.admin, { id }));
		valueOf(await make());
	});
});
