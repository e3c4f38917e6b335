import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '#lib/server/auth/actor.ts';
import { openApiDocument } from '#lib/server/api/openapi.ts';
import * as adjudications from '#lib/server/db/adjudications.ts';
import * as comparisons from '#lib/server/db/comparisons.ts';
import * as progress from '#lib/server/db/progress.ts';
import * as tasks from '#lib/server/db/tasks.ts';
import { addComment } from '#lib/server/usecases/add-comment.ts';
import { adjudicationQueue } from '#lib/server/usecases/adjudication-queue.ts';
import { claimAdjudication } from '#lib/server/usecases/claim-adjudication.ts';
import type { ClaimedAdjudication } from '#lib/server/usecases/claim-adjudication.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { decideAdjudication } from '#lib/server/usecases/decide-adjudication.ts';
import { deactivateUser } from '#lib/server/usecases/deactivate-user.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { heartbeatTask } from '#lib/server/usecases/heartbeat-task.ts';
import { listComments } from '#lib/server/usecases/list-comments.ts';
import { putForm } from '#lib/server/usecases/put-form.ts';
import { putMember } from '#lib/server/usecases/put-member.ts';
import { putPolicy } from '#lib/server/usecases/put-policy.ts';
import { readJudgment } from '#lib/server/usecases/read-judgment.ts';
import { removeMember } from '#lib/server/usecases/remove-member.ts';
import { skipTask } from '#lib/server/usecases/skip-task.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { sweep } from '#lib/server/usecases/sweep.ts';
import { voidJudgment } from '#lib/server/usecases/void-judgment.ts';
import { JudgingFormSchema } from '#lib/domain/judging-form-schema.ts';
import { completePolicy } from '#lib/domain/judging-policy.ts';
import type { JudgingPolicy } from '#lib/domain/judging-policy.ts';
import { leaseApart } from '../support/apart.ts';
import { comparisonRows, createWorld, problemOf, untilOneWaits, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

const first = (text: unknown): boolean => JSON.stringify(text).includes('Answer one');

/** Judges one pair for an answer by its words, whatever side it is on. */
async function judge(slug: string, actor: Actor, choice: 'one' | 'another' | 'tie', rationale = '') {
	const task = valueOf(await claimTask(world.app, actor, { slug }));
	if (!task) throw new Error('nothing to judge');
	const verdict = choice === 'tie' ? 'tie' : first(task.left.messages) === (choice === 'one') ? 'left' : 'right';
	return { task, ...valueOf(await submitJudgment(world.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict, rationale })) };
}

async function setting(choices: ('one' | 'another' | 'tie')[], options: { rows?: number; policy?: Partial<JudgingPolicy> } = {}) {
	const project = await world.project({ overlap: choices.length });
	// One pair alone would be held out now and then, and give no row.
	await world.query(`update projects set split_shares = '{"train": 1, "dev": 0, "test": 0}' where id = '${project.id}'`);
	valueOf(await world.importRows(project.slug, comparisonRows(options.rows ?? 1)));
	if (options.policy) valueOf(await putPolicy(world.app, world.admin, { slug: project.slug, policy: completePolicy(options.policy) }));
	const judges: Actor[] = [];
	const judgments: Awaited<ReturnType<typeof judge>>[] = [];
	for (const choice of choices) {
		const actor = await world.person('judge', { slug: project.slug, role: 'annotator' });
		judges.push(actor);
		judgments.push(await judge(project.slug, actor, choice, `I take ${choice}.`));
	}
	return { ...project, judges, judgments, reviewer: await world.person('risk', { slug: project.slug, role: 'reviewer' }) };
}

