import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Actor } from '#lib/server/auth/actor.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import type { ClaimedTask } from '#lib/server/usecases/claim-task.ts';
import { deactivateUser } from '#lib/server/usecases/deactivate-user.ts';
import { heartbeatTask } from '#lib/server/usecases/heartbeat-task.ts';
import { putMember } from '#lib/server/usecases/put-member.ts';
import { reactivateUser } from '#lib/server/usecases/reactivate-user.ts';
import { removeMember } from '#lib/server/usecases/remove-member.ts';
import { skipTask } from '#lib/server/usecases/skip-task.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { sweep } from '#lib/server/usecases/sweep.ts';
import { voidJudgment } from '#lib/server/usecases/void-judgment.ts';
import { recordProblems } from '../support/record.ts';
import { comparisonRows, createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world?.close());

const PEOPLE = 4;
const COMPARISONS = 3;
const OPERATIONS = ['claim', 'claim', 'submit', 'submit', 'submit', 'cannot_judge', 'skip', 'lapse', 'lapse', 'undo', 'void', 'heartbeat', 'deactivate', 'reactivate', 'leave', 'join', 'sweep'] as const;

/** One step: what, by whom, and which of the things it could be done to. */
type Step = { what: (typeof OPERATIONS)[number]; person: number; pick: number };
const steps = fc.array(fc.record({ what: fc.constantFrom(...OPERATIONS), person: fc.nat(PEOPLE - 1), pick: fc.nat(1000) }), { minLength: 25, maxLength: 35 });

/** A task as the person's page remembers it, long after its lease. */
type Held = ClaimedTask & { question: string };
/** What the model knows: the least that decides who may be offered what. */
type Person = { actor: Actor; tasks: Held[]; judged: Map<string, { judgmentId: string; task: Held }>; skipped: Set<string>; out: boolean };

const questionOf = (task: ClaimedTask) => String(task.prompt.messages.at(-1)?.content);
const nth = <T>(list: readonly T[], pick: number): T | undefined => (list.length === 0 ? undefined : list[pick % list.length]);

/** Questions that have a place which nobody holds and nobody filled, counted apart from the queries under test. */
async function freeQuestions(projectId: string): Promise<Set<string>> {
	const rows = await rowsOf<{ question: string; judgment_id: string | null; expires_at: string | null; lapsed: boolean | null }>(
		world.app.db,
		sql`select pt.messages->-1->>'content' as question, s.judgment_id, t.expires_at, t.expires_at <= now() as lapsed
			from slots s join comparisons c on c.id = s.comparison_id join prompt_texts pt on pt.prompt_id = c.prompt_id left join tasks t on t.id = s.task_id where c.project_id = ${projectId}`
	);
	return new Set(rows.filter((row) => row.judgment_id === null && (row.expires_at === null || row.lapsed === true)).map((row) => row.question));
}

