import { expect, test } from '@playwright/test';
import { accessible, account, address, api, signedIn } from './people.ts';

const SLUG = `alike-${Date.now().toString(36)}`;
const QUESTIONS = ['Is a verbal agreement to sell a flat binding?', 'Is a verbal agreement to sell the flat binding?', '民间借贷的诉讼时效是多久，从什么时候起算？', '民间借贷的诉讼时效是多长，从什么时候起算？'];

test.beforeAll(async ({ playwright }) => {
	const request = await playwright.request.newContext();
	const admin = account('admin');
	expect((await api(request, admin, 'POST', '/projects', { slug: SLUG, name: 'Alike', overlap: 1 })).status).toBe(201);
	const file = QUESTIONS.map((prompt) => JSON.stringify({ prompt, chosen: `Yes: ${prompt}`, rejected: `No: ${prompt}` })).join('\n');
	const sent = await request.post(`${address()}/api/v1/projects/${SLUG}/imports?format=jsonl`, { headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/x-ndjson' }, data: file });
	expect(sent.status()).toBe(201);
	// The worker of the installation finds them; the first time it installs what it needs for it.
	await expect.poll(async () => (await api<{ clusters: unknown[] }>(request, admin, 'GET', `/projects/${SLUG}/near-duplicates`)).body.clusters.length, { timeout: 90_000 }).toBe(2);
	await request.dispose();
});

for (const [width, locale, words] of [
	[1440, 'en', { same: /^The same:/, done: 'one group', turnOn: 'Keep a matter together', turnOff: 'Do not keep a matter together' }],
	[390, 'zh', { same: /^是同一道题/, done: '已归为一组', turnOn: '不再按案件分组', turnOff: '同一案件归为一组' }]
] as const) {
	test(`nearly equal questions are looked at side by side and made one (${locale}, ${width} px)`, async ({ browser }) => {
		const { context, page } = await signedIn(browser, account('admin'), { path: `/projects/${SLUG}/import`, width, locale });
		// Found from where one stands.
		await page.locator(`a[href$="/${SLUG}/near-duplicates"]`).click();
		const open = locale === 'en' ? 2 : 1;
		await expect(page.getByRole('button', { name: words.same })).toHaveCount(open);
		await expect(page.locator('main mark').first()).toBeVisible();
		await accessible(page);
		expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true);
		await page.getByRole('button', { name: words.same }).first().click();
		await expect(page.getByRole('status').filter({ hasText: words.done })).toBeVisible();
		await expect(page.getByRole('button', { name: words.same })).toHaveCount(open - 1);
		await page.getByRole('button', { name: words.turnOn }).click();
		await expect(page.getByRole('button', { name: words.turnOff })).toBeVisible();
		await accessible(page);
		await context.close();
	});
}
