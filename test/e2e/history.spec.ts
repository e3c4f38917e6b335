import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { accessible, account, api, signedIn } from './people.ts';

/** Who judged comes back: finds a judgment, corrects it, takes the record away; and learns once what changed in the guideline. */
test.describe.configure({ mode: 'serial' });

const SLUG = 'e2e-history';
const [admin, anna] = [account('admin'), account('annotator', 2)];
type Line = { id: string; question: string; verdict: string; shown: { verdict: string } };
/** What was judged, in its order: the queue's order is drawn for each project. */
const asked: string[] = [];
type Claimed = { taskId: string; leaseToken: string; prompt: { messages: { content: string }[] } };

test.beforeAll(async ({ request }) => {
	const send = async <T>(who: typeof admin, method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown, status = 201) => {
		const answer = await api<T>(request, who, method, path, body);
		expect(answer.status, path).toBe(status);
		return answer.body;
	};
	await send(admin, 'POST', '/projects', { slug: SLUG, name: 'Looked at again', overlap: 1 });
	const me = await send<{ id: string }>(anna, 'GET', '/me', undefined, 200);
	await send(admin, 'PUT', `/projects/${SLUG}/members/${me.id}`, { role: 'annotator' }, 200);
	await send(admin, 'PUT', `/projects/${SLUG}/guideline`, { body: '# How to judge\n\nPrefer the careful answer.\n\n## Two faults\n\nOver-commitment and vagueness.' }, 200);
	await send(admin, 'PUT', `/projects/${SLUG}/form`, { criteria: [{ key: 'accuracy', name: 'Accuracy', help: 'See [the faults](#two-faults).' }], spans: [{ key: 'vague', name: 'Vague' }], rewrite: true }, 200);
	const rows = Array.from({ length: 40 }, (_, i) => JSON.stringify({ messages: [{ role: 'user', content: `May I sublet flat ${i}?` }], responses: [`Only with consent under clause ${i}.`, `Of course, flat ${i} is yours.`] }));
	const sent = await request.post(`${process.env['PLUMBLINE_E2E_URL']}/api/v1/projects/${SLUG}/imports?format=jsonl`, { headers: { authorization: `Bearer ${admin.token}` }, data: rows.join('\n') });
	expect(sent.status()).toBe(201);
	for (let i = 0; i < 36; i++) {
		const task = await send<Claimed>(anna, 'POST', `/projects/${SLUG}/tasks/claim`, {}, 200);
		asked.push(/flat \d+\?/.exec(task.prompt.messages[0]?.content ?? '')?.[0] ?? '');
		const rationale = i === 5 ? { rationale: 'It names the clause.' } : {};
		await send(anna, 'POST', `/tasks/${task.taskId}/judgment`, { leaseToken: task.leaseToken, verdict: i % 3 === 0 ? 'tie' : 'left', durationMs: 30_000, ...rationale });
	}
	await send(admin, 'POST', `/projects/${SLUG}/snapshots`, { objective: 'dpo' });
	await send(admin, 'PUT', `/projects/${SLUG}/guideline`, { body: '# How to judge\n\nPrefer the complete answer.\n\n## Two faults\n\nOver-commitment and vagueness.' }, 200);
});

const words = {
	en: { open: 'Correct it', title: 'Correct this judgment', check: 'Check and replace', dialog: 'Replace your judgment', marked: 'Marked in this answer', field: 'The answer as it should be', shown: 'Marked passages', mended: 'Rewritten answer', why: 'Why you correct it', send: 'Replace the judgment', needed: 'Say why: a snapshot was made since.', done: 'Corrected. This is the judgment that stands now.', said: 'What you said', record: 'Take my record away', csv: 'As a table (CSV)', changed: 'What changed', seen: 'I have seen it', search: 'Search in questions and your reasons' },
	zh: { open: '更正这条评判', title: '更正这条评判', check: '核对并取代', dialog: '取代原来的评判', marked: '本回答中的标记', field: '应有的回答', shown: '标出的段落', mended: '改写的回答', why: '更正原因', send: '以新评判取代', needed: '请说明原因：此后已生成快照。', done: '已更正。当前有效的是这一条。', said: '您的评判', record: '导出我的记录', csv: '表格（CSV）', changed: '查看改动', seen: '已知悉', search: '在问题和您的理由中搜索' }
} as const;

