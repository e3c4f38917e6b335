import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '#lib/server/auth/actor.ts';
import * as people from '#lib/server/db/people.ts';
import * as progress from '#lib/server/db/progress.ts';
import * as projects from '#lib/server/db/projects.ts';
import * as walls from '#lib/server/db/walls.ts';
import { claimAdjudication } from '#lib/server/usecases/claim-adjudication.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { liftWall } from '#lib/server/usecases/lift-wall.ts';
import { listWalls } from '#lib/server/usecases/list-walls.ts';
import { putSkills } from '#lib/server/usecases/put-skills.ts';
import { raiseWall } from '#lib/server/usecases/raise-wall.ts';
import { readAudit } from '#lib/server/usecases/read-audit.ts';
import { removeMember } from '#lib/server/usecases/remove-member.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { comparisonRows, createWorld, problemOf, untilOneWaits, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

const rows = (count: number, more: Record<string, unknown>, tag: string) => comparisonRows(count, tag).map((row) => ({ ...row, ...more }));
const claim = async (slug: string, actor: Actor) => valueOf(await claimTask(world.app, actor, { slug }));

async function judgeAll(slug: string, actor: Actor): Promise<string[]> {
	const asked: string[] = [];
	for (let task = await claim(slug, actor); task; task = await claim(slug, actor)) {
		asked.push(JSON.stringify(task.prompt));
		valueOf(await submitJudgment(world.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'left' }));
	}
	return asked;
}
const statuses = (id: string) => world.query(`select c.status, count(*)::int as n from comparisons c join prompts p on p.id = c.prompt_id where c.project_id = '${id}' and p.matter is not null group by 1 order by 1`);

describe('skills and languages', () => {
	it('say who is given what, and what waits for nobody is exhausted until somebody has them', async () => {
		const { slug, id } = await world.project({ overlap: 1, rows: [...rows(3, {}, 'any'), ...rows(3, { requires: ['tax'], matter: 'm' }, 'tax'), ...rows(3, { language: 'zh', requires: ['tax', 'audit'], matter: 'm' }, 'zh')] });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		expect(await statuses(id)).toEqual([{ status: 'exhausted', n: 6 }]);
		expect(await judgeAll(slug, ann)).toHaveLength(3);
		valueOf(await putSkills(world.app, world.admin, { slug, userId: ann.userId, skills: ['tax'], languages: ['en'] }));
		expect(await statuses(id)).toEqual([{ status: 'exhausted', n: 3 }, { status: 'open', n: 3 }]);
		expect((await judgeAll(slug, ann)).every((asked) => asked.includes('tax'))).toBe(true);
		valueOf(await putSkills(world.app, world.admin, { slug, userId: ann.userId, skills: ['tax', 'audit'], languages: ['en'] }));
		expect(await claim(slug, ann)).toBeNull();
		// No language named means any.
		valueOf(await putSkills(world.app, world.admin, { slug, userId: ann.userId, skills: ['tax', 'audit'], languages: [] }));
		expect(await judgeAll(slug, ann)).toHaveLength(3);
	});
});

