import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import { sql } from 'drizzle-orm';
import { connect } from '#lib/server/db/client.ts';
import { rowsOf } from '#lib/server/db/rows.ts';
import { recordProblems } from '../support/record.ts';
import { freshProfile, removeProfiles, startBrowser } from './browser-process.ts';
import { account, api } from './people.ts';

/**
 * Two people race on the same pairs in browsers of their own, one of them on two devices; the other's
 * browser is killed while a reason is half typed, twice. Nothing is lost, nothing is there twice.
 */
const SLUG = 'e2e-racing';
const COMPARISONS = 30;
const PATH = `/projects/${SLUG}/compare`;
const [admin, ann, bob] = [account('admin'), account('annotator', 0), account('annotator', 1)];
const { db, close } = connect(process.env['PLUMBLINE_E2E_DATABASE'] ?? '', { poolSize: 2, applicationName: 'e2e-racing' });
const ids: { project: string; ann: string; bob: string } = { project: '', ann: '', bob: '' };
type Draft = { body: { rationale: string } } | null;

test.beforeAll(async ({ request }) => {
	ids.project = (await api<{ id: string }>(request, admin, 'POST', '/projects', { slug: SLUG, name: 'Race', overlap: 2 })).body.id;
	for (const [name, who] of [['ann', ann], ['bob', bob]] as const) {
		ids[name] = (await api<{ id: string }>(request, who, 'GET', '/me')).body.id;
		expect((await api(request, admin, 'PUT', `/projects/${SLUG}/members/${ids[name]}`, { role: 'annotator' })).status).toBe(200);
	}
	const rows = Array.from({ length: COMPARISONS }, (_, i) => JSON.stringify({ messages: [{ role: 'user', content: `May I sublet flat ${i}?` }], responses: [`Only with consent under clause ${i}.`, `Of course, flat ${i} is yours.`] }));
	const sent = await request.post(`${process.env['PLUMBLINE_E2E_URL']}/api/v1/projects/${SLUG}/imports?format=jsonl`, { headers: { authorization: `Bearer ${admin.token}` }, data: rows.join('\n') });
	expect(sent.status()).toBe(201);
});
test.afterAll(async () => {
	await close();
	await removeProfiles();
});

const shown = (page: Page) => page.locator('article[data-task]:not([inert])');
/** The pair on the desk; null: there is none now. */
const taskOn = async (page: Page): Promise<string | null> => ((await shown(page).count()) === 0 ? null : shown(page).getAttribute('data-task', { timeout: 2_000 }).catch(() => null));
/** A pair by its words: another device is given it as another task. */
const questionOn = (page: Page): Promise<string> => shown(page).locator('ol').first().innerText();
const over = (page: Page) => page.getByRole('heading', { name: /^(All done for now|Nothing to judge right now)$/u });

/** Judges the pair on the desk with a key; a key within the first moment of a pair judges nothing, so it is pressed until it does. */
async function judge(page: Page, key: string): Promise<string | null> {
	const task = await taskOn(page);
	if (task === null) return null;
	await expect(async () => {
		if ((await taskOn(page)) === task) await page.keyboard.press(key);
		expect(await taskOn(page)).not.toBe(task);
	}).toPass({ intervals: [20], timeout: 20_000 });
	return task;
}

/** Judges as fast as the keys go, until the desk says that there is nothing left or `enough` pairs are done. Gives their tasks. */
async function race(page: Page, enough = Number.POSITIVE_INFINITY): Promise<string[]> {
	const judged: string[] = [];
	while (judged.length < enough) {
		await expect(shown(page).or(over(page)).first()).toBeVisible();
		if (await over(page).isVisible()) break;
		const task = await judge(page, String(1 + (judged.length % 4)));
		if (task !== null) judged.push(task);
	}
	return judged;
}

const countOf = async (text: ReturnType<typeof sql>): Promise<number> => (await rowsOf<{ n: number }>(db, text))[0]?.n ?? -1;
/** What this device keeps of a half-typed reason. */
const keptHere = (page: Page, task: string) =>
	page.evaluate(
		(id) =>
			new Promise<string>((resolve) => {
				const opened = indexedDB.open('plumbline');
				opened.onsuccess = () => {
					const store = opened.result.transaction('drafts').objectStore('drafts');
					const all = store.getAllKeys();
					all.onsuccess = () => {
						const key = all.result.find((one) => String(one).endsWith(`/${id}`));
						if (key === undefined) return resolve('');
						const found = store.get(key);
						found.onsuccess = () => resolve((found.result as { text?: string }).text ?? '');
					};
				};
			}),
		task
	);

