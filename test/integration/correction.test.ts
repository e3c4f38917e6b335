import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JudgingFormSchema } from '#lib/domain/judging-form-schema.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import { correctJudgment } from '#lib/server/usecases/correct-judgment.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { putForm } from '#lib/server/usecases/put-form.ts';
import { putGuideline } from '#lib/server/usecases/put-guideline.ts';
import { putMember } from '#lib/server/usecases/put-member.ts';
import { readJudgment } from '#lib/server/usecases/read-judgment.ts';
import { readSnapshot } from '#lib/server/usecases/read-snapshot.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import type { Submission } from '#lib/server/usecases/submit-judgment.ts';
import { voidJudgment } from '#lib/server/usecases/void-judgment.ts';
import { judgedApart } from '../support/apart.ts';
import { recordProblems } from '../support/record.ts';
import { comparisonRows, createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
	world = await createWorld();
});
afterAll(() => world.close());

async function judgeOne(slug: string, actor: Actor, said: Omit<Submission, 'taskId' | 'leaseToken'> = { verdict: 'left' }): Promise<string> {
	const task = valueOf(await claimTask(world.app, actor, { slug }));
	return valueOf(await submitJudgment(world.app, actor, { taskId: task?.taskId ?? '', leaseToken: task?.leaseToken ?? '', ...said })).judgmentId;
}
const pointers = async (id: string) => (await world.query<{ judgment_id: string | null }>(`select s.judgment_id from slots s join comparisons c on c.id = s.comparison_id where c.project_id = '${id}' and s.judgment_id is not null order by 1`)).map((row) => row.judgment_id);
const rows = (table: string, id: string) => world.query<Record<string, unknown>>(`select * from ${table} where judgment_id = '${id}'`);

