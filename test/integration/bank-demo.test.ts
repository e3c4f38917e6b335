import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headingNames, helpPieces } from '#lib/components/guideline/headings.ts';
import type { Actor } from '#lib/server/auth/actor.ts';
import { claimTask } from '#lib/server/usecases/claim-task.ts';
import type { ClaimedTask } from '#lib/server/usecases/claim-task.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { submitJudgment } from '#lib/server/usecases/submit-judgment.ts';
import type { GoldFeedback } from '#lib/server/usecases/submit-judgment.ts';
import type { BankQuestion } from '../../drizzle/seed/bank/questions.ts';
import { bankCredit, bankQuestions } from '../../drizzle/seed/bank/scenario.ts';
import { seedDemo } from '../../drizzle/seed/main.ts';
import { actorOf, freshInstallation } from '../support/installation.ts';
import type { Installation } from '../support/installation.ts';
import { valueOf } from '../support/world.ts';

type Told = { task: ClaimedTask; who: string; purpose: string; feedback: GoldFeedback | undefined };

/** Words, and signs where no words are parted. */
const LENGTH = { en: (text: string) => text.split(/\s+/).length, zh: (text: string) => [...text].length };
const BOUNDS = { en: [40, 110], zh: [90, 200] } as const;
const SLUG = { en: 'bank-credit', zh: 'bank-credit-zh' };

const median = (values: readonly number[]): number => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
const share = (values: readonly boolean[]): number => values.filter(Boolean).length / values.length;
const textOf = (side: { messages: { content: unknown }[] } | null | undefined) => String(side?.messages[0]?.content);

let demo: Installation;
beforeAll(async () => {
	demo = await freshInstallation();
	await seedDemo(demo.app);
});
afterAll(() => demo.close());

/** Three officers in turn, who know which answer is sound, until nothing is left. */
async function judgeAll(slug: string, sound: ReadonlySet<string>): Promise<Told[]> {
	const officers: { name: string; actor: Actor }[] = [];
	for (const { name, role, token } of await demo.accounts()) if (role === 'annotator') officers.push({ name, actor: await actorOf(demo.app, token) });
	const told: Told[] = [];
	for (let idle = 0, turn = 0; idle < officers.length; turn++) {
		const { name, actor } = officers[turn % officers.length] as (typeof officers)[number];
		const task = valueOf(await claimTask(demo.app, actor, { slug }));
		idle = task ? 0 : idle + 1;
		if (!task) continue;
		const leftIsSound = sound.has(textOf(task.left));
		const [verdict, accuracy] = task.mode === 'pair' ? ([leftIsSound ? 'left' : 'right', leftIsSound ? 'left' : 'right'] as const) : ([leftIsSound ? 'good' : 'bad', leftIsSound ? 'good' : 'bad'] as const);
		const { feedback } = valueOf(
			await submitJudgment(demo.app, actor, { taskId: task.taskId, leaseToken: task.leaseToken, verdict, criteria: { accuracy }, ...(task.mode === 'pair' ? { strength: 'clearly' } : {}) })
		);
		const [row] = await demo.query<{ purpose: string }>(`select purpose from tasks where id = '${task.taskId}'`);
		told.push({ task, who: name, purpose: row?.purpose ?? '', feedback });
	}
	return told;
}

