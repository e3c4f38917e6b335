import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Automation } from '#lib/domain/automation.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { answerAutomation } from '#lib/server/api/operations/automation.ts';
import { approveAutomation, declineAutomation } from '#lib/server/usecases/answer-automation.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { continueRounds } from '#lib/server/usecases/continue-rounds.ts';
import { deactivateUser } from '#lib/server/usecases/deactivate-user.ts';
import { listNotifications } from '#lib/server/usecases/list-notifications.ts';
import { putAutomation, readAutomation } from '#lib/server/usecases/put-automation.ts';
import { putSnapshotRule } from '#lib/server/usecases/put-snapshot-rule.ts';
import { readLoop } from '#lib/server/usecases/read-loop.ts';
import { readRun } from '#lib/server/usecases/read-run.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { comparisonRows, createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world?.close());

const usual: Automation = { enabled: true, minComplete: 12, minAgreement: null, schedule: null, quiet: null, timeZone: 'UTC', maxRunsPerWeek: 2, approval: false, rule: 'As agreed', recipe: { maxSteps: 10, saveSteps: 5 }, sweep: null };
async function project(of: Partial<Automation> = {}, overlap = 1) {
	const made = await world.project({ rows: comparisonRows(24), overlap });
	valueOf(await putSnapshotRule(world.app, world.admin, { slug: made.slug, name: 'As agreed', objective: 'dpo' }));
	const owner = await world.person('owner', { slug: made.slug, role: 'owner' });
	valueOf(await putAutomation(world.app, owner, { slug: made.slug, settings: { ...usual, ...of } }));
	return { ...made, owner };
}
/** Somebody judges so many pairs, always for the same side as shown or always for the answer that is named first in the record. */
async function judge(slug: string, pairs: number, name = 'judge'): Promise<void> {
	const person = await world.person(name, { slug, role: 'annotator' });
	for (let done = 0; done < pairs; done++) {
		const task = valueOf(await claimTask(world.app, person, { slug }));
		if (!task) throw new Error('nothing is left to judge');
		const one = JSON.stringify(task.left.messages).includes('Answer one');
		valueOf(await submitJudgment(world.app, person, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: one ? 'left' : 'right' }));
	}
}
const view = async (slug: string) => valueOf(await readAutomation(world.app, world.admin, slug));
const runsOf = (id: string) => world.query<{ id: string; created_by: string }>(`select id, created_by from runs where project_id = '${id}' order by id`);

it('is set by no token that may not itself do what it does', async () => {
	const { slug, owner } = await project();
	const set = (scopes: Actor['scopes'], of: Partial<Automation> = {}) => putAutomation(world.app, { ...owner, scopes }, { slug, settings: { ...usual, ...of } });
	expect(problemOf(await set(['automation.manage']))).toBe('scope_missing');
	expect(problemOf(await set(['automation.manage', 'snapshot.create']))).toBe('scope_missing');
	valueOf(await set(['automation.manage'], { enabled: false }));
	valueOf(await set(['automation.manage', 'snapshot.create', 'run.start']));
});

it('freezes and trains once enough is judged, once, in its owner’s name, and says why', async () => {
	const { slug, id, owner } = await project();
	await continueRounds(world.app);
	expect(await view(slug)).toMatchObject({ now: { do: 'nothing', because: { code: 'not_enough', have: 0, need: 12 } }, steps: [] });
	await judge(slug, 12);
	// Several workers look at once.
	await Promise.all([continueRounds(world.app), continueRounds(world.app), continueRounds(world.app)]);
	await continueRounds(world.app);
	const made = await runsOf(id);
	expect(made.map(({ created_by }) => created_by)).toEqual([owner.userId]);
	expect(valueOf(await readRun(world.app, world.admin, made[0]?.id ?? ''))).toMatchObject({ status: 'queued', objective: 'dpo', maxSteps: 10, automation: { complete: 12, agreement: null } });
	expect(await view(slug)).toMatchObject({ now: { do: 'nothing', because: { code: 'not_collecting' } }, steps: [{ kind: 'begun', because: { complete: 12, agreement: null }, runId: made[0]?.id, round: 1 }] });
	expect(await world.query(`select actor_kind, actor_id from audit_entries where action = 'run.start' and subject_id = '${made[0]?.id}'`)).toEqual([{ actor_kind: 'system', actor_id: owner.userId }]);
	expect(await world.query(`select details->>'complete' as complete from audit_entries where action = 'automation.begin' and project_id = '${id}'`)).toEqual([{ complete: '12' }]);
});

