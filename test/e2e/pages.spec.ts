import { expect, test } from '@playwright/test';
import { accessible, account, address, signedIn } from './people.ts';

/** Every page at both widths and in both languages: it answers, axe finds nothing, and nothing is wider than the screen. */
const PAGES: readonly { role: string; path: string }[] = [
	{ role: 'admin', path: '/projects' },
	{ role: 'admin', path: '/users' },
	{ role: 'admin', path: '/base-models' },
	{ role: 'admin', path: '/account' },
	{ role: 'engineer', path: '/projects/law-firm' },
	{ role: 'engineer', path: '/projects/law-firm/rounds/1' },
	{ role: 'engineer', path: '/projects/law-firm/import' },
	{ role: 'admin', path: '/projects/law-firm/form' },
	{ role: 'admin', path: '/projects/law-firm/webhooks' },
	{ role: 'engineer', path: '/projects/law-firm/suite' },
	{ role: 'admin', path: '/projects/law-firm/automation' },
	{ role: 'engineer', path: '/projects/law-firm/runs' },
	{ role: 'engineer', path: '/projects/law-firm/runs/new' },
	{ role: 'engineer', path: '/projects/law-firm/runs/compare' },
	{ role: 'reviewer', path: '/projects/law-firm/checkpoints' },
	{ role: 'reviewer', path: '/projects/law-firm/agreement' },
	{ role: 'reviewer', path: '/projects/law-firm/ranking' },
	{ role: 'reviewer', path: '/projects/law-firm/members' },
	{ role: 'reviewer', path: '/projects/law-firm/assignments' },
	{ role: 'reviewer', path: '/projects/law-firm/audit' },
	{ role: 'reviewer', path: '/notifications' },
	{ role: 'annotator', path: '/projects/law-firm' },
	{ role: 'annotator', path: '/projects/law-firm/guideline' },
	{ role: 'annotator', path: '/projects/law-firm/assignments' },
	{ role: 'annotator', path: '/projects/law-firm/history' },
	{ role: 'annotator', path: '/projects/law-firm/me' },
	{ role: 'annotator', path: '/projects/law-firm/compare' }
];

for (const [locale, width] of [['en', 1440], ['zh', 390]] as const) {
	test(`pages at ${width} px in ${locale}`, async ({ browser }) => {
		test.setTimeout(300_000);
		for (const role of new Set(PAGES.map((page) => page.role))) {
			const { context, page } = await signedIn(browser, account(role), { locale, width });
			for (const { path } of PAGES.filter((one) => one.role === role)) {
				const response = await page.goto(path);
				expect(response?.status(), path).toBe(200);
				await page.waitForLoadState('networkidle');
				await accessible(page);
				expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${path} is wider than the screen`).toBeLessThanOrEqual(0);
			}
			await context.close();
		}
	});
}

test('the lineage of a checkpoint is reached from its page, drawn and listed', async ({ browser }) => {
	const { context, page } = await signedIn(browser, account('reviewer'), { locale: 'en', width: 390, path: '/projects/law-firm/checkpoints' });
	await page.locator('tbody a').last().click();
	await page.getByRole('link', { name: 'Its lineage, drawn' }).click();
	await expect(page.getByRole('heading', { level: 1 })).toContainText('Lineage:');
	await expect(page.getByRole('heading', { name: 'What came of it' })).toBeVisible();
	await accessible(page);
	expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
	await context.close();
});

test('who is signed out is asked to sign in and comes back', async ({ page }) => {
	await page.goto(`${address()}/projects/law-firm`);
	await expect(page).toHaveURL(/sign-in\?next=/);
	await accessible(page);
	await page.locator('input[name=email]').fill(account('annotator').email);
	await page.locator('input[name=password]').fill('not the password');
	await page.locator('input[name=password]').press('Enter');
	await expect(page.getByText(/wrong/i).first()).toBeVisible();
	await page.locator('input[name=password]').fill(account('annotator').password);
	await page.locator('input[name=password]').press('Enter');
	await expect(page).toHaveURL(/\/projects\/law-firm$/);
});

test('a stranger does not learn that a project exists', async ({ browser }) => {
	const { context, page } = await signedIn(browser, account('annotator'), { locale: 'en' });
	expect((await page.goto('/projects/no-such-project'))?.status()).toBe(404);
	await accessible(page);
	expect((await page.goto('/users'))?.status()).toBe(403);
	await accessible(page);
	await context.close();
});

test('what was refused is told in Chinese from the page’s first byte, and stays so when the page comes alive', async ({ browser }) => {
	const { context, page } = await signedIn(browser, account('annotator'), { locale: 'zh' });
	const refusal = '只有系统管理员可以这样做。';
	expect(await (await page.goto('/users'))?.text()).toContain(refusal);
	await page.locator('html[data-alive]').waitFor();
	await expect(page.getByText(refusal)).toBeVisible();
	await context.close();
});

test('the page allows no inline script and no foreign host', async ({ page }) => {
	const response = await page.goto(`${address()}/sign-in`);
	const csp = response?.headers()['content-security-policy'] ?? '';
	expect(csp).toContain("default-src 'self'");
	expect(csp).not.toMatch(/script-src[^;]*unsafe/);
	expect(response?.headers()['x-content-type-options']).toBe('nosniff');
});
