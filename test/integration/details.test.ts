import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { canonicalJson } from '#lib/domain/canonical-json.ts';
import { JudgingFormSchema } from '#lib/domain/judging-form.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import type { ClaimedTask } from '#lib/server/usecases/claim-task.ts';
import { putForm } from '#lib/server/usecases/put-form.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import type { Submission } from '#lib/server/usecases/submit-judgment.ts';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let slug: string;
let ann: Actor;
beforeAll(async () => {
	world = await createWorld();
	const rows = Array.from({ length: 8 }, (_, i) => ({ messages: [{ role: 'user', content: `Question ${i}?` }], responses: [`👩‍⚖️ You will **certainly** win ${i}.`, `It depends on clause ${i}.`] }));
	slug = (await world.project({ overlap: 1, rows: [...rows, ...[0, 1].map((i) => ({ prompt: `Alone ${i}?`, completion: `Alone, ${i} holds.` }))] })).slug;
	ann = await world.person('ann', { slug, role: 'annotator' });
	valueOf(await putForm(world.app, world.admin, { slug, form: v.parse(JudgingFormSchema, { spans: [{ key: 'vague', name: 'Vague' }], rewrite: true }) }));
});
afterAll(() => world.close());

/** The next task of a mode; those before it are judged. */
async function claim(mode: 'pair' | 'single'): Promise<ClaimedTask> {
	for (;;) {
		const task = valueOf(await claimTask(world.app, ann, { slug }));
		if (!task) throw new Error('nothing to claim');
		if (task.mode === mode) return task;
		valueOf(await submitJudgment(world.app, ann, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: task.mode === 'single' ? 'good' : 'tie' }));
	}
}
const submit = (task: ClaimedTask, more: Partial<Submission>) => submitJudgment(world.app, ann, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: task.mode === 'single' ? 'good' : 'left', ...more });
const errorsOf = async (task: ClaimedTask, more: Partial<Submission>) => {
	const result = await submit(task, more);
	return result.ok ? [] : result.problem.errors?.map((error) => error.field);
};
/** A mark on a stretch of the answer on a side. */
function mark(task: ClaimedTask, side: 'left' | 'right', quote: string) {
	const text = String((side === 'left' ? task.left : task.right)?.messages[0]?.content);
	const start = Array.from(text.slice(0, text.indexOf(quote))).length;
	return { side, message: 0, part: 0, start, end: start + Array.from(quote).length, quote, label: 'vague' };
}
const stored = async (judgmentId: string) =>
	(await world.query<{ spans: { side: string; quote: string }[] | null; language: string | null; client_version: string | null; text_hash: string | null; salt: string | null; rationale: string | null; rewrite: { side: string; messages: { content: string }[] } | null; a: string; b: string | null }>(
		`select j.spans, j.language, j.client_version, j.text_hash, t.salt, t.rationale, t.rewrite, ta.messages->0->>'content' as a, tb.messages->0->>'content' as b
		from judgments j left join judgment_texts t on t.judgment_id = j.id join comparisons c on c.id = j.comparison_id
		join response_texts ta on ta.response_id = c.response_a_id left join response_texts tb on tb.response_id = c.response_b_id where j.id = '${judgmentId}'`
	))[0];

describe('marks', () => {
	it('are stored by answer, whatever side it lay on, and quote it', async () => {
		for (let i = 0; i < 3; i++) {
			const task = await claim('pair');
			const [side, other] = String(task.left.messages[0]?.content).includes('certainly') ? (['left', 'right'] as const) : (['right', 'left'] as const);
			const { judgmentId } = valueOf(await submit(task, { spans: [mark(task, side, '**certainly** win'), mark(task, other, 'depends')], language: 'zh-Hans', clientVersion: '0.1.0' }));
			const row = await stored(judgmentId);
			expect(row?.language).toBe('zh-Hans');
			expect(row?.client_version).toBe('0.1.0');
			const [certain, depends] = row?.spans ?? [];
			expect((certain?.side === 'a' ? row?.a : row?.b)).toContain(certain?.quote);
			expect((depends?.side === 'a' ? row?.a : row?.b)).toContain(depends?.quote);
			expect(certain?.side).not.toBe(depends?.side);
		}
	});

	it('of the one answer lie on the left', async () => {
		const task = await claim('single');
		expect(await errorsOf(task, { spans: [{ ...mark(task, 'left', 'holds'), side: 'right' }] })).toEqual(['spans[0].side']);
		const row = await stored(valueOf(await submit(task, { spans: [mark(task, 'left', 'holds')], rewrite: { side: 'left', messages: [{ role: 'assistant', content: 'Better.' }] } })).judgmentId);
		expect(row?.spans?.map(({ side }) => side)).toEqual(['a']);
		expect(row?.rewrite?.side).toBe('a');
	});

	it('that quote what is not there, or under another’s label, are refused by field', async () => {
		const task = await claim('pair');
		const good = mark(task, 'left', '.');
		expect(await errorsOf(task, { spans: [good, { ...good, quote: '!' }, { ...good, label: 'made_up' }] })).toEqual(['spans[1].quote', 'spans[2].label']);
		expect((await stored(valueOf(await submit(task, {})).judgmentId))?.spans).toBeNull();
	});
});

describe('a rewrite', () => {
	it('is kept apart from the record, which holds the hash of it and the rationale', async () => {
		const task = await claim('pair');
		const messages = [{ role: 'assistant' as const, content: 'You may win if clause 4 holds.' }];
		const { judgmentId } = valueOf(await submit(task, { rationale: 'Too sure.', rewrite: { side: 'right', messages } }));
		const row = await stored(judgmentId);
		expect((row?.rewrite?.side === 'a' ? row.a : row?.b)).toBe(task.right?.messages[0]?.content);
		expect(row?.rewrite?.messages).toEqual(messages);
		expect(row?.text_hash).toBe(createHash('sha256').update(row?.salt ?? '').update('\0').update(canonicalJson({ rationale: 'Too sure.', rewrite: row?.rewrite })).digest('hex'));
	});

	it('that changes nothing is refused', async () => {
		const task = await claim('pair');
		expect(await errorsOf(task, { rewrite: { side: 'left', messages: [{ role: 'assistant', content: String(task.left.messages[0]?.content) }] } })).toEqual(['rewrite.messages']);
	});
});
