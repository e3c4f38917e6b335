import { expect, test } from '@playwright/test';
import { startChatServer } from '../support/chat-server.ts';
import type { ChatServer } from '../support/chat-server.ts';
import { accessible, account, api, signedIn } from './people.ts';

const SLUG = `asked-${Date.now().toString(36)}`;
const KEY = 'sk-canary-browser';
let server: ChatServer;

test.beforeAll(async ({ playwright }) => {
	server = await startChatServer(({ question, seed }) => `Yes, by clause ${seed}: ${question}`);
	const request = await playwright.request.newContext();
	expect((await api(request, account('admin'), 'POST', '/projects', { slug: SLUG, name: 'Asked', overlap: 1 })).status).toBe(201);
	const rows = Array.from({ length: 4 }, (_, i) => JSON.stringify({ prompt: `May the tenant leave, case ${i}?` })).join('\n');
	await request.post(`${process.env['PLUMBLINE_E2E_URL'] ?? ''}/api/v1/projects/${SLUG}/imports`, { headers: { authorization: `Bearer ${account('admin').token}`, 'content-type': 'application/x-ndjson' }, data: rows });
	await request.dispose();
});
test.afterAll(() => server.close());

for (const [width, locale, words] of [
	[1440, 'en', { add: 'Add', name: 'Name', address: 'Address', model: 'Model', key: 'Key', stored: 'key stored', samples: 'Answers each', comes: '4 prompts · 8 answers · up to 4 to judge', start: 'Start', waiting: '4 waiting to be judged' }],
	[390, 'zh', { add: '添加', name: '名称', address: '地址', model: '模型', key: '密钥', stored: '已存密钥', samples: '每个模型回答几次', comes: '4 道题目 · 8 个回答 · 最多 4 项待评判', start: '开始', waiting: '4 项等待评判' }]
] as const) {
	test(`an owner adds a model, has it answer, and finds pairs waiting (${locale}, ${width} px)`, async ({ browser }) => {
		const { context, page } = await signedIn(browser, account('admin'), { path: `/projects/${SLUG}/endpoints`, width, locale });
		const form = page.locator('section form');
		await form.getByLabel(words.name, { exact: true }).fill(`house-${locale}`);
		await form.getByLabel(words.address, { exact: true }).fill(server.baseUrl);
		await form.getByLabel(words.model, { exact: true }).fill(`vendor/small-${locale}`);
		await form.getByLabel(words.key).fill(KEY);
		await form.getByRole('button', { name: words.add }).click();
		await expect(page.getByText(words.stored).first()).toBeVisible();
		expect(await page.content()).not.toContain(KEY);
		await accessible(page);

		await page.goto(`/projects/${SLUG}/generations`);
		await page.getByRole('checkbox', { name: new RegExp(`house-${locale}`) }).check();
		await page.locator('input[type=checkbox]:checked').last().waitFor();
		if (locale === 'zh') await page.getByRole('checkbox', { name: '只要还没有任何回答的题目' }).uncheck();
		await page.getByLabel(words.samples).fill('2');
		await expect(page.getByText(words.comes)).toBeVisible();
		await accessible(page);
		expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true);
		await page.getByRole('button', { name: words.start }).click();
		await expect(page.getByText(words.waiting)).toBeVisible({ timeout: 30_000 });
		await accessible(page);
		expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true);
		await context.close();
	});
}