for (const [locale, width, index] of [['en', 1440, 10], ['zh', 390, 13]] as const) {
	const w = words[locale];
	test(`finds and corrects a judgment with the keyboard at ${width} px in ${locale}`, async ({ browser, request }) => {
		const question = asked[index] ?? '';
		const { context, page } = await signedIn(browser, anna, { locale, width, path: `/projects/${SLUG}/history` });
		await expect(page.getByRole('row')).toHaveCount(37);
		await accessible(page);
		await page.getByLabel(w.search).first().fill(question);
		await page.keyboard.press('Enter');
		const found = page.getByRole('link', { name: question });
		await expect(page.getByRole('row')).toHaveCount(2);
		await found.focus();
		await page.keyboard.press('Enter');
		await expect(page.getByRole('heading', { name: w.said })).toBeVisible();
		await accessible(page);
		expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);

		await page.getByRole('button', { name: w.open }).focus();
		await page.keyboard.press('Enter');
		await expect(page.getByRole('heading', { name: w.title })).toBeFocused();
		await expect(page.getByRole('button', { name: w.check })).toBeDisabled();
		// The same keys as on the desk: a verdict, a criterion, a mark, a rewrite.
		await page.keyboard.press('4');
		await page.keyboard.press('q');
		await page.keyboard.press('a');
		await page.keyboard.press('Shift+ArrowRight');
		await expect(page.getByRole('toolbar')).toBeVisible();
		await page.keyboard.press('1');
		await page.keyboard.press('Escape');
		await expect(page.getByRole('list', { name: w.marked }).getByRole('listitem')).toHaveCount(1);
		await page.keyboard.press('c');
		await page.getByLabel(w.field).press('Control+End');
		await page.keyboard.type(' 并说明期限。');
		await page.keyboard.press('Control+Enter');
		await accessible(page);
		// A closed tab loses nothing of it but the verdict.
		await page.reload();
		await page.getByRole('button', { name: w.open }).press('Enter');
		await expect(page.getByRole('list', { name: w.marked }).getByRole('listitem')).toHaveCount(1);
		await page.keyboard.press('4');
		await page.getByRole('button', { name: w.check }).press('Enter');
		await expect(page.getByRole('dialog', { name: w.dialog })).toBeVisible();
		// The round was frozen: without a reason nothing is sent, and what was changed is kept.
		await page.getByRole('textbox', { name: w.why }).press('Control+Enter');
		await expect(page.getByText(w.needed)).toBeVisible();
		await accessible(page);
		await page.getByRole('textbox', { name: w.why }).fill('Neither names the notice. 两者都没有提到通知。');
		await page.getByRole('button', { name: w.send }).press('Enter');
		await expect(page.getByText(w.done)).toBeVisible();
		await expect(page.getByText('Neither names the notice.')).toBeVisible();
		for (const name of [w.shown, w.mended]) await expect(page.getByText(name, { exact: true })).toBeVisible();
		await accessible(page);
		const listed = await api<{ judgments: Line[] }>(request, anna, 'GET', `/projects/${SLUG}/judgments?search=${encodeURIComponent(question)}`);
		expect(listed.body.judgments.map(({ shown }) => shown.verdict)[0]).toBe('both_bad');
		expect(listed.body.judgments).toHaveLength(2);
		await context.close();
	});

	test(`own figures and record at ${width} px in ${locale}`, async ({ browser }) => {
		const { context, page } = await signedIn(browser, anna, { locale, width, path: `/projects/${SLUG}/me` });
		await expect(page.locator('figure svg').first()).toBeVisible();
		await accessible(page);
		expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
		await page.goto(`/projects/${SLUG}/history`);
		const csv = page.getByRole('menuitem', { name: w.csv });
		// A key that comes before the page is alive opens nothing.
		await expect(async () => {
			await page.getByRole('button', { name: w.record }).focus();
			await page.keyboard.press('Enter');
			await expect(csv).toBeVisible({ timeout: 1000 });
		}).toPass();
		const [file] = await Promise.all([page.waitForEvent('download'), csv.press('Enter')]);
		expect(file.suggestedFilename()).toBe(`${SLUG}-judgments.csv`);
		const text = await readFile(await file.path(), 'utf8');
		expect(text.trim().split('\r\n').length).toBeGreaterThanOrEqual(37);
		await context.close();
	});
}

