import { expect, test } from '@playwright/test';
import { accessible, account, api, signedIn } from './people.ts';

const WORDS = {
	en: { name: 'Exports', every: 'every project', add: 'Look into it and add it', look: 'Look over', take: 'Take it and the other file', taken: /first\.jsonl taken/, others: '1 other file is being read' },
	zh: { name: '导出目录', every: '所有项目', add: '检查并添加', look: '检查', take: '接收本文件及其余 1 个文件', taken: /first\.jsonl .*已导入/, others: '另有 1 个文件正在读取' }
} as const;

for (const [width, locale] of [[1440, 'en'], [390, 'zh']] as const) {
	const words = WORDS[locale];
	test(`an administrator offers a folder, and files of it are looked over and taken (${locale}, ${width} px)`, async ({ browser, request }) => {
		const slug = `folder-${locale}-${Date.now().toString(36)}`;
		expect((await api(request, account('admin'), 'POST', '/projects', { slug, name: 'Of a folder', overlap: 1 })).status).toBe(201);
		const { context, page } = await signedIn(browser, account('admin'), { path: '/import-sources', width, locale });
		const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
		await page.locator('input[name=name]').fill(words.name);
		await page.locator('input[name=offer][value=all]').check();
		await page.getByRole('button', { name: words.add }).click();
		await expect(page.getByRole('listitem').filter({ hasText: words.name })).toContainText(words.every);
		await accessible(page);
		expect(await fits()).toBe(true);

		await page.goto(`/projects/${slug}/import`);
		const desk = page.locator('section[aria-labelledby=source-title]');
		// Of several sources the newest may not be the one that is shown.
		if (await desk.getByRole('button', { name: words.name, exact: true }).count() === 0 && (await desk.locator('[data-select-trigger]').count()) > 0) {
			await desk.locator('[data-select-trigger]').click();
			await page.getByRole('option', { name: words.name }).click();
		}
		await desk.getByRole('button', { name: '2024' }).click();
		await desk.getByRole('checkbox', { name: /first\.jsonl/ }).check();
		await desk.getByRole('checkbox', { name: /second\.jsonl/ }).check();
		await accessible(page);
		await desk.getByRole('button', { name: words.look }).click();
		await expect(desk.getByRole('heading', { name: 'first.jsonl' })).toBeVisible({ timeout: 30_000 });
		await desk.getByRole('button', { name: words.take }).click();
		await expect(desk.getByText(words.others)).toBeVisible();
		await expect(desk.getByRole('checkbox', { name: words.taken })).toBeVisible();
		expect(await fits()).toBe(true);
		const status = async () => (await api<{ imports: { fileName: string; status: string; accepted: number; rejected: number }[] }>(request, account('admin'), 'GET', `/projects/${slug}/imports`)).body.imports.map(({ fileName, status, accepted, rejected }) => ({ fileName, status, accepted, rejected }));
		await expect.poll(status, { timeout: 30_000 }).toEqual([
			{ fileName: 'second.jsonl', status: 'published', accepted: 1, rejected: 1 },
			{ fileName: 'first.jsonl', status: 'published', accepted: 2, rejected: 0 }
		]);
		await context.close();
	});
}
