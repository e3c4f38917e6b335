import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { JudgingFormSchema } from '#lib/domain/judging-form-schema.ts';
import type { ShownVerdict } from '#lib/domain/verdict.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import type { ClaimedTask } from '#lib/server/usecases/claim-task.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { putForm } from '#lib/server/usecases/put-form.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import { trainingRows } from '../support/training-rows.ts';
import { createWorld, pairRows, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

const single = (i: number, label?: boolean) => ({ prompt: `Is loan ${i} within appetite?`, completion: `Loan ${i} is fine, subject to covenant review.`, ...(label === undefined ? {} : { label }) });
const claim = async (slug: string, actor: Actor): Promise<ClaimedTask | null> => valueOf(await claimTask(world.app, actor, { slug }));
const judge = (actor: Actor, task: ClaimedTask, verdict: ShownVerdict, more: { criteria?: Record<string, 'good' | 'bad' | 'left'>; supersedes?: string } = {}) => submitJudgment(world.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict, ...more });

async function project(rows: unknown[], overlap = 1) {
	const made = await world.project({ overlap, rows });
	const people: Actor[] = [];
	for (let i = 0; i < overlap; i++) people.push(await world.person(`officer${i}`, { slug: made.slug, role: 'annotator' }));
	return { ...made, people, ann: people[0] as Actor };
}
const modes = (id: string) => world.query<{ mode: string; overlap: number; slots: number; label: string | null }>(
	`select c.mode, c.overlap, (select count(*)::int from slots s where s.comparison_id = c.id) as slots, (select j.verdict from judgments j where j.comparison_id = c.id and j.origin = 'import') as label from comparisons c where c.project_id = '${id}' order by label`
);
/** Rows of all files of a snapshot: which split a question fell into is drawn. */
async function rowsOf(id: string) {
	const rows: { messages: { content: string }[]; label?: boolean }[] = [];
	for (const split of ['train', 'dev', 'test'] as const) rows.push(...(await trainingRows<(typeof rows)[number]>(world, id, split)));
	return rows;
}

describe('an answer that is judged alone', () => {
	it('comes as a completion with or without its label, or as one response with the mode; with places like a pair', async () => {
		const { id } = await project([single(0, true), single(1, false), single(2), { messages: [{ role: 'user', content: 'And this?' }], responses: ['It is.'], mode: 'single' }], 2);
		expect(await modes(id)).toEqual([
			{ mode: 'single', overlap: 2, slots: 2, label: 'bad' },
			{ mode: 'single', overlap: 2, slots: 2, label: 'good' },
			{ mode: 'single', overlap: 2, slots: 2, label: null },
			{ mode: 'single', overlap: 2, slots: 2, label: null }
		]);
	});

	it('twice the same file adds nothing, and the other label to the same answer is kept beside it', async () => {
		const { slug, id } = await project([single(0, true)]);
		expect(valueOf(await world.importRows(slug, [single(0, true)]))).toMatchObject({ accepted: 0, duplicates: 1 });
		expect(valueOf(await world.importRows(slug, [single(0, false)]))).toMatchObject({ accepted: 1 });
		expect((await world.query<{ n: number }>(`select count(*)::int as n from comparisons where project_id = '${id}'`))[0]?.n).toBe(1);
	});

	it.each([
		[{ ...single(0), label: 'maybe' }, 'label'],
		[{ ...single(0), mode: 'pair' }, 'mode'],
		[{ ...single(0), mode: 'triple' }, 'mode'],
		[{ ...single(0), rejected: 'x' }, 'completion'],
		[{ ...single(0), completion: '' }, 'completion'],
		// Of no shape that is known: read by its columns, and none of them holds a question.
		[{ completion: 'Of what?' }, 'mapping.prompt'],
		[{ ...pairRows(1)[0], mode: 'single' }, 'mode'],
		[{ prompt: 'Which?', responses: ['a', 'b'], mode: 'single' }, 'responses'],
		[{ prompt: 'Which?', responses: ['a'], preferred: 0, mode: 'single' }, 'preferred']
	])('is refused by its field: %j', async (row, field) => {
		const { slug } = await world.project();
		const refused = await world.importRows(slug, [row]);
		expect(refused.ok ? [] : refused.problem.errors?.map((error) => error.field)).toEqual([field]);
	});

	it('lies in the same queue as pairs, is shown without another side and judged good or bad', async () => {
		const { slug, id, ann } = await project([...pairRows(2), single(0), single(1)]);
		valueOf(await putForm(world.app, world.admin, { slug, form: v.parse(JudgingFormSchema, { strength: true, criteria: [{ key: 'appetite', name: 'Risk appetite', required: true }] }) }));
		const seen: string[] = [];
		for (let task = await claim(slug, ann); task; task = await claim(slug, ann)) {
			seen.push(task.mode);
			expect(task.right === null).toBe(task.mode === 'single');
			if (task.mode === 'pair') {
				expect(problemOf(await judge(ann, task, 'good'))).toBe('invalid_input');
				valueOf(await judge(ann, task, 'tie', { criteria: { appetite: 'left' } }));
				continue;
			}
			expect(problemOf(await judge(ann, task, 'left'))).toBe('invalid_input');
			expect(problemOf(await judge(ann, task, 'good'))).toBe('invalid_input');
			expect(problemOf(await judge(ann, task, 'good', { criteria: { appetite: 'left' } }))).toBe('invalid_input');
			// Strength is asked for pairs, never here.
			const first = valueOf(await judge(ann, task, 'good', { criteria: { appetite: 'bad' } }));
			expect(first.counted).toBe(true);
			valueOf(await judge(ann, task, 'bad', { criteria: { appetite: 'bad' }, supersedes: first.judgmentId }));
		}
		expect(seen.sort()).toEqual(['pair', 'pair', 'single', 'single']);
		const standing = await world.query<{ verdict: string; criteria: unknown }>(`select j.verdict, j.criteria from slots s join judgments j on j.id = s.judgment_id join comparisons c on c.id = s.comparison_id where c.project_id = '${id}' and c.mode = 'single'`);
		expect(standing).toEqual([{ verdict: 'bad', criteria: { appetite: 'bad' } }, { verdict: 'bad', criteria: { appetite: 'bad' } }]);
	});

	it('becomes a row of a kto snapshot as judged, and of no pair objective; imported labels where they are asked for', async () => {
		const count = 24;
		const { slug, ann } = await project(Array.from({ length: count }, (_, i) => single(i, i % 2 === 0)));
		const imported = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'kto', rule: { includeImports: true } }));
		expect((await rowsOf(imported.id)).filter((row) => row.label)).toHaveLength(count / 2);
		expect(problemOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'kto' }))).toBe('empty_snapshot');
		// Judged against the labels: what people here say stands.
		for (let task = await claim(slug, ann); task; task = await claim(slug, ann)) {
			const number = Number(/\d+/.exec(JSON.stringify(task.left.messages))?.[0]);
			valueOf(await judge(ann, task, number % 2 === 0 ? 'bad' : 'good'));
		}
		const judged = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'kto', rule: { includeImports: true } }));
		const rows = await rowsOf(judged.id);
		expect(rows).toHaveLength(count);
		for (const row of rows) expect(row.label).toBe(Number(/\d+/.exec(row.messages.at(-1)?.content ?? '')?.[0]) % 2 === 1);
		expect(problemOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'dpo' }))).toBe('empty_snapshot');
	});
});