async function play(overlap: number, sequence: Step[]): Promise<void> {
	const { slug, id } = await world.project({ overlap, rows: comparisonRows(COMPARISONS) });
	const reviewer = await world.person('reviewer', { slug, role: 'owner' });
	const people: Person[] = [];
	for (let i = 0; i < PEOPLE; i++) people.push({ actor: await world.person(`p${i}`, { slug, role: 'annotator' }), tasks: [], judged: new Map(), skipped: new Set(), out: false });

	const claim = async (person: Person) => {
		const free = await freeQuestions(id);
		const live = await rowsOf<{ n: number }>(world.app.db, sql`select count(*)::int as n from tasks where annotator_id = ${person.actor.userId} and state = 'live' and expires_at > now()`);
		const held = await rowsOf<{ question: string }>(
			world.app.db,
			sql`select pt.messages->-1->>'content' as question from slots s join tasks t on t.id = s.task_id join comparisons c on c.id = s.comparison_id join prompt_texts pt on pt.prompt_id = c.prompt_id where t.annotator_id = ${person.actor.userId} and s.judgment_id is null and t.expires_at > now()`
		);
		const holds = new Set(held.map((row) => row.question));
		const result = await claimTask(world.app, person.actor, { slug });
		if (!result.ok) return;
		if (result.value === null) {
			const could = [...free].filter((question) => !person.judged.has(question) && !person.skipped.has(question) && !holds.has(question));
			expect(could, 'was told that there is nothing, and there was').toEqual([]);
			return;
		}
		const question = questionOf(result.value);
		expect(person.judged.has(question), 'was offered what they had judged').toBe(false);
		expect(person.skipped.has(question), 'was offered what they had skipped').toBe(false);
		if ((live[0]?.n ?? 0) < 3) expect(free.has(question), 'was offered a place that was not free').toBe(true);
		person.tasks.push({ ...result.value, question });
	};
	const submit = async (person: Person, task: Held, verdict: 'left' | 'right' | 'tie' | 'both_bad' | 'cannot_judge', supersedes?: string) => {
		const result = await submitJudgment(world.app, person.actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict, ...(supersedes ? { supersedes } : {}) });
		const standing = person.judged.get(task.question);
		if (result.ok) {
			expect(standing?.judgmentId, 'a second standing judgment was taken').toBe(supersedes);
			person.judged.set(task.question, { judgmentId: result.value.judgmentId, task });
		} else if (!standing && !person.skipped.has(task.question)) {
			// Refused: only for a task that is over, a token that was replaced, or somebody who is out.
			expect(['already_decided', 'lease_lost', 'not_found', 'forbidden']).toContain(result.problem.code);
		}
	};

	for (const [at, { what, person: index, pick }] of sequence.entries()) {
		const person = people[index] as Person;
		// Who was shut out has no session and no token: nothing but letting them in again can happen.
		if (person.out && what !== 'reactivate' && what !== 'sweep') continue;
		const task = nth(person.tasks, pick);
		if (what === 'claim') await claim(person);
		else if (what === 'submit' && task) await submit(person, task, (['left', 'right', 'tie', 'both_bad'] as const)[pick % 4] ?? 'left');
		else if (what === 'cannot_judge' && task) await submit(person, task, 'cannot_judge');
		else if (what === 'skip' && task) {
			const result = await skipTask(world.app, person.actor, { taskId: task.taskId, leaseToken: task.leaseToken, reason: 'other' });
			if (result.ok) {
				expect(person.judged.has(task.question), 'skipped what stands judged').toBe(false);
				person.skipped.add(task.question);
			}
		} else if (what === 'lapse' && task) await world.app.db.execute(sql`update tasks set expires_at = now() - interval '1 second' where id = ${task.taskId} and state = 'live'`);
		else if (what === 'heartbeat' && task) await heartbeatTask(world.app, person.actor, { taskId: task.taskId, leaseToken: task.leaseToken });
		else if (what === 'undo') {
			const last = nth([...person.judged.values()], pick);
			if (last) await submit(person, last.task, pick % 5 === 0 ? 'cannot_judge' : 'right', last.judgmentId);
		} else if (what === 'void') {
			const [question, last] = nth([...person.judged], pick) ?? [];
			if (question !== undefined && last) {
				valueOf(await voidJudgment(world.app, reviewer, { judgmentId: last.judgmentId, reason: 'mistake' }));
				person.judged.delete(question);
			}
		} else if (what === 'deactivate') {
			valueOf(await deactivateUser(world.app, world.admin, person.actor.userId));
			person.out = true;
		} else if (what === 'reactivate') {
			valueOf(await reactivateUser(world.app, world.admin, person.actor.userId));
			person.out = false;
		} else if (what === 'leave') await removeMember(world.app, world.admin, { slug, userId: person.actor.userId });
		else if (what === 'join') await putMember(world.app, world.admin, { slug, userId: person.actor.userId, role: 'annotator' });
		else if (what === 'sweep') await sweep(world.app);
		expect(await recordProblems(world, id, what === 'sweep' ? 'swept' : 'any time'), `after step ${at}, ${what}`).toEqual([]);
	}
	await sweep(world.app);
	expect(await recordProblems(world, id, 'swept'), 'after the last sweep').toEqual([]);
}

it('keeps every rule of the record after any sequence of what people do', async () => {
	await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 3 }), steps, play), { numRuns: 40, interruptAfterTimeLimit: 200_000, markInterruptAsFailure: true });
}, 300_000);
