import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { canonicalJson } from '#lib/domain/canonical-json.ts';
import { JudgingFormSchema } from '#lib/domain/judging-form-schema.ts';
import type { Manifest } from '#lib/domain/manifest.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import type { ClaimedTask } from '#lib/server/usecases/claim-task.ts';
import { countRewrites } from '#lib/server/usecases/count-rewrites.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { putForm } from '#lib/server/usecases/put-form.ts';
import { putMember } from '#lib/server/usecases/put-member.ts';
import { readJudgment } from '#lib/server/usecases/read-judgment.ts';
import { readManifest } from '#lib/server/usecases/read-snapshot.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import type { Submission } from '#lib/server/usecases/submit-judgment.ts';
import { trainingRows } from '../support/training-rows.ts';
import { createWorld, problemOf, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
/** Pairs and single answers lie in projects of their own: the order of a queue is drawn. */
const slugs = { pair: '', single: '' };
let ann: Actor;
beforeAll(async () => {
	world = await createWorld();
	const rows = Array.from({ length: 8 }, (_, i) => ({ messages: [{ role: 'user', content: `Question ${i}?` }], responses: [`👩‍⚖️ You will **certainly** win ${i}.`, `It depends on clause ${i}.`] }));
	ann = await world.person('ann');
	for (const [mode, held] of [['pair', rows], ['single', [{ prompt: 'Alone?', completion: 'Alone, it holds.' }]]] as const) {
		const { slug } = await world.project({ overlap: 1, rows: [...held] });
		slugs[mode] = slug;
		valueOf(await putMember(world.app, world.admin, { slug, userId: ann.userId, role: 'annotator' }));
		valueOf(await putForm(world.app, world.admin, { slug, form: v.parse(JudgingFormSchema, { spans: [{ key: 'vague', name: 'Vague' }], rewrite: true }) }));
	}
});
afterAll(() => world.close());

async function claim(mode: 'pair' | 'single'): Promise<ClaimedTask> {
	const task = valueOf(await claimTask(world.app, ann, { slug: slugs[mode] }));
	if (!task) throw new Error('nothing to claim');
	return task;
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

	it('keep their notes apart from the record, which holds the hash, and give them back', async () => {
		const task = await claim('pair');
		const { judgmentId } = valueOf(await submit(task, { rationale: 'See the marks.', spans: [{ ...mark(task, 'left', '.'), note: ' ' }, { ...mark(task, 'right', '.'), note: ' 第 4 条 not cited ' }] }));
		expect(JSON.stringify((await stored(judgmentId))?.spans)).not.toContain('cited');
		const text = (await world.query<{ salt: string; notes: Record<string, string>; hash: string }>(`select t.salt, t.span_notes as notes, j.text_hash as hash from judgment_texts t join judgments j on j.id = t.judgment_id where j.id = '${judgmentId}'`))[0];
		expect(text?.notes).toEqual({ 1: '第 4 条 not cited' });
		expect(text?.hash).toBe(createHash('sha256').update(text?.salt ?? '').update('\0').update(canonicalJson({ rationale: 'See the marks.', spanNotes: text?.notes })).digest('hex'));
		expect(valueOf(await readJudgment(world.app, ann, judgmentId)).shown.spans?.map(({ side, note }) => [side, note])).toEqual([['left', undefined], ['right', '第 4 条 not cited']]);
	});

	it('of the one answer lie on the left', async () => {
		const task = await claim('single');
		// Whichever order its task drew.
		await world.app.db.execute(sql`update tasks set side_order = 'ba' where id = ${task.taskId}`);
		expect(await errorsOf(task, { spans: [{ ...mark(task, 'left', 'holds'), side: 'right' }] })).toEqual(['spans[0].side']);
		const { judgmentId } = valueOf(await submit(task, { spans: [mark(task, 'left', 'holds')], rewrite: { side: 'left', messages: [{ role: 'assistant', content: 'Better.' }] } }));
		const row = await stored(judgmentId);
		expect(row?.spans?.map(({ side }) => side)).toEqual(['a']);
		expect(row?.rewrite?.side).toBe('a');
		expect(valueOf(await readJudgment(world.app, ann, judgmentId)).shown).toMatchObject({ spans: [{ side: 'left' }], rewrite: { side: 'left' } });
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

describe('a snapshot', () => {
	it('has a row of each rewrite on a train prompt beside those of the verdicts, and counts them', async () => {
		const rows = Array.from({ length: 30 }, (_, i) => ({ messages: [{ role: 'user', content: `Rewritten ${i}?` }], responses: [`One ${i}.`, `Other ${i}.`] }));
		const made = await world.project({ overlap: 1, rows });
		const bob = await world.person('bob', { slug: made.slug, role: 'annotator' });
		valueOf(await putForm(world.app, world.admin, { slug: made.slug, form: v.parse(JudgingFormSchema, { rewrite: true }) }));
		let n = 0;
		for (let task = valueOf(await claimTask(world.app, bob, { slug: made.slug })); task; task = valueOf(await claimTask(world.app, bob, { slug: made.slug })), n++) {
			const number = /\d+/.exec(JSON.stringify(task.prompt.messages))?.[0];
			const rewrite = { side: 'left' as const, messages: [{ role: 'assistant' as const, content: `Mended ${number}: ${String(task.left.messages[0]?.content)}` }] };
			// Every third is a tie: it gives no row of its own.
			valueOf(await submitJudgment(world.app, bob, { taskId: task.taskId, leaseToken: task.leaseToken, verdict: n % 3 === 0 ? 'tie' : 'right', ...(n % 2 === 0 ? { rewrite } : {}) }));
		}
		const [split] = await world.query<{ train: number; rewritten: number; decisive: number }>(`select count(*)::int as train, count(t.rewrite)::int as rewritten, (count(*) filter (where j.verdict in ('a', 'b')))::int as decisive
			from judgments j left join judgment_texts t on t.judgment_id = j.id join comparisons c on c.id = j.comparison_id join prompts p on p.id = c.prompt_id join prompt_groups g on g.id = p.group_id where j.project_id = '${made.id}' and g.split = 'train'`);
		expect(valueOf(await countRewrites(world.app, world.admin, { slug: made.slug, number: 1 }))).toEqual({ asked: true, train: split?.rewritten, heldOut: 15 - (split?.rewritten ?? 0) });
		expect(problemOf(await countRewrites(world.app, bob, { slug: made.slug, number: 1 }))).toBe('forbidden');
		const dpo = valueOf(await freezeSnapshot(world.app, world.admin, { slug: made.slug, objective: 'dpo' }));
		expect(dpo.rows.train).toBe((split?.decisive ?? 0) + (split?.rewritten ?? 0));
		const train = await trainingRows<{ messages: { content: string }[]; rejected_response: string }>(world, dpo.id);
		const mended = train.filter((row) => row.messages.at(-1)?.content.startsWith('Mended'));
		expect(mended).toHaveLength(split?.rewritten ?? -1);
		for (const row of mended) expect(row.messages.at(-1)?.content.endsWith(row.rejected_response)).toBe(true);
		const manifestOf = async (id: string) => {
			let text = '';
			for await (const chunk of valueOf(await readManifest(world.app, world.admin, id)).stream) text += String(chunk);
			return JSON.parse(text) as Manifest;
		};
		expect((await manifestOf(dpo.id)).rewrites).toEqual({ used: split?.rewritten, dropped: { split: 15 - (split?.rewritten ?? 0) } });
		const without = valueOf(await freezeSnapshot(world.app, world.admin, { slug: made.slug, objective: 'dpo', rule: { includeRewrites: false } }));
		expect(without.rows.train).toBe(split?.decisive);
		expect((await manifestOf(without.id)).rewrites).toEqual({ used: 0, dropped: { filtered: 15 } });
		const kto = await manifestOf(valueOf(await freezeSnapshot(world.app, world.admin, { slug: made.slug, objective: 'kto' })).id);
		expect(kto.labels?.desirable).toBe((split?.decisive ?? 0) + (split?.rewritten ?? 0));
	});
});
