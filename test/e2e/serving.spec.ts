import { expect, test } from '@playwright/test';
import { startModelServer } from '../support/model-server.ts';
import type { ModelServer } from '../support/model-server.ts';
import { accessible, account, api, signedIn } from './people.ts';

const SLUG = `served-${Date.now().toString(36)}`;
let server: ModelServer;

test.beforeAll(async ({ playwright }) => {
	server = await startModelServer(() => ({ words: ['Yes.'] }));
	const request = await playwright.request.newContext();
	expect((await api(request, account('admin'), 'POST', '/projects', { slug: SLUG, name: 'Served', overlap: 1 })).status).toBe(201);
	for (const locale of ['en', 'zh']) expect((await api(request, account('admin'), 'POST', `/projects/${SLUG}/endpoints`, { name: `house-${locale}`, baseUrl: server.baseUrl, model: 'm' })).status).toBe(201);
	await request.dispose();
});
test.afterAll(() => server.kill());

for (const [width, locale, words] of [
	[1440, 'en', { endpoint: 'Model endpoint', deploy: 'Deploy', drain: 'Drain', draining: 'draining', end: 'End', app: 'Application', make: 'Make a key', key: 'The access key', done: 'I have kept it', people: 'Answers people, %', save: 'Save', keep: 'Keep questions and answers', draw: 'Draw prompts', drawn: 'Drawn: 0 disliked', wrong: '0 while there is no candidate' }],
	[390, 'zh', { endpoint: '模型接口', deploy: '部署', drain: '排空', draining: '排空中', end: '结束', app: '应用名称', make: '生成密钥', key: '访问密钥', done: '已妥善保存', people: '应答用户比例（%）', save: '保存', keep: '保留问题和回答', draw: '抽取题目', drawn: '已抽取：被踩 0 个', wrong: '没有候选模型时只能填 0' }]
] as const) {
	test(`an owner has a server serve a checkpoint, and gives an application a key (${locale}, ${width} px)`, async ({ browser }) => {
		const { context, page } = await signedIn(browser, account('admin'), { path: `/projects/${SLUG}/serving`, width, locale });
		const name = `house-${locale}`;
		await page.getByLabel(words.endpoint, { exact: true }).click();
		await page.getByRole('option', { name }).click();
		await page.getByRole('button', { name: words.deploy, exact: true }).click();
		const drain = page.getByRole('button', { name: `${words.drain} ${name}` });
		await drain.click();
		await expect(page.getByText(words.draining, { exact: true })).toBeVisible();

		await page.getByLabel(words.app, { exact: true }).fill(`letters ${locale}`);
		await page.getByRole('button', { name: words.make }).click();
		const shown = page.getByRole('textbox', { name: words.key });
		await expect(shown).toHaveValue(/^plb_/);
		// Another form that is sent meanwhile takes it away from nobody.
		await page.getByLabel(words.people).fill('10');
		await page.getByRole('button', { name: words.save, exact: true }).click();
		await expect(page.getByText(words.wrong)).toBeVisible();
		await expect(shown).toBeVisible();
		await page.getByRole('button', { name: words.done }).click();
		await expect(shown).toHaveCount(0);
		// What can be drawn is what is kept.
		await page.getByLabel(words.people).fill('0');
		await page.getByLabel(words.keep).check();
		await page.getByRole('button', { name: words.save, exact: true }).click();
		await page.getByRole('button', { name: words.draw }).click();
		await expect(page.getByText(words.drawn)).toBeVisible();
		await accessible(page);
		expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true);

		await page.getByRole('button', { name: `${words.end} ${name}` }).click();
		await page.getByRole('button', { name: `${words.end} ${name}` }).last().click();
		await expect(drain).toHaveCount(0);
		await context.close();
	});
}

for (const [width, locale, words] of [
	[1440, 'en', { name: 'Name', gpus: 'GPUs', start: 'Start a server', none: 'Choose at least one checkpoint.', waiting: 'waiting', end: 'End', log: 'It has said nothing yet.', playground: 'Playground', few: 'Two checkpoints that answer are needed' }],
	[390, 'zh', { name: '名称', gpus: 'GPU 数', start: '启动服务器', none: '请至少选择一个检查点。', waiting: '等待中', end: '结束', log: '还没有输出。', playground: '试用台', few: '需要两个正在应答的检查点' }]
] as const) {
	test(`an owner has a worker serve a checkpoint, sees why it waits, and ends it (${locale}, ${width} px)`, async ({ browser }) => {
		const { context, page } = await signedIn(browser, account('admin'), { path: `/projects/${SLUG}/serving`, width, locale });
		const name = `ours-${locale}`;
		await page.getByRole('button', { name: words.start }).click();
		await expect(page.getByText(words.none)).toBeVisible();
		await page.locator('input[name=servable][type=checkbox]').first().check();
		await page.getByLabel(words.name, { exact: true }).fill(name);
		// More than any host of this test has: it waits, and nothing is started.
		await page.getByLabel(words.gpus, { exact: true }).fill('64');
		await page.getByRole('button', { name: words.start }).click();
		await page.getByRole('link', { name, exact: true }).click();
		await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
		await expect(page.getByText(words.waiting, { exact: true })).toBeVisible();
		await expect(page.getByText(words.log)).toBeVisible();
		await accessible(page);
		expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true);
		await page.getByRole('button', { name: `${words.end} ${name}` }).click();
		await page.getByRole('button', { name: `${words.end} ${name}` }).last().click();
		await expect(page.getByText(words.waiting, { exact: true })).toHaveCount(0);

		await page.goto(`/projects/${SLUG}/serving`);
		await page.getByRole('link', { name: words.playground }).click();
		await expect(page.getByText(words.few)).toBeVisible();
		await accessible(page);
		await context.close();
	});
}