it('asks a person first where the project wants one, who is told, and begins when they say yes', async () => {
	const { slug, id } = await project({ approval: true });
	const engineer = await world.person('engineer', { slug, role: 'engineer' });
	expect(problemOf(await approveAutomation(world.app, engineer, slug))).toBe('conflict');
	await judge(slug, 12);
	await continueRounds(world.app);
	await continueRounds(world.app);
	expect(await runsOf(id)).toEqual([]);
	expect(await view(slug)).toMatchObject({ waitsForApproval: true, now: { because: { code: 'waits_for_approval' } }, steps: [{ kind: 'asked' }] });
	expect(await world.query(`select kind from notifications where user_id = '${engineer.userId}'`)).toEqual([{ kind: 'approval' }]);
	// It is the first thing on their home, and what goes on by itself stands there too.
	expect(valueOf(await readLoop(world.app, engineer, slug))).toMatchObject({ next: { kind: 'approve' }, automation: { now: { because: { code: 'waits_for_approval' } } } });
	const annotator = await world.person('ann', { slug, role: 'annotator' });
	expect(valueOf(await readLoop(world.app, annotator, slug)).automation).toBeNull();
	expect(problemOf(await approveAutomation(world.app, annotator, slug))).toBe('forbidden');
	// No clock says what was asked first: the database's may step back between two statements.
	await world.query(`update automations set set_at = now() + interval '1 hour' where project_id = '${id}' returning 1`);
	valueOf(await approveAutomation(world.app, engineer, slug));
	await continueRounds(world.app);
	expect(await runsOf(id)).toHaveLength(1);
	expect((await view(slug)).steps.map(({ kind }) => kind)).toEqual(['begun', 'approved', 'asked']);
});

it('asks anew where its settings were set since, whatever the clock says, or where what somebody said yes to was refused', async () => {
	const { slug, id, owner } = await project({ approval: true, recipe: { loraRank: 9999 } });
	const kinds = async () => (await view(slug)).steps.map(({ kind }) => kind);
	await judge(slug, 12, 'first');
	await continueRounds(world.app);
	valueOf(await putAutomation(world.app, owner, { slug, settings: { ...usual, approval: true, recipe: { loraRank: 9998 } } }));
	await world.query(`update automations set set_at = now() - interval '1 hour' where project_id = '${id}' returning 1`);
	expect(problemOf(await approveAutomation(world.app, owner, slug))).toBe('conflict');
	await continueRounds(world.app);
	expect(await kinds()).toEqual(['asked', 'asked']);
	valueOf(await approveAutomation(world.app, owner, slug));
	await continueRounds(world.app);
	await continueRounds(world.app);
	expect([(await kinds())[0], (await view(slug)).now]).toMatchObject(['refused', { because: { code: 'nothing_new' } }]);
	// Written by somebody whose clock is far ahead: what comes after it comes after it all the same.
	await world.query(`update automation_steps set id = 'ffffffff-ffff-7fff-bfff-ffffffffffff' where project_id = '${id}' and kind = 'refused' returning 1`);
	// The yes was used up: as much more is another question.
	await judge(slug, 12, 'second');
	await continueRounds(world.app);
	await continueRounds(world.app);
	expect(await kinds()).toEqual(['asked', 'refused', 'approved', 'asked', 'asked']);
	// So does the yes to it, which begins something.
	valueOf(await approveAutomation(world.app, owner, slug));
	await continueRounds(world.app);
	expect((await kinds()).slice(0, 2)).toEqual(['refused', 'approved']);
	expect(await runsOf(id)).toEqual([]);
});

it('takes a no with its reason, tells who waited, and asks nobody the same again', async () => {
	const { slug, id, owner } = await project({ approval: true });
	const [engineer, other] = [await world.person('engineer', { slug, role: 'engineer' }), await world.person('other', { slug, role: 'engineer' })];
	await judge(slug, 12, 'first');
	await continueRounds(world.app);
	const annotator = await world.person('ann', { slug, role: 'annotator' });
	expect(problemOf(await declineAutomation(world.app, annotator, { slug, reason: 'No.' }))).toBe('forbidden');
	// Two answer at once: one of them does.
	const answers = await Promise.all([declineAutomation(world.app, engineer, { slug, reason: 'The guideline changes on Monday.' }), declineAutomation(world.app, engineer, { slug, reason: 'The guideline changes on Monday.' })]);
	expect(answers.map((answer) => (answer.ok ? 'kept' : answer.problem.code)).sort()).toEqual(['conflict', 'kept']);
	expect(problemOf(await approveAutomation(world.app, other, slug))).toBe('conflict');
	for (let looks = 0; looks < 3; looks++) await continueRounds(world.app);
	expect(await view(slug)).toMatchObject({ waitsForApproval: false, now: { because: { code: 'declined', have: 12, need: 24 } }, steps: [{ kind: 'declined', byName: 'engineer', reason: 'The guideline changes on Monday.', because: { complete: 12 } }, { kind: 'asked' }] });
	expect(await runsOf(id)).toEqual([]);
	expect(valueOf(await readLoop(world.app, other, slug)).next.kind).not.toBe('approve');
	// Whoever set it up and who was asked too are told why; who said it is not.
	const told = async (actor: typeof owner) => (await listNotifications(world.app, actor, {})).notifications.map(({ kind, by, text }) => [kind, by, text]);
	expect((await told(owner))[0]).toEqual(['declined', 'engineer', 'The guideline changes on Monday.']);
	expect((await told(other))[0]).toEqual(['declined', 'engineer', 'The guideline changes on Monday.']);
	expect(await told(engineer)).toEqual([['approval', null, null]]);
	// The record holds that it was said, and of the words only a hash.
	const [entry] = await world.query<{ actor_id: string; details: Record<string, unknown> }>(`select actor_id, details from audit_entries where action = 'automation.decline' and project_id = '${id}'`);
	expect(entry).toEqual({ actor_id: engineer.userId, details: { complete: 12, reasonHash: expect.stringMatching(/^[0-9a-f]{64}$/u) } });
	// The words can be erased; that it was said stays.
	await world.query(`delete from automation_step_texts where reason like 'The guideline%' returning 1`);
	expect((await view(slug)).steps[0]).toMatchObject({ kind: 'declined', byName: 'engineer', reason: null });
	// As much was judged once more: it is another question.
	await judge(slug, 12, 'second');
	await continueRounds(world.app);
	expect(await view(slug)).toMatchObject({ waitsForApproval: true, steps: [{ kind: 'asked', because: { complete: 24 } }, { kind: 'declined' }, { kind: 'asked' }] });
	valueOf(await approveAutomation(world.app, other, slug));
	await continueRounds(world.app);
	expect(await runsOf(id)).toHaveLength(1);
});