const claim = async (slug: string, actor: Actor): Promise<ClaimedAdjudication | null> => valueOf(await claimAdjudication(world.app, actor, { slug }));
const taken = async (slug: string, actor: Actor): Promise<ClaimedAdjudication> => {
	const found = await claim(slug, actor);
	if (!found) throw new Error('nothing to decide');
	return found;
};
const decide = (actor: Actor, claimed: ClaimedAdjudication, choice: 'one' | 'another', rationale = 'It names the deadline.') =>
	decideAdjudication(world.app, actor, { id: claimed.adjudicationId, leaseToken: claimed.leaseToken, verdict: first(claimed.left.messages) === (choice === 'one') ? 'left' : 'right', rationale });

describe('adjudication', () => {
	it('decides before the majority, fills no place, and tells those whose judgment it overturns', async () => {
		const { slug, id, judges, reviewer } = await setting(['one', 'another', 'tie']);
		const claimed = await taken(slug, reviewer);
		expect(claimed.judgments.map(({ judge: name, rationale, counts }) => ({ name, rationale, counts }))).toEqual(['one', 'another', 'tie'].map((choice) => ({ name: null, rationale: `I take ${choice}.`, counts: true })));
		// As shown to the reviewer, whatever each judge's own sides were.
		expect(claimed.judgments.map(({ verdict }) => verdict)).toEqual([first(claimed.left.messages) ? 'left' : 'right', first(claimed.left.messages) ? 'right' : 'left', 'tie']);
		expect(valueOf(await decide(reviewer, claimed, 'another'))).toMatchObject({ outcome: 'decided', overturned: 2 });
		expect(await claim(slug, reviewer)).toBeNull();
		expect(await world.query(`select n.kind, n.user_id from notifications n where n.project_id = '${id}' order by n.user_id`)).toEqual([judges[0], judges[2]].map((one) => ({ kind: 'overturned', user_id: one?.userId })).sort((a, b) => ((a.user_id ?? '') < (b.user_id ?? '') ? -1 : 1)));
		expect(await world.query(`select purpose, count(*)::int as n, count(s.id)::int as places from judgments j left join slots s on s.judgment_id = j.id where j.project_id = '${id}' group by 1 order by 1`)).toEqual([
			{ purpose: 'adjudication', n: 1, places: 0 },
			{ purpose: 'counting', n: 3, places: 3 }
		]);
		const frozen = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'dpo' }));
		const rows = await world.query<{ verdict: string; counted: string }>(`select s.verdict, (select verdict from judgments where purpose = 'adjudication' and project_id = '${id}') as counted from snapshot_comparisons s where s.snapshot_id = '${frozen.id}'`);
		expect(rows[0]?.verdict).toBe(rows[0]?.counted);
	});

	it.each(['pair', 'single'] as const)('shows marks and rewrites on the reviewer’s sides, under the numbers of the comments (%s)', async (mode) => {
		const { slug } = await world.project({ overlap: 2 });
		const row = { messages: [{ role: 'user', content: 'Which?' }], responses: ['Answer one stands here.', 'Another stands here.'].slice(0, mode === 'single' ? 1 : 2), mode };
		valueOf(await world.importRows(slug, [row]));
		valueOf(await putForm(world.app, world.admin, { slug, form: v.parse(JudgingFormSchema, { spans: [{ key: 'vague', name: 'Vague' }], rewrite: true }) }));
		const ground: { comparisonId: string }[] = [];
		for (const n of [0, 1]) {
			const actor = await world.person('judge', { slug, role: 'annotator' });
			const task = valueOf(await claimTask(world.app, actor, { slug }));
			if (!task) throw new Error('nothing to judge');
			const side = first(task.left.messages) ? ('left' as const) : ('right' as const);
			const other = side === 'left' ? ('right' as const) : ('left' as const);
			const verdict = mode === 'single' ? (['good', 'bad'] as const)[n] : [side, other][n];
			const span = { side, message: 0, part: 0, start: 7, end: 10, quote: 'one', label: 'vague' };
			const rewrite = { side, messages: [{ role: 'assistant' as const, content: 'Answer one, mended.' }] };
			const { judgmentId } = valueOf(await submitJudgment(world.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: verdict ?? 'tie', ...(n === 0 ? { spans: [span] } : { rewrite }) }));
			ground.push(...(await world.query<{ comparisonId: string }>(`select comparison_id as "comparisonId" from judgments where id = '${judgmentId}'`)));
			valueOf(await addComment(world.app, actor, { comparisonId: ground[n]?.comparisonId ?? '', body: `Said by ${n + 1}.`, mentions: [] }));
		}
		const reviewer = await world.person('risk', { slug, role: 'reviewer' });
		const claimed = await taken(slug, reviewer);
		const side = first(claimed.left.messages) ? ('left' as const) : ('right' as const);
		expect(claimed.comparisonId).toBe(ground[0]?.comparisonId);
		expect(claimed.judgments.map(({ judge: name, number, spans, rewrite }) => ({ name, number, spans: spans?.map((span) => [span.side, span.quote]) ?? null, rewrite: rewrite && rewrite.side }))).toEqual([
			{ name: null, number: 1, spans: [[side, 'one']], rewrite: null },
			{ name: null, number: 2, spans: null, rewrite: side }
		]);
		const { comments } = valueOf(await listComments(world.app, reviewer, claimed.comparisonId));
		expect(comments.map(({ author, body }) => [author.number, author.name, body])).toEqual([
			[1, null, 'Said by 1.'],
			[2, null, 'Said by 2.']
		]);
		const decision = { id: claimed.adjudicationId, leaseToken: claimed.leaseToken, verdict: mode === 'single' ? ('bad' as const) : ('both_bad' as const), rationale: 'Neither says when.', rewrite: { side, messages: [{ role: 'assistant' as const, content: 'Answer one, decided.' }] } };
		const { judgmentId } = valueOf(await decideAdjudication(world.app, reviewer, decision)) as { judgmentId: string };
		const kept = valueOf(await readJudgment(world.app, reviewer, judgmentId));
		expect(kept.shown.rewrite).toEqual(decision.rewrite);
		expect(JSON.stringify(kept[side])).toContain('Answer one stands here.');
	});

	it('never lies before somebody who judged the pair, nor before two at once', async () => {
		const { slug, reviewer } = await setting(['one', 'another'], { rows: 2 });
		const second = await world.person('second', { slug, role: 'reviewer' });
		// The reviewers judge too: each one place of the other pair, on opposite sides.
		await judge(slug, reviewer, 'one');
		await judge(slug, second, 'another');
		const [mine, theirs] = await Promise.all([claim(slug, reviewer), claim(slug, second)]);
		expect([mine, theirs].filter(Boolean)).toHaveLength(1);
		const third = await world.person('third', { slug, role: 'reviewer' });
		expect(await taken(slug, third)).toBeTruthy();
		expect(await claim(slug, await world.person('fourth', { slug, role: 'reviewer' }))).toBeNull();
	});

	it('gives the same pair again to who lost its token, and the lease to another when it lapses', async () => {
		const { slug, reviewer } = await setting(['one', 'another']);
		const before = await taken(slug, reviewer);
		const again = await taken(slug, reviewer);
		expect(again.adjudicationId).toBe(before.adjudicationId);
		expect(problemOf(await decide(reviewer, before, 'one'))).toBe('lease_lost');
		await world.query(`update tasks set expires_at = now() - interval '1 second' where id = '${before.adjudicationId}'`);
		const second = await world.person('second', { slug, role: 'reviewer' });
		const theirs = await taken(slug, second);
		valueOf(await decide(second, theirs, 'one'));
		expect(problemOf(await decide(reviewer, again, 'another'))).toBe('already_decided');
	});

	it.each(['owner', 'admin'] as const)('is renewed by who may decide, though they judge nothing (%s)', async (who) => {
		const { slug, reviewer } = await setting(['one', 'another']);
		const decider = who === 'owner' ? await world.person('owner', { slug, role: 'owner' }) : world.admin;
		const { adjudicationId: taskId, leaseToken } = await taken(slug, decider);
		await world.query(`update tasks set expires_at = now() + interval '1 second' where id = '${taskId}'`);
		const { leaseExpiresAt } = valueOf(await heartbeatTask(world.app, decider, { taskId, leaseToken }));
		expect((await world.query<{ whole: boolean }>(`select date_trunc('milliseconds', expires_at) = '${leaseExpiresAt}' and expires_at > now() + interval '10 minutes' as whole from tasks where id = '${taskId}'`))[0]?.whole).toBe(true);
		expect(await claim(slug, reviewer)).toBeNull();
		// A token for judging is none for deciding.
		expect(problemOf(await heartbeatTask(world.app, { ...decider, scopes: ['task.judge'] }, { taskId, leaseToken }))).toBe('scope_missing');
		expect(openApiDocument()).toMatchObject({ paths: { '/tasks/{taskId}/heartbeat': { post: { description: 'Needs the scope `task.judge`; for an adjudication `judgment.adjudicate`.' } } } });
	});

	it('comes back to a page whose lease had lapsed unless another reviewer has the pair', async () => {
		const { slug, reviewer } = await setting(['one', 'another']);
		const mine = await taken(slug, reviewer);
		const beat = (actor: Actor, of: ClaimedAdjudication) => heartbeatTask(world.app, actor, { taskId: of.adjudicationId, leaseToken: of.leaseToken });
		const lapse = (of: ClaimedAdjudication) => world.query(`update tasks set expires_at = now() - interval '1 second' where id = '${of.adjudicationId}'`);
		await lapse(mine);
		valueOf(await beat(reviewer, mine));
		await lapse(mine);
		const second = await world.person('second', { slug, role: 'reviewer' });
		const theirs = await taken(slug, second);
		expect(problemOf(await beat(reviewer, mine))).toBe('lease_lost');
		valueOf(await beat(second, theirs));
		await lapse(theirs);
		valueOf(await beat(reviewer, mine));
		expect(problemOf(await beat(second, theirs))).toBe('lease_lost');
	});

	it('gives what a reviewer held to another at once when they are taken out of the project or deactivated', async () => {
		const { slug, reviewer } = await setting(['one', 'another']);
		await taken(slug, reviewer);
		const second = await world.person('second', { slug, role: 'reviewer' });
		expect(await claim(slug, second)).toBeNull();
		valueOf(await removeMember(world.app, world.admin, { slug, userId: reviewer.userId }));
		const theirs = await taken(slug, second);
		const third = await world.person('third', { slug, role: 'reviewer' });
		expect(await claim(slug, third)).toBeNull();
		expect(valueOf(await deactivateUser(world.app, world.admin, second.userId)).releasedLeases).toBe(1);
		expect((await taken(slug, third)).comparisonId).toBe(theirs.comparisonId);
	});

	it('gives what an administrator held who is no member to others when they are deactivated, and what a reviewer held when they become engineer', async () => {
		const { slug, reviewer } = await setting(['one', 'another']);
		const admin = { ...(await world.person('admin')), isAdmin: true };
		await world.query(`update users set is_admin = true where id = '${admin.userId}'`);
		const theirs = await taken(slug, admin);
		expect(await claim(slug, reviewer)).toBeNull();
		expect(valueOf(await deactivateUser(world.app, world.admin, admin.userId)).releasedLeases).toBe(1);
		expect((await taken(slug, reviewer)).comparisonId).toBe(theirs.comparisonId);
		const second = await world.person('second', { slug, role: 'reviewer' });
		for (const role of ['owner', 'engineer'] as const) {
			expect(await claim(slug, second)).toBeNull();
			valueOf(await putMember(world.app, world.admin, { slug, userId: reviewer.userId, role }));
		}
		expect((await taken(slug, second)).comparisonId).toBe(theirs.comparisonId);
	});

	it('holds nobody’s project up at a deactivation years later for what lapsed and holds no place', async () => {
		const { slug, id, reviewer } = await setting(['one', 'another'], { rows: 3 });
		const held = () => world.app.db.transaction((tx) => tasks.projectsHeld(tx, reviewer.userId));
		const { adjudicationId } = await taken(slug, reviewer);
		expect(await held()).toEqual([id]);
		await world.query(`update tasks set expires_at = now() - interval '1 second' where id = '${adjudicationId}' returning 1`);
		const [other] = await world.query<{ id: string }>(`select id from comparisons where project_id = '${id}' and not disputed limit 1`);
		for (const purpose of ['gold', 'repeat'] as const) await leaseApart(world, reviewer, { comparisonId: other?.id ?? '', purpose });
		expect(await held()).toEqual([]);
		// A place that is still theirs is one that others wait for, lapsed or not.
		const task = valueOf(await claimTask(world.app, reviewer, { slug }));
		await world.query(`update tasks set expires_at = now() - interval '1 second' where id = '${task?.taskId}' returning 1`);
		expect(await held()).toEqual([id]);
	});

	it('sends a pair back to its judges; it waits again only when one of them changes and they still differ', async () => {
		const { slug, id, judges, judgments, reviewer } = await setting(['one', 'another']);
		const claimed = await taken(slug, reviewer);
		const body = { id: claimed.adjudicationId, leaseToken: claimed.leaseToken };
		expect(problemOf(await decideAdjudication(world.app, reviewer, { ...body, sendBack: '  ' }))).toBe('invalid_input');
		expect(valueOf(await decideAdjudication(world.app, reviewer, { ...body, sendBack: 'Section 3 binds. Look again.' }))).toEqual({ outcome: 'sent_back' });
		expect(await claim(slug, reviewer)).toBeNull();
		expect(await world.query(`select t.body from comments c join comment_texts t on t.comment_id = c.id where c.project_id = '${id}'`)).toEqual([{ body: 'Section 3 binds. Look again.' }]);
		expect(await world.query(`select user_id from notifications where kind = 'sent_back' and project_id = '${id}' order by id`)).toHaveLength(2);
		const again = async (who: number, choice: 'one' | 'another' | 'tie') => {
			const { task } = judgments[who] as (typeof judgments)[0];
			const verdict = choice === 'tie' ? 'tie' : first(task.left.messages) === (choice === 'one') ? 'left' : 'right';
			const standing = (await world.query<{ judgment_id: string }>(`select judgment_id from slots s join tasks t on t.id = s.task_id where t.id = '${task.taskId}'`))[0]?.judgment_id;
			return valueOf(await submitJudgment(world.app, judges[who] as Actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict, supersedes: standing }));
		};
		await again(0, 'tie');
		expect(await claim(slug, reviewer)).toBeTruthy();
		await again(0, 'another');
		const settled = await world.query<{ disputed: boolean }>(`select disputed from comparisons where project_id = '${id}'`);
		expect(settled).toEqual([{ disputed: false }]);
	});

	it('follows the project’s rule, for pairs judged before and after it changed', async () => {
		const { slug, id, reviewer } = await setting(['one', 'one', 'another']);
		const disputed = async () => (await world.query<{ disputed: boolean }>(`select disputed from comparisons where project_id = '${id}'`))[0]?.disputed;
		expect(await disputed()).toBe(false);
		const put = async (dispute: JudgingPolicy['dispute']) => valueOf(await putPolicy(world.app, world.admin, { slug, policy: completePolicy({ dispute }) })).disputed;
		expect(await put('opposed')).toBe(1);
		expect(await disputed()).toBe(true);
		expect(await claim(slug, reviewer)).toBeTruthy();
		expect(await put('no_majority')).toBe(0);
		expect(await put('any_difference')).toBe(1);
		expect(await put('never')).toBe(0);
		expect(await disputed()).toBe(false);
	});

	it('waits again when its decision is void, and not at all when a judgment behind the dispute is', async () => {
		const { slug, id, reviewer, judgments } = await setting(['one', 'another']);
		const decided = valueOf(await decide(reviewer, await taken(slug, reviewer), 'one'));
		valueOf(await voidJudgment(world.app, world.admin, { judgmentId: decided.outcome === 'decided' ? decided.judgmentId : '', reason: 'mistake' }));
		expect((await world.query<{ disputed: boolean }>(`select disputed from comparisons where project_id = '${id}'`))[0]?.disputed).toBe(true);
		valueOf(await voidJudgment(world.app, world.admin, { judgmentId: judgments[0]?.judgmentId ?? '', reason: 'mistake' }));
		expect(await world.query(`select disputed, status from comparisons where project_id = '${id}'`)).toEqual([{ disputed: false, status: 'open' }]);
	});

	it('hands back what its judges left alone for a week, and what was sent back twice is sent back once', async () => {
		const { slug, id, reviewer } = await setting(['one', 'another']);
		const claimed = await taken(slug, reviewer);
		const body = { id: claimed.adjudicationId, leaseToken: claimed.leaseToken, sendBack: 'Section 3 binds.', idempotencyKey: 'again' };
		for (let i = 0; i < 2; i += 1) expect(valueOf(await decideAdjudication(world.app, reviewer, body))).toEqual({ outcome: 'sent_back' });
		expect(await world.query(`select count(*)::int as n from comments where project_id = '${id}'`)).toEqual([{ n: 1 }]);
		const waits = async () => valueOf(await adjudicationQueue(world.app, reviewer, { slug })).waiting;
		await sweep(world.app);
		expect(await waits()).toEqual({ all: 0, mine: 0, sentBack: 1 });
		await world.query(`alter table adjudications disable trigger append_only; update adjudications set created_at = now() - interval '8 days' where project_id = '${id}'; alter table adjudications enable trigger append_only`);
		await sweep(world.app);
		expect(await waits()).toEqual({ all: 1, mine: 1, sentBack: 0 });
		expect(await taken(slug, reviewer)).toBeTruthy();
	});

	it('is read by nobody who has the pair on their desk, and who has read it never judges it', async () => {
		const { slug, id, judges, judgments, reviewer } = await setting(['one', 'another']);
		const [pair] = await world.query<{ id: string }>(`select id from comparisons where project_id = '${id}'`);
		const desk = await leaseApart(world, reviewer, { comparisonId: pair?.id ?? '', purpose: 'gold' });
		expect(await claim(slug, reviewer)).toBeNull();
		await world.query(`update tasks set expires_at = now() - interval '1 second' where id = '${desk.taskId}'`);
		const claimed = await taken(slug, reviewer);
		expect(problemOf(await submitJudgment(world.app, reviewer, { ...desk, verdict: 'left' }))).toBe('already_decided');
		valueOf(await decideAdjudication(world.app, reviewer, { id: claimed.adjudicationId, leaseToken: claimed.leaseToken, sendBack: 'Again.' }));
		// Its first judge finds that they cannot tell: the place is open, and not to the reviewer.
		const { task, judgmentId } = judgments[0] as (typeof judgments)[0];
		valueOf(await submitJudgment(world.app, judges[0] as Actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'cannot_judge', supersedes: judgmentId }));
		expect(valueOf(await claimTask(world.app, reviewer, { slug }))).toBeNull();
		expect(await world.query(`select status, filled from comparisons where project_id = '${id}'`)).toEqual([{ status: 'exhausted', filled: 1 }]);
	});

	it('locks the reviewer before the pair, as judging does', async () => {
		const { slug, id, reviewer } = await setting(['one', 'another']);
		const [pair] = await world.query<{ id: string; round_id: string }>(`select id, round_id from comparisons where project_id = '${id}'`);
		let claiming: Promise<ClaimedAdjudication | null> | null = null;
		await world.app.db.transaction(async (tx) => {
			await progress.lock(tx, pair?.round_id ?? '', reviewer.userId);
			claiming = claim(slug, reviewer);
			await untilOneWaits(world);
			await comparisons.lock(tx, pair?.id ?? '');
		});
		expect(await claiming).toBeTruthy();
	});

	it('is counted no further than asked', async () => {
		const { slug, id, judges, reviewer } = await setting(['one', 'another'], { rows: 2 });
		await judge(slug, judges[0] as Actor, 'one');
		await judge(slug, judges[1] as Actor, 'another');
		const waits = (userId: string, most: number) => adjudications.waiting(world.app.db, { projectId: id, userId, most });
		expect(await waits(reviewer.userId, 9)).toEqual({ all: 2, mine: 2, sentBack: 0 });
		expect(await waits(reviewer.userId, 1)).toEqual({ all: 1, mine: 1, sentBack: 0 });
		// Who judged them sees them, and decides none.
		expect(await waits(judges[0]?.userId ?? '', 9)).toEqual({ all: 2, mine: 0, sentBack: 0 });
	});

	it('counts nothing behind a wall among what was sent back', async () => {
		const { slug, id, reviewer } = await setting(['one', 'another']);
		const claimed = await taken(slug, reviewer);
		valueOf(await decideAdjudication(world.app, reviewer, { id: claimed.adjudicationId, leaseToken: claimed.leaseToken, sendBack: 'Again.' }));
		const other = await world.person('other', { slug, role: 'reviewer' });
		const sentBack = async () => valueOf(await adjudicationQueue(world.app, other, { slug })).waiting.sentBack;
		expect(await sentBack()).toBe(1);
		await world.query(`update responses r set source = 'person', source_ref = '${other.userId}' from prompts p where p.id = r.prompt_id and p.project_id = '${id}'`);
		expect(await sentBack()).toBe(0);
	});

	it('decides what nobody is left to judge', async () => {
		const { slug, id } = await world.project({ overlap: 2, rows: comparisonRows(1) });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		const bob = await world.person('bob', { slug, role: 'annotator' });
		await judge(slug, ann, 'one');
		const task = valueOf(await claimTask(world.app, bob, { slug }));
		valueOf(await skipTask(world.app, bob, { taskId: task?.taskId ?? '', leaseToken: task?.leaseToken ?? '', reason: 'conflict_of_interest' }));
		const status = async () => (await world.query<{ status: string }>(`select status from comparisons where project_id = '${id}'`))[0]?.status;
		expect(await status()).toBe('exhausted');
		const risk = await world.person('risk', { slug, role: 'reviewer' });
		// A reviewer who may judge is somebody left: the pair is open again, until they pass on it too.
		expect(await status()).toBe('open');
		expect(await claim(slug, risk)).toBeNull();
		const theirs = valueOf(await claimTask(world.app, risk, { slug }));
		valueOf(await skipTask(world.app, risk, { taskId: theirs?.taskId ?? '', leaseToken: theirs?.leaseToken ?? '', reason: 'too_long' }));
		expect(await status()).toBe('exhausted');
		const claimed = await taken(slug, risk);
		expect(problemOf(await decideAdjudication(world.app, risk, { id: claimed.adjudicationId, leaseToken: claimed.leaseToken, sendBack: 'Again.' }))).toBe('conflict');
		// A rule that sends nothing to reviewers says that nothing waits for them.
		const says = async (dispute: JudgingPolicy['dispute']) => {
			valueOf(await putPolicy(world.app, world.admin, { slug, policy: completePolicy({ dispute }) }));
			return valueOf(await adjudicationQueue(world.app, risk, { slug })).waiting.all;
		};
		expect([await says('never'), await says('no_majority')]).toEqual([0, 1]);
		// What lies on their own desk waits for nobody else.
		expect(valueOf(await adjudicationQueue(world.app, risk, { slug })).waiting).toMatchObject({ all: 1, mine: 1 });
		const decided = valueOf(await decide(risk, claimed, 'one'));
		expect(await status()).toBe('closed');
		valueOf(await voidJudgment(world.app, world.admin, { judgmentId: decided.outcome === 'decided' ? decided.judgmentId : '', reason: 'mistake' }));
		expect(await status()).toBe('exhausted');
	});
});