describe('a wall', () => {
	it('keeps its matter from a person: what they judged of it is void, what they hold is taken back, nothing more is given', async () => {
		const { slug, id } = await world.project({ overlap: 1, rows: [...rows(6, { matter: 'Acme v. Birch' }, 'acme'), ...rows(4, { matter: 'other' }, 'other')] });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		const judged: string[] = [];
		for (let i = 0; i < 5; i += 1) {
			const task = await claim(slug, ann);
			if (!task) break;
			judged.push(JSON.stringify(task.prompt));
			valueOf(await submitJudgment(world.app, ann, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'left' }));
		}
		const held = [await claim(slug, ann), await claim(slug, ann), await claim(slug, ann)];
		const acme = (texts: (string | undefined)[]) => texts.filter((text) => text?.includes('acme')).length;
		const raised = valueOf(await raiseWall(world.app, world.admin, { slug, userId: ann.userId, matter: 'Acme v. Birch' }));
		expect(raised.voided).toBe(acme(judged));
		expect(raised.leasesEnded).toBe(acme(held.map((task) => JSON.stringify(task?.prompt))));
		expect(raised.voided + raised.leasesEnded).toBeGreaterThan(0);
		expect(problemOf(await raiseWall(world.app, world.admin, { slug, userId: ann.userId, matter: 'Acme v. Birch' }))).toBe('conflict');
		for (const task of held) {
			const mine = JSON.stringify(task?.prompt).includes('acme');
			expect(problemOf(await submitJudgment(world.app, ann, { taskId: task?.taskId ?? '', leaseToken: task?.leaseToken ?? '', verdict: 'left' }))).toBe(mine ? 'walled' : 'no problem');
		}
		expect(acme(await judgeAll(slug, ann))).toBe(0);
		expect(await statuses(id)).toEqual([{ status: 'complete', n: 4 }, { status: 'exhausted', n: 6 }]);
		expect(await world.query(`select count(*)::int as n from judgment_voids v join judgments j on j.id = v.judgment_id where j.project_id = '${id}' and v.reason = 'conflict_of_interest'`)).toEqual([{ n: raised.voided }]);
		// Names are in no record: the audit holds the matter's hash.
		expect(JSON.stringify(await world.query(`select details from audit_entries where project_id = '${id}'`))).not.toMatch(/Acme/);

		valueOf(await liftWall(world.app, world.admin, { id: raised.id }));
		expect(problemOf(await liftWall(world.app, world.admin, { id: raised.id }))).toBe('conflict');
		// Voided work is to be done again; who did it before the wall may.
		expect(acme(await judgeAll(slug, ann))).toBe(6);
		expect(await statuses(id)).toEqual([{ status: 'complete', n: 10 }]);
	});

	it('raised while its person claims and judges with both hands is crossed by nothing', async () => {
		const { slug, id } = await world.project({ overlap: 2, rows: rows(40, { matter: 'deal' }, 'deal') });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		const bob = await world.person('bob', { slug, role: 'annotator' });
		let stop = false;
		const hand = async (actor: Actor) => {
			while (!stop) {
				const claimed = await claimTask(world.app, actor, { slug });
				const task = claimed.ok ? claimed.value : null;
				if (!task) return;
				await submitJudgment(world.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: 'right' });
			}
		};
		const hands = [hand(ann), hand(ann), hand(bob), hand(bob)];
		await new Promise((resolve) => setTimeout(resolve, 150));
		valueOf(await raiseWall(world.app, world.admin, { slug, userId: ann.userId, matter: 'deal' }));
		expect(await claim(slug, ann)).toBeNull();
		const standing = () =>
			world.query(`select count(*)::int as n from judgments j where j.project_id = '${id}' and j.judge_user_id = '${ann.userId}' and not exists (select 1 from judgment_voids v where v.judgment_id = j.id)`);
		expect(await standing()).toEqual([{ n: 0 }]);
		stop = true;
		await Promise.all(hands);
		expect(await standing()).toEqual([{ n: 0 }]);
		expect(await world.query(`select count(*)::int as n from slots s join comparisons c on c.id = s.comparison_id where c.project_id = '${id}' and s.annotator_id = '${ann.userId}'`)).toEqual([{ n: 0 }]);
		expect(await world.query(`select count(*)::int as n from comparisons c where c.project_id = '${id}' and c.filled <> (select count(*) from slots s where s.comparison_id = c.id and s.judgment_id is not null)`)).toEqual([{ n: 0 }]);
	});

	it('stands before adjudication too, and before who wrote an answer', async () => {
		const { slug, id } = await world.project({ overlap: 2, rows: rows(2, { matter: 'deal' }, 'deal') });
		for (const name of ['ann', 'bob']) await judgeAll(slug, await world.person(name, { slug, role: 'annotator' }));
		const risk = await world.person('risk', { slug, role: 'reviewer' });
		const other = await world.person('other', { slug, role: 'reviewer' });
		const { id: wall } = valueOf(await raiseWall(world.app, world.admin, { slug, userId: risk.userId, matter: 'deal' }));
		expect(valueOf(await claimAdjudication(world.app, risk, { slug }))).toBeNull();
		expect(problemOf(await liftWall(world.app, risk, { id: wall }))).toBe('not_found');
		await world.query(`update responses r set source = 'person', source_ref = '${other.userId}' from prompts p where p.id = r.prompt_id and p.project_id = '${id}'`);
		expect(valueOf(await claimAdjudication(world.app, other, { slug }))).toBeNull();
		valueOf(await liftWall(world.app, other, { id: wall }));
		expect(valueOf(await claimAdjudication(world.app, risk, { slug }))).not.toBeNull();
	});

	it('tells nobody of walls before themselves, by whatever they raise, lift or count', async () => {
		const { slug } = await world.project({ overlap: 1, rows: [...rows(2, { matter: 'Acme' }, 'acme'), ...rows(1, {}, 'plain')] });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		await judgeAll(slug, ann);
		const risk = await world.person('risk', { slug, role: 'reviewer' });
		valueOf(await raiseWall(world.app, world.admin, { slug, userId: risk.userId, matter: 'Acme' }));
		// As for a matter that nobody has touched, whether the wall stood or not.
		const said = async (userId: string, matter: string) => {
			const { id, ...rest } = valueOf(await raiseWall(world.app, risk, { slug, userId, matter }));
			return { id: typeof id, ...rest };
		};
		const nothing = { id: 'string', voided: 0, leasesEnded: 0 };
		expect(await said(risk.userId, 'Acme')).toEqual(nothing);
		expect(await said(risk.userId, 'no such matter')).toEqual(nothing);
		expect(await said(risk.userId, 'no such matter')).toEqual(nothing);
		expect(await said(ann.userId, 'Acme')).toEqual(nothing);
		expect(await said(ann.userId, 'Acme')).toEqual(nothing);
		// It was raised all the same, and is not theirs to lift.
		const [raised] = await world.query<{ id: string; n: number }>(`select w.id, (select count(*)::int from judgment_voids v join judgments j on j.id = v.judgment_id where j.judge_user_id = w.user_id) as n from walls w where w.user_id = '${ann.userId}'`);
		expect(raised?.n).toBe(2);
		expect(problemOf(await liftWall(world.app, risk, { id: raised?.id ?? '' }))).toBe('not_found');
		valueOf(await liftWall(world.app, world.admin, { id: raised?.id ?? '' }));

		// Nor does the list tell of them, or the audit: of those before other matters both do.
		const { id: other } = valueOf(await raiseWall(world.app, world.admin, { slug, userId: ann.userId, matter: 'Birch' }));
		const listed = async (of: Actor) => valueOf(await listWalls(world.app, of, { slug })).walls.map(({ id }) => id).toSorted();
		const audited = async (of: Actor) => valueOf(await readAudit(world.app, of, { slug, topic: 'people', limit: 100 })).acts.filter(({ act }) => act.startsWith('wall.')).map(({ act, subject }) => [act, subject.id]);
		expect(await listed(risk)).toEqual([other]);
		expect(await audited(risk)).toEqual([['wall.raise', other]]);
		expect((await audited(world.admin)).map(([act]) => act)).toEqual(['wall.raise', 'wall.lift', 'wall.raise', 'wall.raise', 'wall.raise']);
		// Once they may know of the matter they are told of what stands before others.
		const [theirs] = await world.query<{ id: string }>(`select id from walls where user_id = '${risk.userId}' and matter = 'Acme'`);
		valueOf(await liftWall(world.app, world.admin, { id: theirs?.id ?? '' }));
		expect(await listed(risk)).toEqual([raised?.id ?? '', other].toSorted());
		expect(await audited(risk)).toEqual([['wall.raise', other], ['wall.lift', raised?.id], ['wall.raise', raised?.id]]);
	});

	it('stands before the site’s admin too, who is a member of nothing', async () => {
		const { slug } = await world.project({ overlap: 1, rows: rows(1, { matter: 'Acme' }, 'acme') });
		const risk = await world.person('risk', { slug, role: 'reviewer' });
		const outsider = await world.person('outsider');
		expect(problemOf(await raiseWall(world.app, risk, { slug, userId: outsider.userId, matter: 'Acme' }))).toBe('not_found');
		await world.query(`update users set is_admin = true where id = '${outsider.userId}'`);
		valueOf(await raiseWall(world.app, risk, { slug, userId: outsider.userId, matter: 'Acme' }));
		expect(valueOf(await listWalls(world.app, { ...outsider, isAdmin: true }, { slug })).matters).toEqual([]);
	});

	it('is raised and lifted, and a person taken out, in the order in which judging locks', async () => {
		const { slug, id } = await world.project({ overlap: 1, rows: rows(2, { matter: 'Acme' }, 'acme') });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		const wall = { projectId: id, userId: ann.userId, matter: 'Other', raisedBy: world.admin.userId };
		const { id: standing } = valueOf(await raiseWall(world.app, world.admin, { slug, userId: ann.userId, matter: 'Other' }));
		let other: Promise<unknown> | null = null;
		await world.app.db.transaction(async (tx) => {
			await projects.serialise(tx, id);
			await people.changePeople(tx, id);
			other = liftWall(world.app, world.admin, { id: standing });
			await untilOneWaits(world);
			expect(await walls.raise(tx, wall)).toBeNull();
		});
		expect(await other).toMatchObject({ ok: true });
		await claim(slug, ann);
		const [round] = await world.query<{ id: string }>(`select id from rounds where project_id = '${id}'`);
		await world.app.db.transaction(async (tx) => {
			await people.hold(tx, id);
			other = removeMember(world.app, world.admin, { slug, userId: ann.userId });
			await untilOneWaits(world);
			await progress.lock(tx, round?.id ?? '', world.admin.userId);
		});
		expect(await other).toMatchObject({ ok: true });
	});
});
