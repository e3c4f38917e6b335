import { expect, test } from '@playwright/test';
import { accessible, account, address, api, signedIn } from './people.ts';

/** An engineer saves a rule, freezes by it, changes one setting, freezes again, and sees what that changed and what the data are. */
const SLUG = 'e2e-snapshots';
const [admin, engineer] = [account('admin'), account('engineer')];

test.beforeAll(async ({ request }) => {
	expect((await api(request, admin, 'POST', '/projects', { slug: SLUG, name: 'Snapshots', overlap: 1 })).status).toBe(201);
	const me = await api<{ id: string }>(request, engineer, 'GET', '/me');
	expect((await api(request, admin, 'PUT', `/projects/${SLUG}/members/${me.body.id}`, { role: 'engineer' })).status).toBe(200);
	const rows = Array.from({ length: 30 }, (_, i) => JSON.stringify({ prompt: `Question ${i}: when does the notice of flat ${i} end?`, chosen: `On the last day of month ${i}.`, rejected: `Never${', never'.repeat(i * 3)}.`, tags: [i % 2 ? 'lease' : 'notice'] }));
	expect((await request.post(`${address()}/api/v1/projects/${SLUG}/imports?format=jsonl`, { headers: { authorization: `Bearer ${engineer.token}` }, data: rows.join('\n') })).status()).toBe(201);
});

test('a rule is saved and told by its name; two snapshots are compared; the card says what the data are', async ({ browser }) => {
	test.setTimeout(120_000);
	const { context, page } = await signedIn(browser, engineer, { locale: 'en', path: `/projects/${SLUG}/snapshots/new` });
	await page.getByLabel('Include imported preferences').check();
	await page.getByLabel('Save these settings as').fill('As agreed');
	await page.getByRole('button', { name: 'Save rule' }).click();
	await expect(page.getByText('These are the settings of “As agreed”, version 1.')).toBeVisible();
	await page.getByRole('button', { name: 'Freeze' }).click();
	await page.waitForURL(/snapshots\/[0-9a-f-]{36}$/u);
	await expect(page.getByText('By the saved rule “As agreed”, version 1.')).toBeVisible();
	const first = page.url().split('/').at(-1) ?? '';

	await page.goto(`/projects/${SLUG}/snapshots/new?rule=${encodeURIComponent('As agreed')}`);
	await page.locator('html[data-alive]').waitFor();
	await expect(page.getByText(/^Counted just now/u)).toBeVisible();
	await accessible(page);
	// Older counts stay, and can be read, while new ones are on their way.
	const counted = Promise.withResolvers<void>();
	await page.route('**/snapshots/preview', async (route) => {
		await counted.promise;
		await route.continue();
	});
	await page.getByLabel('Longest row, in characters').fill('120');
	await expect(page.locator('section[aria-busy=true] table').first()).toBeVisible();
	await accessible(page);
	counted.resolve();
	await expect(page.getByText('Changed since “As agreed”, version 1:')).toBeVisible();
	await expect(page.getByRole('heading', { name: 'Since the last snapshot' })).toBeVisible();
	await page.getByRole('button', { name: 'Save as new version' }).click();
	await expect(page.getByText('These are the settings of “As agreed”, version 2.')).toBeVisible();
	await page.getByRole('button', { name: 'Freeze' }).click();
	await page.waitForURL((url) => /snapshots\/[0-9a-f-]{36}$/u.test(url.pathname) && !url.pathname.endsWith(first));
	const snapshot = page.url();

	await page.getByRole('region', { name: 'Compare with another snapshot' }).getByRole('link').first().click();
	await expect(page.getByRole('heading', { name: 'What changed' })).toBeVisible();
	await expect(page.getByRole('link', { name: /^Rows lost/u })).toHaveAttribute('aria-current', 'true');
	await expect(page.getByRole('cell', { name: /Too long/u }).first()).toBeVisible();
	await accessible(page);

	await page.goto(`${snapshot}/card`);
	await expect(page.getByRole('heading', { name: 'Known limits' })).toBeVisible();
	await expect(page.getByText(/votes \(100 %\) came with imports/u)).toBeVisible();
	await accessible(page);
	await context.close();

	const chinese = await signedIn(browser, engineer, { locale: 'zh', width: 390, path: `${new URL(snapshot).pathname}/diff/${first}` });
	await expect(chinese.page.getByRole('heading', { name: '两份快照的差异' })).toBeVisible();
	await accessible(chinese.page);
	for (const [path, heading] of [[`${snapshot}/card`, '已知局限'], [`/projects/${SLUG}/snapshots/new?rule=${encodeURIComponent('As agreed')}`, '已保存的规则']] as const) {
		await chinese.page.goto(path);
		await chinese.page.locator('html[data-alive]').waitFor();
		await expect(chinese.page.getByText(heading).first()).toBeVisible();
		if (path.includes('/new')) await expect(chinese.page.getByText('刚刚算出，尚未写入。')).toBeVisible();
		expect(await chinese.page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true);
		await accessible(chinese.page);
	}
	await chinese.context.close();
});