test('two people race; one is killed in the middle of a word, and goes on where they were', async ({ request, launchOptions }) => {
	test.setTimeout(300_000);
	const [profile, ...rest] = [await freshProfile(), await freshProfile(), await freshProfile()];
	const [first, laptop, phone] = await Promise.all([startBrowser(profile, bob, PATH, launchOptions), ...rest.map((dir) => startBrowser(dir, ann, PATH, launchOptions))]);
	if (!first || !laptop || !phone) throw new Error('no browser');

	const anns = Promise.all([race(laptop.page), race(phone.page)]);
	// An error there is looked at below; until then it must not end the process.
	anns.catch(() => undefined);
	const bobs = await race(first.page, 6);
	await expect(shown(first.page)).toBeVisible();
	const task = (await taskOn(first.page)) ?? '';
	const question = await questionOn(first.page);
	const [begun, middle] = ['Clause 7 asks for ', 'the landlord’s consent, 须经书面同意'];
	await first.page.keyboard.press('r');
	await first.page.keyboard.type(begun);
	await expect.poll(async () => (await api<Draft>(request, bob, 'GET', `/tasks/${task}/draft`)).body?.body.rationale).toBe(begun);
	// Typing goes on while the process dies.
	const typing = first.page.keyboard.type(middle.repeat(20)).catch(() => undefined);
	await expect.poll(async () => (await keptHere(first.page, task)).length).toBeGreaterThan(begun.length + 3);
	const kept = await keptHere(first.page, task);
	await first.kill();
	await typing;

	const again = await startBrowser(profile, bob, PATH, launchOptions);
	await expect(shown(again.page)).toHaveAttribute('data-task', task);
	const field = again.page.locator('#rationale');
	await expect(field).toHaveValue(new RegExp(`^${kept}`, 'u'));
	const restored = await field.inputValue();
	expect(`${begun}${middle.repeat(20)}`.startsWith(restored), restored).toBe(true);
	await field.press('End');
	await again.page.keyboard.type(' — noted');
	const noted = `${restored} — noted`;
	await expect.poll(async () => (await api<Draft>(request, bob, 'GET', `/tasks/${task}/draft`)).body?.body.rationale).toBe(noted);
	await again.kill();

	// Another computer knows nothing but what the server keeps.
	const elsewhere = await startBrowser(await freshProfile(), bob, PATH, launchOptions);
	const other = elsewhere.page.locator('#rationale');
	await expect(other).toHaveValue(noted);
	expect(await questionOn(elsewhere.page)).toBe(question);
	await other.press('End');
	await elsewhere.page.keyboard.type(', done.');
	await other.press('Control+Enter');
	bobs.push((await judge(elsewhere.page, '3')) ?? '');
	bobs.push(...(await race(elsewhere.page)));
	const judged = [...(await anns).flat(), ...bobs];

	// What a desk says it has done may still be on its way.
	await expect.poll(() => countOf(sql`select count(*)::int as n from comparisons where project_id = ${ids.project} and status = 'complete'`)).toBe(COMPARISONS);
	await expect.poll(() => countOf(sql`select count(*)::int as n from judgments where project_id = ${ids.project}`)).toBe(2 * COMPARISONS);
	for (const browser of [laptop, phone, elsewhere]) await browser.close();

	expect(await recordProblems({ app: { db } }, ids.project)).toEqual([]);
	const shares = await rowsOf<{ annotator_id: string; n: number }>(
		db,
		sql`select s.annotator_id, count(distinct s.comparison_id)::int as n from slots s join comparisons c on c.id = s.comparison_id join judgments j on j.id = s.judgment_id and j.judge_user_id = s.annotator_id
			where c.project_id = ${ids.project} group by 1`
	);
	expect(Object.fromEntries(shares.map(({ annotator_id, n }) => [annotator_id, n])), 'exactly N that count, each person once').toEqual({ [ids.ann]: COMPARISONS, [ids.bob]: COMPARISONS });
	// Each pair that a desk showed as judged has its judgment, whichever device of that person sent it.
	const lost = await rowsOf<{ id: string }>(
		db,
		sql`select t.id from tasks t where t.id in (${sql.join(judged.map((id) => sql`${id}::uuid`), sql`, `)})
			and not exists (select 1 from judgments j where j.comparison_id = t.comparison_id and j.judge_user_id = t.annotator_id)`
	);
	expect(lost).toEqual([]);
	expect(await rowsOf(db, sql`select jt.rationale, j.verdict, j.judge_user_id from judgments j join judgment_texts jt on jt.judgment_id = j.id where j.project_id = ${ids.project}`)).toEqual([{ rationale: `${noted}, done.`, verdict: 'tie', judge_user_id: ids.bob }]);
	expect(await countOf(sql`select count(*)::int as n from drafts d join tasks t on t.id = d.task_id where t.project_id = ${ids.project}`)).toBe(0);
});