describe('a correction', () => {
	it('takes the place of the judgment it corrects, as often as its author reads again', async () => {
		const { slug, id } = await world.project({ rows: comparisonRows(2) });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		const [first, other] = [await judgeOne(slug, ann, { verdict: 'left', rationale: 'At first sight.' }), await judgeOne(slug, ann)];
		const second = valueOf(await correctJudgment(world.app, ann, { judgmentId: first, verdict: 'right', rationale: 'Read again.' }));
		expect(second).toMatchObject({ counted: true, stale: 0 });
		expect((await pointers(id)).toSorted()).toEqual([second.judgmentId, other].toSorted());
		const third = valueOf(await correctJudgment(world.app, ann, { judgmentId: second.judgmentId, verdict: 'tie' })).judgmentId;

		const view = valueOf(await readJudgment(world.app, ann, third));
		expect(view.chain.map(({ id, verdict, isCorrection }) => [id, verdict, isCorrection])).toEqual([
			[first, 'left', false],
			[second.judgmentId, 'right', true],
			[third, 'tie', true]
		]);
		expect(view.correctable).toEqual({ snapshots: 0 });
		expect(valueOf(await readJudgment(world.app, ann, first))).toMatchObject({ kind: 'superseded', correctable: null, rationale: 'At first sight.' });
		expect(await recordProblems(world, id)).toEqual([]);
	});

	it('is made under the guideline and form of what it corrects', async () => {
		const { slug } = await world.project({ rows: comparisonRows(1) });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		valueOf(await putGuideline(world.app, world.admin, { slug, body: 'Version one.' }));
		const first = await judgeOne(slug, ann);
		valueOf(await putGuideline(world.app, world.admin, { slug, body: 'Version two.' }));
		valueOf(await putForm(world.app, world.admin, { slug, form: v.parse(JudgingFormSchema, { criteria: [{ key: 'tone', name: 'Tone', required: true }] }) }));
		const corrected = valueOf(await correctJudgment(world.app, ann, { judgmentId: first, verdict: 'right' })).judgmentId;
		expect(valueOf(await readJudgment(world.app, ann, corrected))).toMatchObject({ guideline: { version: 1 }, guidelineText: 'Version one.', form: null, formInForce: { criteria: [] } });
		expect(problemOf(await correctJudgment(world.app, ann, { judgmentId: corrected, verdict: 'left', criteria: { tone: 'left' } }))).toBe('invalid_input');
	});

	it('may change everything a judgment holds, and is checked as a judgment is', async () => {
		const { slug, id } = await world.project({ rows: comparisonRows(1) });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		const label = (key: string) => ({ key, name: key });
		valueOf(await putForm(world.app, world.admin, { slug, form: v.parse(JudgingFormSchema, { strength: true, criteria: [label('tone')], reasons: [label('late')], spans: [label('law'), label('vague')], rewrite: true }) }));
		const task = valueOf(await claimTask(world.app, ann, { slug }));
		const text = (side: 'left' | 'right'): string => String(task?.[side]?.messages[0]?.content);
		const span = (side: 'left' | 'right', key: string, end: number) => ({ side, message: 0, part: 0, start: 0, end, quote: text(side).slice(0, end), label: key });
		const rewrite = (side: 'left' | 'right', words: string) => ({ side, messages: [{ role: 'assistant' as const, content: `${text(side)} ${words}` }] });
		const first = valueOf(await submitJudgment(world.app, ann, { taskId: task?.taskId ?? '', leaseToken: task?.leaseToken ?? '', verdict: 'left', strength: 'clearly', criteria: { tone: 'left' }, spans: [span('left', 'law', 3)], rewrite: rewrite('left', 'More.'), rationale: 'First.', language: 'en', clientVersion: '1' })).judgmentId;
		const said = { verdict: 'right', strength: 'slightly', criteria: { tone: 'right' }, reasons: ['late'], spans: [span('right', 'vague', 4), span('left', 'vague', 2)], rewrite: rewrite('right', 'Better.'), rationale: 'Second.', language: 'zh-Hans', clientVersion: '2', durationMs: 4_000 } as const;
		const corrected = valueOf(await correctJudgment(world.app, ann, { judgmentId: first, ...said, reasons: ['late'], spans: [...said.spans] })).judgmentId;
		expect(valueOf(await readJudgment(world.app, ann, corrected))).toMatchObject({
			shown: { verdict: 'right', criteria: { tone: 'right' }, spans: said.spans, rewrite: said.rewrite },
			strength: 'slightly',
			reasons: ['late'],
			rationale: 'Second.',
			language: 'zh-Hans',
			client: '2',
			durationMs: 4_000
		});
		const errors = async (of: Partial<Parameters<typeof correctJudgment>[2]>) => {
			const answer = await correctJudgment(world.app, ann, { judgmentId: corrected, verdict: 'tie', ...of });
			return answer.ok ? [] : answer.problem.errors?.map(({ field }) => field);
		};
		expect(await errors({ spans: [{ ...span('left', 'law', 3), quote: 'No' }] })).toEqual(['spans[0].quote']);
		expect(await errors({ rewrite: { side: 'left', messages: [{ role: 'assistant', content: text('left') }] } })).toEqual(['rewrite.messages']);
		expect(await errors({ strength: 'clearly' })).toEqual(['strength']);
		// What is taken away is gone from what stands, and stays in what stood.
		const bare = valueOf(await correctJudgment(world.app, ann, { judgmentId: corrected, verdict: 'both_bad' })).judgmentId;
		expect(valueOf(await readJudgment(world.app, ann, bare))).toMatchObject({ shown: { spans: null, rewrite: null, criteria: null }, rationale: null, reasons: null });
		expect(valueOf(await readJudgment(world.app, ann, first)).shown).toMatchObject({ spans: [span('left', 'law', 3)], rewrite: rewrite('left', 'More.') });
		expect(await pointers(id)).toEqual([bare]);
	});

	it('is its author’s alone, of what stands, and never of what is void or already corrected', async () => {
		const { slug } = await world.project({ overlap: 2, rows: comparisonRows(1) });
		const [ann, bob] = [await world.person('ann', { slug, role: 'annotator' }), await world.person('bob', { slug, role: 'annotator' })];
		const [first, bobs] = [await judgeOne(slug, ann), await judgeOne(slug, bob)];
		expect(problemOf(await correctJudgment(world.app, bob, { judgmentId: first, verdict: 'tie' }))).toBe('not_found');
		expect(problemOf(await correctJudgment(world.app, world.admin, { judgmentId: first, verdict: 'tie' }))).toBe('not_found');
		const second = valueOf(await correctJudgment(world.app, ann, { judgmentId: first, verdict: 'tie' })).judgmentId;
		expect(problemOf(await correctJudgment(world.app, ann, { judgmentId: first, verdict: 'both_bad' }))).toBe('conflict');
		valueOf(await voidJudgment(world.app, world.admin, { judgmentId: second, reason: 'spam' }));
		expect(problemOf(await correctJudgment(world.app, ann, { judgmentId: second, verdict: 'left' }))).toBe('conflict');
		valueOf(await putMember(world.app, world.admin, { slug, userId: bob.userId, role: 'engineer' }));
		expect(problemOf(await correctJudgment(world.app, bob, { judgmentId: bobs, verdict: 'tie' }))).toBe('forbidden');
		expect(valueOf(await readJudgment(world.app, bob, bobs)).correctable).toBeNull();
	});

	it('can be sent twice under its key, and not otherwise', async () => {
		const { slug } = await world.project({ rows: comparisonRows(1) });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		const judgmentId = await judgeOne(slug, ann);
		const sent = { judgmentId, verdict: 'tie', reason: 'Read again.', idempotencyKey: 'once' } as const;
		const [one, two] = await Promise.all([correctJudgment(world.app, ann, sent), correctJudgment(world.app, ann, sent)]);
		expect(valueOf(one)).toEqual(valueOf(two));
		expect(problemOf(await correctJudgment(world.app, ann, { ...sent, reason: 'Another.' }))).toBe('key_reused');
		const audit = await world.query(`select 1 as n from audit_entries where action = 'judgment.correct' and subject_id = '${valueOf(one).judgmentId}'`);
		expect(audit).toHaveLength(1);
	});

	it('needs a reason once its round was frozen, kept apart and erasable, and makes the snapshot stale', async () => {
		const { slug, id } = await world.project();
		// Of pairs that are all held out no snapshot is made.
		await world.query(`update projects set split_shares = '{"train": 1, "dev": 0, "test": 0}' where id = '${id}'`);
		valueOf(await world.importRows(slug, comparisonRows(4)));
		const ann = await world.person('ann', { slug, role: 'annotator' });
		const ids = [await judgeOne(slug, ann), await judgeOne(slug, ann), await judgeOne(slug, ann)];
		const comparison = (await world.query<{ comparison_id: string }>(`select comparison_id from judgments where id = '${ids[1]}'`))[0]?.comparison_id ?? '';
		const repeat = await judgedApart(world, ann, { comparisonId: comparison, purpose: 'repeat', verdict: 'a' });
		const snapshot = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'dpo' }));
		const later = await judgeOne(slug, ann);

		const judgmentId = ids[0] ?? '';
		expect(valueOf(await readJudgment(world.app, ann, judgmentId)).correctable).toEqual({ snapshots: 1 });
		// A repeat is in no row of the snapshot, and must not be told from the rest by that.
		expect(valueOf(await readJudgment(world.app, ann, repeat)).correctable).toEqual({ snapshots: 1 });
		expect(valueOf(await readJudgment(world.app, ann, later)).correctable).toEqual({ snapshots: 0 });
		const refused = await correctJudgment(world.app, ann, { judgmentId, verdict: 'right', reason: '  ' });
		expect(refused.ok ? [] : refused.problem.errors?.map(({ field }) => field)).toEqual(['reason']);
		expect(valueOf(await readSnapshot(world.app, world.admin, snapshot.id)).stale).toBe(0);

		const corrected = valueOf(await correctJudgment(world.app, ann, { judgmentId, verdict: 'right', reason: 'The statute was amended.' }));
		expect(corrected.stale).toBe(1);
		expect(valueOf(await readSnapshot(world.app, world.admin, snapshot.id)).stale).toBe(1);
		const [mark] = await rows('judgment_corrections', corrected.judgmentId);
		expect(mark?.['reason_hash']).toMatch(/^[0-9a-f]{64}$/);
		expect(await rows('judgment_correction_texts', corrected.judgmentId)).toMatchObject([{ reason: 'The statute was amended.' }]);
		await expect(world.query(`update judgment_corrections set reason_hash = null where judgment_id = '${corrected.judgmentId}'`)).rejects.toThrow();
		const audited = await world.query<{ details: unknown }>(`select details from audit_entries where action = 'judgment.correct' and subject_id = '${corrected.judgmentId}'`);
		expect(audited).toMatchObject([{ details: { supersedes: judgmentId, snapshots: 1, reasonHash: mark?.['reason_hash'] } }]);
		expect(JSON.stringify(audited)).not.toContain('statute');
		expect(valueOf(await readJudgment(world.app, ann, corrected.judgmentId)).chain.at(-1)?.reason).toBe('The statute was amended.');
		// Its erasure leaves the record whole.
		await world.query(`delete from judgment_correction_texts where judgment_id = '${corrected.judgmentId}'`);
		expect(valueOf(await readJudgment(world.app, ann, corrected.judgmentId)).chain.at(-1)).toMatchObject({ isCorrection: true, reason: null });
		expect((await recordProblems(world, id)).filter((problem) => !problem.startsWith('the kept tallies') && !problem.startsWith('nobody has two standing'))).toEqual([]);
	});

	it('to “cannot judge” frees the place, and back takes it again', async () => {
		const { slug, id } = await world.project({ rows: comparisonRows(1) });
		const [ann] = [await world.person('ann', { slug, role: 'annotator' }), await world.person('bob', { slug, role: 'annotator' })];
		const first = await judgeOne(slug, ann);
		const second = valueOf(await correctJudgment(world.app, ann, { judgmentId: first, verdict: 'cannot_judge' }));
		expect(second.counted).toBe(false);
		expect(await pointers(id)).toEqual([]);
		const third = valueOf(await correctJudgment(world.app, ann, { judgmentId: second.judgmentId, verdict: 'left' }));
		expect(third.counted).toBe(true);
		expect(await pointers(id)).toEqual([third.judgmentId]);
		expect(await recordProblems(world, id)).toEqual([]);
	});

	it('of a repeat stays apart', async () => {
		const { slug, id } = await world.project({ rows: comparisonRows(1) });
		const ann = await world.person('ann', { slug, role: 'annotator' });
		const first = await judgeOne(slug, ann);
		const comparison = (await world.query<{ comparison_id: string }>(`select comparison_id from judgments where id = '${first}'`))[0]?.comparison_id ?? '';
		const repeat = await judgedApart(world, ann, { comparisonId: comparison, purpose: 'repeat', verdict: 'a' });
		const corrected = valueOf(await correctJudgment(world.app, ann, { judgmentId: repeat, verdict: 'tie' }));
		expect(corrected.counted, 'nothing that comes back tells it from another').toBe(true);
		expect(await pointers(id)).toEqual([first]);
		expect(await world.query(`select purpose from judgments where id = '${corrected.judgmentId}'`)).toEqual([{ purpose: 'repeat' }]);
	});
});