test('a record that the project does not let leave is refused on the page, which stays', async ({ browser, request }) => {
	const set = (actions: Record<string, string>) => api(request, admin, 'PUT', `/projects/${SLUG}/desensitisation`, { actions, onExport: 'refuse', words: [{ text: 'sublet' }] });
	expect((await set({ word: 'mask' })).status).toBe(200);
	const { context, page } = await signedIn(browser, anna, { locale: 'en', path: `/projects/${SLUG}/history` });
	await expect(async () => {
		await page.getByRole('button', { name: words.en.record }).press('Enter');
		await expect(page.getByRole('menuitem', { name: words.en.csv })).toBeVisible({ timeout: 1000 });
	}).toPass();
	await page.getByRole('menuitem', { name: words.en.csv }).press('Enter');
	await expect(page.getByRole('alert')).toContainText('The project refuses to let them leave');
	await expect(page.getByRole('heading', { name: 'My judgments' })).toBeVisible();
	await accessible(page);
	await context.close();
	expect((await set({})).status).toBe(200);
});

test('what changed in the guideline is said once, and a criterion leads to its heading', async ({ browser }) => {
	const { context, page } = await signedIn(browser, anna, { locale: 'en', path: `/projects/${SLUG}/compare` });
	await expect(page.locator('article:visible')).toBeVisible();
	await page.getByRole('button', { name: 'the faults' }).press('Enter');
	await expect(page.locator('#guideline-two-faults')).toBeFocused();
	await accessible(page);
	await page.getByRole('button', { name: words.en.changed }).press('Enter');
	const dialog = page.getByRole('dialog', { name: 'From version 1 to version 2' });
	await expect(dialog.locator('del')).toContainText('careful');
	await expect(dialog.locator('ins')).toContainText('complete');
	await accessible(page);
	await Promise.all([page.waitForResponse((response) => response.url().endsWith('/guideline/read') && response.status() === 204), dialog.getByRole('button', { name: words.en.seen }).press('Enter')]);
	await expect(page.getByRole('button', { name: words.en.changed })).toHaveCount(0);
	await context.close();

	// Another browser, another day.
	const again = await signedIn(browser, anna, { locale: 'zh', width: 390, path: `/projects/${SLUG}/compare` });
	await expect(again.page.locator('article:visible')).toBeVisible();
	await expect(again.page.getByRole('button', { name: words.zh.changed })).toHaveCount(0);
	await again.page.goto(`/projects/${SLUG}/guideline?version=2&since=1`);
	await expect(again.page.locator('ins')).toContainText('complete');
	await accessible(again.page);
	await again.context.close();
});

test('who reviews does not read what others said of a pair that they may still be given, and is told so', async ({ browser, request }) => {
	const reviewer = account('reviewer');
	const send = async <T>(who: typeof admin, method: 'GET' | 'POST' | 'PUT', path: string, body: unknown, status: number): Promise<T> => {
		const answer = await api<T>(request, who, method, path, body);
		expect(answer.status, path).toBe(status);
		return answer.body;
	};
	const { id } = await send<{ id: string }>(reviewer, 'GET', '/me', undefined, 200);
	await send(admin, 'PUT', `/projects/${SLUG}/members/${id}`, { role: 'reviewer' }, 200);
	const { judgments } = await send<{ judgments: Line[] }>(anna, 'GET', `/projects/${SLUG}/judgments?limit=1`, undefined, 200);
	const annas = judgments[0]?.id ?? '';
	const task = await send<Claimed>(reviewer, 'POST', `/projects/${SLUG}/tasks/claim`, {}, 200);
	const { judgmentId } = await send<{ judgmentId: string }>(reviewer, 'POST', `/tasks/${task.taskId}/judgment`, { leaseToken: task.leaseToken, verdict: 'left', durationMs: 30_000 }, 201);
	const { comparisonId } = await send<{ comparisonId: string }>(reviewer, 'GET', `/judgments/${judgmentId}`, undefined, 200);
	await send(admin, 'POST', `/comparisons/${comparisonId}/comments`, { body: 'Clause 9 decides.' }, 201);
	// Both pairs are open again.
	for (const one of [annas, judgmentId]) await send(admin, 'POST', `/judgments/${one}/void`, { reason: 'mistake' }, 200);
	for (const [locale, refused, left] of [['en', 'You may still be asked to judge this', 'Not shown yet: 1.'], ['zh', '这一对可能还要由您评判', '暂不显示的意见：1 条']] as const) {
		const { context, page } = await signedIn(browser, reviewer, { locale, path: `/projects/${SLUG}/history/${annas}` });
		await expect(page.getByRole('heading', { name: refused })).toBeVisible();
		await accessible(page);
		await page.goto(`/projects/${SLUG}/history/${judgmentId}`);
		await expect(page.locator('#comments')).toContainText(left);
		await expect(page.locator('#comments')).not.toContainText('Clause 9');
		await accessible(page);
		await context.close();
	}
});
