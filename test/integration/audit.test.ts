import { afterAll, beforeAll, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import * as v from 'valibot';
import { Gate } from '#lib/domain/gate.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { putGate } from '#lib/server/usecases/put-gate.ts';
import { createWebhook } from '#lib/server/usecases/put-webhook.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { readAudit } from '#lib/server/usecases/read-audit.ts';
import type { AuditView } from '#lib/server/usecases/read-audit.ts';
import { sealAudit } from '#lib/server/usecases/seal-audit.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { voidJudgment } from '#lib/server/usecases/void-judgment.ts';
import { sealAll } from '../support/seal.ts';
import { createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let project: { slug: string; id: string };
let people: { ann: Actor; rita: Actor; owner: Actor };
beforeAll(async () => {
	world = await createWorld();
	project = await world.project({ overlap: 1, rows: Array.from({ length: 4 }, (_, i) => ({ prompt: `Of a matter, ${i}?`, responses: ['It depends.', 'Certainly.'], matter: 'Acme v. Birch', group: `g${i}` })) });
	people = { ann: await world.person('Ann', { slug: project.slug, role: 'annotator' }), rita: await world.person('Rita', { slug: project.slug, role: 'reviewer' }), owner: await world.person('Olga', { slug: project.slug, role: 'owner' }) };
});
afterAll(() => world.close());

const read = async (actor: Actor, more: Partial<Parameters<typeof readAudit>[2]> = {}) => valueOf(await readAudit(world.app, actor, { slug: project.slug, limit: 50, ...more }));
const names = (acts: readonly AuditView[]) => acts.map(({ act }) => act);

it('tells reviewers and owners who did what, and each only of what they may see itself', async () => {
	const { ann, rita, owner } = people;
	valueOf(await putGate(world.app, owner, { slug: project.slug, gate: v.parse(Gate, { level: 0.05, rules: [{ kind: 'judgments', atLeast: 30 }] }) }));
	valueOf(await createWebhook(world.app, owner, { slug: project.slug, url: 'https://1.1.1.1/hook', events: ['run.failed'] }));
	const task = valueOf(await claimTask(world.app, ann, { slug: project.slug }));
	const judged = valueOf(await submitJudgment(world.app, ann, { taskId: task?.taskId ?? '', leaseToken: task?.leaseToken ?? '', verdict: 'left' }));
	valueOf(await voidJudgment(world.app, rita, { judgmentId: judged.judgmentId, reason: 'spam' }));

	const ofOwner = (await read(owner)).acts;
	expect(names(ofOwner).slice(0, 3)).toEqual(['judgment.void', 'webhook.create', 'gate.put']);
	expect(ofOwner[0]).toMatchObject({ by: { id: rita.userId, name: 'Rita' }, facts: { reason: 'spam' } });
	expect(ofOwner.find(({ about }) => about === 'Ann')).toMatchObject({ act: 'member.put', topic: 'people', facts: { role: 'annotator' } });
	// What judging writes with each answer is no act of this list.
	expect(names(ofOwner)).not.toContain('judgment.submit');

	expect(names((await read(rita)).acts)).not.toContain('webhook.create');
	expect(names((await read(rita)).acts)).toContain('gate.put');
	expect(names((await read(owner, { topic: 'rules' })).acts)).toEqual(['webhook.create', 'gate.put', 'project.create']);
	expect(names((await read(owner, { by: rita.userId })).acts)).toEqual(['judgment.void']);
	// A token for webhooks alone reads of webhooks alone.
	expect(names((await read({ ...owner, scopes: ['audit.read', 'webhook.manage'] })).acts)).toEqual(['webhook.create']);

	expect(problemOf(await readAudit(world.app, ann, { slug: project.slug, limit: 5 }))).toBe('forbidden');
	expect(problemOf(await readAudit(world.app, await world.person('nobody'), { slug: project.slug, limit: 5 }))).toBe('not_found');
});

it('names the one whose acts alone are asked for, whatever they did of a topic, and nobody who did nothing here', async () => {
	const { rita, owner } = people;
	expect(await read(owner, { topic: 'rules', by: rita.userId })).toMatchObject({ acts: [], only: { id: rita.userId, name: 'Rita' } });
	expect((await read(owner)).only).toBeNull();
	const stranger = await world.person('Stranger', { slug: (await world.project()).slug, role: 'owner' });
	expect(await read(owner, { by: stranger.userId })).toMatchObject({ acts: [], only: null });
	const drop = await world.person('Gone', { slug: project.slug, role: 'owner' });
	valueOf(await createWebhook(world.app, drop, { slug: project.slug, url: 'https://1.1.1.1/other', events: ['run.failed'] }));
	// What a reviewer may not read of, such as a webhook, names nobody to them.
	expect((await read(rita, { by: drop.userId })).only).toBeNull();
	await world.query(`delete from user_profiles where user_id = '${drop.userId}'`);
	expect((await read(owner, { by: drop.userId })).only).toEqual({ id: drop.userId, name: null });
});

it('leaves out what was done to a comparison behind a wall', async () => {
	valueOf(await raiseWall(world.app, people.owner, { slug: project.slug, userId: people.rita.userId, matter: 'Acme v. Birch' }));
	expect(names((await read(people.rita)).acts)).not.toContain('judgment.void');
	expect(names((await read(people.owner)).acts)).toContain('judgment.void');
	const rita = people.rita.userId;
	expect((await read(people.rita, { by: rita })).only).toBeNull();
	expect((await read(people.owner, { by: rita })).only).toEqual({ id: rita, name: 'Rita' });
	expect((await read(people.owner)).acts[0]).toMatchObject({ act: 'wall.raise', about: 'Rita' });
});

it('goes on page by page without a gap, and says what is sealed', async () => {
	const whole = (await read(people.owner)).acts.map(({ id }) => id);
	const paged: string[] = [];
	for (let cursor: string | undefined; ; ) {
		const { acts, next } = await read(people.owner, { limit: 2, cursor });
		paged.push(...acts.map(({ id }) => id));
		if (next === null) break;
		cursor = next;
	}
	expect(paged).toEqual(whole);

	await sealAll(world.app);
	const sealed = await read(people.owner);
	expect(sealed.acts.filter((one) => one.sealed).map(({ id }) => id)).toEqual(whole);
	expect(sealed.seal?.hash).toMatch(/^[\da-f]{64}$/);
	valueOf(await putGate(world.app, people.owner, { slug: project.slug, gate: v.parse(Gate, { level: 0.05, rules: [{ kind: 'judgments', atLeast: 40 }] }) }));
	const [newest] = (await read(people.owner)).acts;
	expect(newest).toMatchObject({ act: 'gate.put', facts: { version: 2 }, sealed: false });
}, 180_000);

it('seals nothing that may still be overtaken, and all of it once what was open is over', async () => {
	await sealAll(world.app);
	const open = Promise.withResolvers<void>();
	const begun = Promise.withResolvers<void>();
	const older = world.app.db.transaction(async (tx) => {
		await tx.execute(sql`select pg_current_xact_id()`);
		begun.resolve();
		await open.promise;
	});
	await begun.promise;
	valueOf(await putGate(world.app, people.owner, { slug: project.slug, gate: v.parse(Gate, { level: 0.05, rules: [{ kind: 'judgments', atLeast: 50 }] }) }));
	expect(await sealAudit(world.app)).toBe(0);
	expect((await read(people.owner)).acts[0]).toMatchObject({ act: 'gate.put', facts: { version: 3 }, sealed: false });
	const all = sealAll(world.app).then(() => 'sealed');
	expect(await Promise.race([all, sleep(200, 'waits')])).toBe('waits');
	open.resolve();
	await Promise.all([older, all]);
	expect((await read(people.owner)).acts.filter(({ sealed }) => !sealed)).toEqual([]);
}, 180_000);