it('is answered yes where nothing is said, and no only with a reason', () => {
	const answered = (body: unknown) => {
		const parsed = v.safeParse(answerAutomation.body ?? expect.fail('no body'), body);
		return parsed.success ? parsed.output : parsed.issues.map((issue) => v.getDotPath(issue));
	};
	expect(answered({})).toEqual({ approve: true });
	expect(answered({ approve: false, reason: 'Not now.' })).toEqual({ approve: false, reason: 'Not now.' });
	for (const wrong of [{ approve: false }, { approve: true, reason: 'Why not?' }, { approve: false, reason: '' }]) expect(answered(wrong)).toEqual(['reason']);
});

it('waits where those who judged do not agree enough, and goes on where they do', async () => {
	const { slug, id } = await project({ minAgreement: 0.9 }, 2);
	await judge(slug, 24, 'one');
	await continueRounds(world.app);
	expect(await runsOf(id)).toEqual([]);
	await judge(slug, 24, 'two');
	await continueRounds(world.app);
	// Each named the same answer of every pair.
	expect(await view(slug)).toMatchObject({ steps: [{ kind: 'begun', because: { complete: 24, agreement: 1 } }] });
});

it('says what was refused, and does not try the same again', async () => {
	const { slug, id, owner } = await project({ recipe: { loraRank: 9999 } });
	await judge(slug, 12);
	await continueRounds(world.app);
	await continueRounds(world.app);
	expect(await runsOf(id)).toEqual([]);
	expect(await view(slug)).toMatchObject({ now: { because: { code: 'nothing_new', complete: 12 } }, steps: [{ kind: 'refused', because: { problem: { code: 'invalid_input' } } }] });
	// Who can do something about it is told, once.
	expect(await world.query(`select kind from notifications where user_id = '${owner.userId}'`)).toEqual([{ kind: 'refused' }]);
	// Whoever set it up has left the firm.
	const other = await project();
	await judge(other.slug, 12);
	valueOf(await deactivateUser(world.app, world.admin, other.owner.userId));
	await continueRounds(world.app);
	expect(await view(other.slug)).toMatchObject({ steps: [{ kind: 'refused', because: { problem: { code: 'forbidden' } } }] });
	expect(await runsOf(other.id)).toEqual([]);
});

it('puts a run in line together with the step that tells of it, or neither', async () => {
	const { slug, id } = await project();
	await judge(slug, 12);
	// What dies between the two is played by a step that cannot be written.
	await world.query(`create function no_step() returns trigger language plpgsql as $$ begin raise exception 'the worker died'; end $$`);
	await world.query(`create trigger no_step before insert on automation_steps for each row when (new.project_id = '${id}') execute function no_step()`);
	expect(await continueRounds(world.app)).toBe(0);
	expect([await runsOf(id), (await view(slug)).steps]).toEqual([[], []]);
	await world.query('drop trigger no_step on automation_steps');
	expect(await continueRounds(world.app)).toBe(1);
	const made = await runsOf(id);
	expect((await view(slug)).steps).toMatchObject([{ kind: 'begun', runId: made[0]?.id }]);
	expect(made).toHaveLength(1);
});

it('is the owner’s to set, by a rule that there is', async () => {
	const { slug } = await project();
	const engineer = await world.person('engineer', { slug, role: 'engineer' });
	expect(problemOf(await putAutomation(world.app, engineer, { slug, settings: usual }))).toBe('forbidden');
	expect(await putAutomation(world.app, world.admin, { slug, settings: { ...usual, rule: 'Nobody knows' } })).toMatchObject({ ok: false, problem: { errors: [{ field: 'rule' }] } });
	valueOf(await putAutomation(world.app, world.admin, { slug, settings: { ...usual, enabled: false } }));
	expect(valueOf(await readAutomation(world.app, engineer, slug))).toMatchObject({ automation: { settings: { enabled: false } }, now: { because: { code: 'disabled' } }, rules: ['As agreed'] });
});
