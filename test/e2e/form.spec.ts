import { expect, test } from '@playwright/test';
import { accessible, account, api, signedIn } from './people.ts';

/** An owner composes what is asked, and a lawyer answers it with the keyboard alone. */
test.describe.configure({ mode: 'serial' });

const SLUG = 'e2e-form';
const [admin, anna] = [account('admin'), account('annotator', 2)];
type Round = { rounds: { judgments: number }[] };

test.beforeAll(async ({ request }) => {
	expect((await api(request, admin, 'POST', '/projects', { slug: SLUG, name: 'Asked more', overlap: 1 })).status).toBe(201);
	const me = await api<{ id: string }>(request, anna, 'GET', '/me');
	expect((await api(request, admin, 'PUT', `/projects/${SLUG}/members/${me.body.id}`, { role: 'annotator' })).status).toBe(200);
	const rows = Array.from({ length: 6 }, (_, i) => JSON.stringify({ messages: [{ role: 'user', content: `May I sublet flat ${i}?` }], responses: [`Only with consent under clause ${i}.`, `Of course, flat ${i} is yours.`] }));
	const sent = await request.post(`${process.env['PLUMBLINE_E2E_URL']}/api/v1/projects/${SLUG}/imports?format=jsonl`, { headers: { authorization: `Bearer ${admin.token}` }, data: rows.join('\n') });
	expect(sent.status()).toBe(201);
});

test('an owner composes the form and sees it before it is in force', async ({ browser }) => {
	const { context, page } = await signedIn(browser, admin, { locale: 'en', path: `/projects/${SLUG}/form` });
	await page.getByRole('checkbox', { name: /how clearly/ }).check();
	await page.getByRole('button', { name: 'Add a criterion' }).click();
	await page.getByLabel('Criterion 1: Name').fill('Accuracy');
	await page.getByRole('group', { name: 'Criterion 1' }).getByRole('checkbox', { name: 'required' }).check();
	await page.getByRole('button', { name: 'Add a reason' }).click();
	await page.getByLabel('Reason 1: Name').fill('Promises too much');
	const preview = page.getByRole('region', { name: 'As people will see it' });
	await expect(preview.getByRole('group', { name: /Accuracy/ })).toBeVisible();
	await expect(preview.getByRole('button', { name: /Left, clearly/ })).toBeVisible();
	await accessible(page);
	await page.getByRole('button', { name: 'Put into force' }).click();
	await expect(page.getByText('Version 1 is in force').first()).toBeVisible();
	await page.reload();
	await expect(page.getByLabel('Criterion 1: Name')).toHaveValue('Accuracy');
	await context.close();
});

for (const [locale, width] of [['en', 1440], ['zh', 390]] as const) {
	test(`a lawyer answers it at ${width} px in ${locale}`, async ({ browser, request }) => {
		const judged = async () => (await api<Round>(request, admin, 'GET', `/projects/${SLUG}/rounds`)).body.rounds[0]?.judgments ?? 0;
		const before = await judged();
		const { context, page } = await signedIn(browser, anna, { locale, width, path: `/projects/${SLUG}/compare` });
		const pair = page.locator('article:visible');
		await expect(pair).toBeVisible();
		const first = await pair.getAttribute('data-task');
		await page.waitForTimeout(400);

		// A verdict alone is not enough: it waits, says what is missing, and nothing is sent.
		await page.keyboard.press('Shift+Digit1');
		await expect(page.getByText(locale === 'en' ? 'Still needed: Accuracy' : '还需填写：Accuracy')).toBeVisible();
		await accessible(page);
		expect(await pair.getAttribute('data-task')).toBe(first);

		await page.keyboard.press('q');
		await expect(page.locator('[data-criterion] [aria-pressed="true"]')).toHaveCount(1);
		await page.getByRole('button', { name: 'Promises too much' }).click();
		await page.reload();
		// What was chosen is still there after a reload, and the verdict completes it.
		await expect(page.locator('[data-criterion] [aria-pressed="true"]')).toHaveCount(1);
		await expect(page.getByRole('button', { name: 'Promises too much' })).toHaveAttribute('aria-pressed', 'true');
		await page.waitForTimeout(400);
		await page.keyboard.press('Shift+Digit1');
		await expect.poll(judged).toBe(before + 1);
		expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);

		await page.keyboard.press('u');
		await expect(page.getByRole('button', { name: locale === 'en' ? /Left, clearly/ : /左边明显更好/ })).toHaveAttribute('aria-pressed', 'true');
		await accessible(page);
		await context.close();
	});
}
