import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import { accessible, account, api, signedIn } from './people.ts';

/** What a judge does on the desk besides the verdict: marks, drafts, bookmarks, rewrites, and one answer alone; with the keyboard, in both languages, wide and narrow. */
test.describe.configure({ mode: 'serial' });

const [PAIRS, ALONE] = ['e2e-desk', 'e2e-alone'];
const [admin, anna] = [account('admin'), account('annotator', 2)];
const WORDS = {
	en: { marked: 'Marked in this answer', note: 'Note on this mark', bookmark: 'Bookmark', bookmarkNote: 'Note to your bookmark', rewritten: 'Rewritten', field: 'The answer as it should be', good: 'Good', appetite: 'Still needed: Appetite', right: 'Right', unsent: '1 not yet sent', between: 'Something on the way answered instead of the server', open: 'Open in a new tab' },
	zh: { marked: '本回答中的标记', note: '此标记的备注', bookmark: '收藏', bookmarkNote: '收藏备注', rewritten: '已改写', field: '应有的回答', good: '合格', appetite: '还需填写：Appetite', right: '右', unsent: '1 条未发出', between: '途中有其他页面代替服务器作答', open: '在新标签页打开' }
} as const;
type Judgments = { judgments: { id: string; rationale: string | null; bookmarked: boolean; bookmarkNote: string | null }[] };
type Draft = { body: { rationale: string; spans: unknown[] }; revision: number } | null;

test.beforeAll(async ({ request }) => {
	const me = await api<{ id: string }>(request, anna, 'GET', '/me');
	const rows = {
		[PAIRS]: Array.from({ length: 12 }, (_, i) => ({ messages: [{ role: 'user', content: `May I be evicted in case ${i}?` }], responses: [`You will **certainly** win [case ${i}](https://law.example/and).`, `It **depends** on the deposit in case ${i}. 押金须受保护。`] })),
		[ALONE]: Array.from({ length: 8 }, (_, i) => ({ prompt: `Is loan ${i} within appetite?`, completion: `Loan ${i} is, *subject to* review.` }))
	};
	const criteria = { [PAIRS]: [], [ALONE]: [{ key: 'appetite', name: 'Appetite', required: true }] };
	for (const slug of [PAIRS, ALONE]) {
		expect((await api(request, admin, 'POST', '/projects', { slug, name: slug, overlap: 1 })).status).toBe(201);
		expect((await api(request, admin, 'PUT', `/projects/${slug}/members/${me.body.id}`, { role: 'annotator' })).status).toBe(200);
		expect((await api(request, admin, 'PUT', `/projects/${slug}/form`, { strength: true, criteria: criteria[slug], spans: [{ key: 'law', name: 'Wrong law' }, { key: 'vague', name: 'Vague' }], rewrite: true })).status).toBe(200);
		const sent = await request.post(`${process.env['PLUMBLINE_E2E_URL']}/api/v1/projects/${slug}/imports?format=jsonl`, { headers: { authorization: `Bearer ${admin.token}` }, data: (rows[slug] ?? []).map((row) => JSON.stringify(row)).join('\n') });
		expect(sent.status()).toBe(201);
	}
});

const shown = (page: Page) => page.locator('article:visible');
/** A pair must have been on the screen for a moment before a key judges it. */
const look = (page: Page) => page.waitForTimeout(400);