describe.each(['en', 'zh'] as const)('the bank’s questions (%s)', (language) => {
	const slug = SLUG[language];
	let questions: { pair: BankQuestion[]; single: BankQuestion[] };
	let all: BankQuestion[];
	beforeAll(async () => {
		questions = await bankQuestions(language);
		all = [...questions.pair, ...questions.single];
	});

	it('are enough, of both modes, each with a fault that has a label', async () => {
		const { form } = await bankCredit(language);
		expect(questions.pair.length).toBeGreaterThanOrEqual(12);
		expect(questions.single.length).toBeGreaterThanOrEqual(12);
		expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
		expect(new Set(all.map(({ question }) => question)).size).toBe(all.length);
		for (const { id, sound, faulty, fault, gold } of all) {
			expect(faulty === undefined || form?.spans.some(({ key }) => key === fault), id).toBe(true);
			expect((sound !== undefined && faulty !== undefined) || gold !== undefined, id).toBe(true);
			for (const text of [sound, faulty]) {
				if (text === undefined) continue;
				expect(LENGTH[language](text), id).toBeGreaterThanOrEqual(BOUNDS[language][0]);
				expect(LENGTH[language](text), id).toBeLessThanOrEqual(BOUNDS[language][1]);
			}
		}
	});

	it('tell nothing by their length', () => {
		const lengths = (of: (question: BankQuestion) => string | undefined) => all.flatMap((question) => of(question) ?? []).map((text) => text.length);
		const kinds = ['over_commitment', 'wrong_rule', 'vague'].map((fault) => lengths((question) => (question.fault === fault ? question.faulty : undefined)));
		const sound = median(lengths((question) => question.sound));
		for (const kind of [lengths((question) => question.faulty), ...kinds]) {
			expect(median(kind) / sound).toBeGreaterThan(0.85);
			expect(median(kind) / sound).toBeLessThan(1.15);
		}
		const both = all.filter(({ sound: one, faulty }) => one !== undefined && faulty !== undefined);
		const longer = share(both.map(({ sound: one, faulty }) => (one ?? '').length > (faulty ?? '').length));
		expect(longer).toBeGreaterThan(0.3);
		expect(longer).toBeLessThan(0.7);
	});

	it('come with criteria whose help leads to headings that the guideline has', async () => {
		const { form, guideline } = await bankCredit(language);
		const names = headingNames([...guideline.matchAll(/^#+ (.+)$/gm)].map((found) => found[1] ?? ''));
		const links = (form?.criteria ?? []).flatMap(({ help }) => helpPieces(help).flatMap(({ heading }) => heading ?? []));
		expect(links.length).toBeGreaterThanOrEqual(3);
		for (const link of links) expect(names).toContain(link);
	});

	it('wait in one queue, none of them for somebody who is not there', async () => {
		const found = await demo.query(`select c.mode, c.status, count(*)::int as n from comparisons c join projects p on p.id = c.project_id where p.slug = '${slug}' group by 1, 2 order by 1, 2`);
		expect(found).toEqual([
			{ mode: 'pair', status: 'gold', n: 3 },
			{ mode: 'pair', status: 'open', n: 11 },
			{ mode: 'single', status: 'gold', n: 3 },
			{ mode: 'single', status: 'open', n: 22 }
		]);
		const prompts = await demo.query(`select bool_and(p.language = '${language}') as told, count(p.matter)::int as matters, count(*) filter (where 'credit-risk' = any(p.requires))::int as skilled from prompts p join projects x on x.id = p.project_id where x.slug = '${slug}'`);
		expect(prompts).toEqual([{ told: true, matters: 6, skilled: 4 }]);
	});

	it('tell nothing by the order in which they were brought in', async () => {
		const sound = new Set(all.flatMap((question) => question.sound ?? []));
		const responses = await demo.query<{ text: string; prompt: string }>(
			`select t.messages->0->>'content' as text, r.prompt_id as prompt from responses r join response_texts t on t.response_id = r.id join prompts p on p.id = r.prompt_id join projects x on x.id = p.project_id where x.slug = '${slug}' order by r.id`
		);
		const first = [...Map.groupBy(responses, ({ prompt }) => prompt).values()].filter((two) => two.length === 2).map((two) => sound.has(two[0]?.text ?? ''));
		const asA = (
			await demo.query<{ a: string }>(
				`select t.messages->0->>'content' as a from comparisons c join response_texts t on t.response_id = c.response_a_id join projects x on x.id = c.project_id where x.slug = '${slug}' and c.mode = 'pair'`
			)
		).map(({ a }) => sound.has(a));
		expect(first).toHaveLength(25);
		// In the order of their hashes, and a and b by the project's seed: neither by which of them is sound.
		expect(share(first)).toBeGreaterThan(0.1);
		expect(share(first)).toBeLessThan(0.9);
		expect(new Set(asA).size).toBe(2);
	});

	it('are known where they are gold, a warm-up of both modes among them', async () => {
		const sound = new Set(all.flatMap((question) => question.sound ?? []));
		const gold = await demo.query<{ verdict: string; a: string; b: string | null; warm: boolean; mode: string }>(
			`select g.verdict, g.is_warm_up as warm, c.mode, a.messages->0->>'content' as a, b.messages->0->>'content' as b from gold_items g join comparisons c on c.id = g.comparison_id
				join response_texts a on a.response_id = c.response_a_id left join response_texts b on b.response_id = c.response_b_id join projects p on p.id = g.project_id where p.slug = '${slug}'`
		);
		expect(gold).toHaveLength(6);
		for (const { verdict, a, b } of gold) expect(verdict).toBe(b === null ? (sound.has(a) ? 'good' : 'bad') : sound.has(a) ? 'a' : 'b');
		const warm = gold.filter((item) => item.warm);
		expect(warm.map(({ verdict }) => (verdict === 'a' || verdict === 'b' ? 'pair' : verdict)).toSorted()).toEqual(['bad', 'good', 'pair']);
	});

	it('can all be judged by the demo’s people; a warm-up with what was right comes first, and no other word tells', async () => {
		const sound = new Set(all.flatMap((question) => question.sound ?? []));
		const told = await judgeAll(slug, sound);
		expect(await demo.query(`select c.status, count(*)::int as n from comparisons c join projects p on p.id = c.project_id where p.slug = '${slug}' and c.status <> 'gold' group by 1`)).toEqual([{ status: 'complete', n: 33 }]);
		for (const who of new Set(told.map((one) => one.who))) {
			const own = told.filter((one) => one.who === who);
			expect(own.slice(0, 3).map(({ purpose }) => purpose)).toEqual(['gold', 'gold', 'gold']);
			expect(own.map(({ feedback }) => feedback?.met)).toEqual([true, true, true, ...own.slice(3).map(() => undefined)]);
			for (const { feedback } of own.slice(0, 3)) expect(feedback?.explanation).toMatch(language === 'en' ? /\w+ \w+/ : /\p{Script=Han}{4}/u);
		}
		// Who knows the sound answer meets every item that was given unseen.
		const gold = await demo.query<{ right: boolean }>(`select j.verdict = g.verdict as right from gold_items g join judgments j on j.comparison_id = g.comparison_id and j.purpose = 'gold' join projects p on p.id = g.project_id where p.slug = '${slug}'`);
		expect(gold.length).toBeGreaterThanOrEqual(9);
		expect(gold.every(({ right }) => right)).toBe(true);
		const sides = told.filter(({ task, purpose }) => task.mode === 'pair' && purpose === 'counting').map(({ task }) => sound.has(textOf(task.left)));
		expect(share(sides)).toBeGreaterThan(0.3);
		expect(share(sides)).toBeLessThan(0.7);
		// What goes with the texts has one shape and says nothing of them: ids and tokens are drawn.
		for (const { task } of told) {
			const { guideline, form, prompt, left, right, taskId, leaseToken, leaseExpiresAt, mode, ...rest } = task;
			expect(rest).toEqual({ draft: null });
			expect([guideline?.version, form?.version, prompt.messages.length, left.messages.length, right === null ? 'single' : 'pair']).toEqual([1, 1, 2, 1, mode]);
			expect([taskId, leaseToken, leaseExpiresAt].every((text) => text.length >= 24)).toBe(true);
			for (const message of [...prompt.messages, ...left.messages, ...(right?.messages ?? [])]) expect(Object.keys(message).toSorted()).toEqual(['content', 'role']);
		}
		expect(told.every(({ task }) => task.form?.form.strength && task.form.form.criteria.length === 4)).toBe(true);
	});

	it('become training rows of both labels, without what was gold', async () => {
		const engineer = (await demo.accounts()).find(({ role }) => role === 'engineer');
		const { rows, id } = valueOf(await freezeSnapshot(demo.app, await actorOf(demo.app, engineer?.token ?? ''), { slug, objective: 'kto', rule: {} }));
		// 11 pairs give two rows each, 22 answers alone one.
		expect(rows.train + rows.dev + rows.test).toBe(44);
		expect(await demo.query(`select count(*)::int as n from snapshot_judgments s join judgments j on j.id = s.judgment_id where s.snapshot_id = '${id}' and s.disposition = 'used' and j.purpose <> 'counting'`)).toEqual([{ n: 0 }]);
	});
});