for (const [locale, width] of [['en', 1440], ['zh', 390]] as const) {
	const words = WORDS[locale];

	test(`words are marked with the keyboard alone, at ${width} px in ${locale}`, async ({ browser, request }) => {
		const { context, page } = await signedIn(browser, anna, { locale, width, path: `/projects/${PAIRS}/compare` });
		await expect(shown(page)).toBeVisible();
		const task = await shown(page).getAttribute('data-task');
		await look(page);
		await page.keyboard.press('a');
		await page.keyboard.press('ArrowRight');
		await page.keyboard.press('Shift+ArrowRight');
		await expect(page.getByRole('toolbar')).toBeVisible();
		// Without the toolbar the same key would be a verdict.
		await page.keyboard.press('2');
		const list = page.getByRole('list', { name: words.marked });
		await expect(list.getByRole('listitem')).toHaveCount(1);
		await expect(list).toContainText('Vague');
		// Its note: composed text ends nothing, Enter goes back to the words.
		await page.keyboard.press('n');
		const note = page.getByRole('group', { name: words.note }).getByRole('textbox');
		await expect(note).toBeFocused();
		await page.keyboard.type('Which clause? 12');
		await note.dispatchEvent('keydown', { key: 'Enter', keyCode: 229 });
		await expect(note).toBeFocused();
		await accessible(page);
		await page.keyboard.press('Enter');
		await expect(list).toContainText('Which clause? 12');
		await expect(page.getByRole('application')).toBeFocused();
		await page.keyboard.press('Escape');
		expect(await shown(page).getAttribute('data-task')).toBe(task);
		await accessible(page);
		// Drawn over the page as set, as written, and laid against the other.
		const drawn = () => page.evaluate(() => [...(CSS.highlights.get('plumbline-mark') ?? [])].map(String).join(' ').replace(/[\s*]+/gu, ' '));
		const marked = await drawn();
		expect(marked.split(' ').length).toBeGreaterThan(1);
		for (const key of ['m', 'm', 'd', 'd']) {
			await page.keyboard.press(key);
			await expect.poll(drawn).toBe(marked);
		}
		await page.reload();
		await expect(list.getByRole('listitem')).toHaveCount(1);
		await expect(list).toContainText('Which clause? 12');
		await expect.poll(drawn).toBe(marked);
		await list.getByRole('button').first().press('Delete');
		await expect(list).toBeHidden();
		await page.keyboard.press('a');
		await page.keyboard.press('1');
		await page.keyboard.press('Escape');
		await look(page);
		await page.keyboard.press('1');
		await expect(shown(page)).not.toHaveAttribute('data-task', task ?? '');
		// It is on its way when the next pair stands there.
		const newest = async () => {
			const { judgments } = (await api<Judgments>(request, anna, 'GET', `/projects/${PAIRS}/judgments?limit=1`)).body;
			return judgments[0] ? JSON.stringify((await api(request, anna, 'GET', `/judgments/${judgments[0].id}`)).body) : '';
		};
		await expect.poll(newest).toContain('"label":"law"');
		await context.close();
	});

	test(`nothing fires while Chinese is composed, at ${width} px in ${locale}`, async ({ browser }) => {
		const { context, page } = await signedIn(browser, anna, { locale, width, path: `/projects/${PAIRS}/compare` });
		await expect(shown(page)).toBeVisible();
		const task = await shown(page).getAttribute('data-task');
		await look(page);
		await page.evaluate(() => {
			for (const key of ['1', '2', 'a', 'b', 'c', 's', 'r', '5']) {
				document.body.dispatchEvent(new KeyboardEvent('keydown', { key, isComposing: true, bubbles: true, cancelable: true }));
				document.body.dispatchEvent(new KeyboardEvent('keydown', { key, keyCode: 229, bubbles: true, cancelable: true }));
			}
		});
		await page.waitForTimeout(300);
		expect(await shown(page).getAttribute('data-task')).toBe(task);
		await expect(page.getByRole('dialog')).toBeHidden();
		await expect(page.getByRole('toolbar')).toBeHidden();
		await context.close();
	});

	test(`keys struck before what they open has arrived judge nothing, at ${width} px in ${locale}`, async ({ browser }) => {
		const { context, page } = await signedIn(browser, anna, { locale, width, path: '/' });
		let go = (): void => undefined;
		const slow = new Promise<void>((arrived) => (go = arrived));
		await page.goto(`/projects/${PAIRS}/compare`);
		await expect(shown(page)).toBeVisible();
		const task = await shown(page).getAttribute('data-task');
		await page.waitForLoadState('networkidle');
		await page.route('**/*.js', (route) => slow.then(() => route.continue()));
		await look(page);
		await page.keyboard.press('?');
		for (const key of ['1', '2']) await page.keyboard.press(key);
		go();
		await expect(page.getByRole('dialog')).toBeVisible();
		expect(await shown(page).getAttribute('data-task')).toBe(task);
		await context.close();
	});

	test(`a draft goes on in another browser, at ${width} px in ${locale}`, async ({ browser, request }) => {
		const first = await signedIn(browser, anna, { locale, width, path: `/projects/${PAIRS}/compare` });
		await expect(shown(first.page)).toBeVisible();
		const question = await shown(first.page).locator('ol').first().innerText();
		const task = await shown(first.page).getAttribute('data-task');
		await look(first.page);
		await first.page.keyboard.press('r');
		await first.page.keyboard.type(`Begun in ${locale}`);
		await expect.poll(async () => (await api<Draft>(request, anna, 'GET', `/tasks/${task ?? ''}/draft`)).body?.body.rationale).toBe(`Begun in ${locale}`);

		const other = await signedIn(browser, anna, { locale, width, path: `/projects/${PAIRS}/compare` });
		await expect(other.page.locator('#rationale')).toHaveValue(`Begun in ${locale}`);
		expect(await shown(other.page).locator('ol').first().innerText()).toBe(question);
		await other.page.locator('#rationale').press('End');
		await other.page.keyboard.type(', done elsewhere');
		await other.page.locator('#rationale').press('Control+Enter');
		await look(other.page);
		await other.page.keyboard.press('3');
		await expect.poll(async () => (await api<Judgments>(request, anna, 'GET', `/projects/${PAIRS}/judgments?limit=1`)).body.judgments[0]?.rationale).toBe(`Begun in ${locale}, done elsewhere`);
		expect((await api<Draft>(request, anna, 'GET', `/tasks/${task ?? ''}/draft`)).status).toBe(204);
		await first.context.close();
		await other.context.close();
	});

	test(`a pair is bookmarked and an answer rewritten, at ${width} px in ${locale}`, async ({ browser, request }) => {
		const { context, page } = await signedIn(browser, anna, { locale, width, path: `/projects/${PAIRS}/compare` });
		await expect(shown(page)).toBeVisible();
		const task = await shown(page).getAttribute('data-task');
		await look(page);
		await page.keyboard.press('b');
		await expect(page.getByRole('button', { name: words.bookmark })).toHaveAttribute('aria-pressed', 'true');
		// Its note takes the cursor only when it is asked for.
		await expect(page.getByRole('textbox', { name: words.bookmarkNote })).toBeVisible();
		await page.keyboard.press('n');
		await page.keyboard.type(`Ask Li, in ${locale}`);
		await accessible(page);
		await page.keyboard.press('Enter');
		await expect(page.getByRole('textbox', { name: words.bookmarkNote })).toBeHidden();
		await page.keyboard.press('c');
		await page.getByLabel(words.field).press('Control+End');
		await page.keyboard.type(' Unless the notice was late.');
		await expect(page.locator('.difference mark')).toContainText('Unless the notice was late');
		await accessible(page);
		await page.keyboard.press('Control+Enter');
		await expect(page.getByRole('button', { name: words.rewritten })).toHaveAttribute('aria-pressed', 'true');
		expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
		await page.keyboard.press('4');
		await expect(shown(page)).not.toHaveAttribute('data-task', task ?? '');
		await expect.poll(async () => (await api<Judgments>(request, anna, 'GET', `/projects/${PAIRS}/judgments?limit=1`)).body.judgments[0]?.bookmarkNote).toBe(`Ask Li, in ${locale}`);
		const { judgments } = (await api<Judgments>(request, anna, 'GET', `/projects/${PAIRS}/judgments?limit=1`)).body;
		expect(JSON.stringify((await api(request, anna, 'GET', `/judgments/${judgments[0]?.id ?? ''}`)).body)).toContain('Unless the notice was late.');
		await context.close();
	});

	test(`a page that answers in the server’s place takes no judgment, at ${width} px in ${locale}`, async ({ browser, request }) => {
		const { context, page } = await signedIn(browser, anna, { locale, width, path: `/projects/${PAIRS}/compare` });
		await expect(shown(page)).toBeVisible();
		const newest = async () => (await api<Judgments>(request, anna, 'GET', `/projects/${PAIRS}/judgments?limit=1`)).body.judgments[0]?.id;
		const before = await newest();
		let between = true;
		await page.route('**/api/v1/tasks/*/judgment', (route) => (between ? route.fulfill({ status: 200, contentType: 'text/html', body: '<title>Sign in to the network</title>' }) : route.continue()));
		await look(page);
		await page.keyboard.press('3');
		const unsent = page.getByRole('button', { name: words.unsent });
		await unsent.click();
		await expect(page.getByRole('dialog').getByText(words.between)).toBeVisible();
		await expect(page.getByRole('link', { name: words.open })).toHaveAttribute('target', '_blank');
		await accessible(page);
		expect(await newest()).toBe(before);
		between = false;
		await expect.poll(newest, { timeout: 70_000 }).not.toBe(before);
		await expect(unsent).toBeHidden();
		await context.close();
	});

	test(`one answer is judged alone, at ${width} px in ${locale}`, async ({ browser, request }) => {
		const { context, page } = await signedIn(browser, anna, { locale, width, path: `/projects/${ALONE}/compare` });
		await expect(shown(page)).toBeVisible();
		await expect(shown(page).locator('[data-side]')).toHaveCount(1);
		const task = await shown(page).getAttribute('data-task');
		await look(page);
		await page.keyboard.press('3');
		await page.keyboard.press('1');
		await expect(page.getByText(words.appetite)).toBeVisible();
		await accessible(page);
		await page.keyboard.press('q');
		await page.keyboard.press('1');
		await expect(shown(page)).not.toHaveAttribute('data-task', task ?? '');
		await page.keyboard.press('u');
		const verdicts = page.locator('[aria-keyshortcuts="1"]');
		await expect(verdicts).toHaveText(new RegExp(words.good, 'u'));
		await expect(verdicts).toHaveAttribute('aria-pressed', 'true');
		await look(page);
		await page.keyboard.press('2');
		await expect.poll(async () => JSON.stringify((await api(request, anna, 'GET', `/projects/${ALONE}/judgments?limit=1`)).body)).toContain('"verdict":"bad"');
		await context.close();
	});
}
