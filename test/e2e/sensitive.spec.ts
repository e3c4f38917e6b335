import { expect, test } from '@playwright/test';
import { accessible, account, address, api, signedIn } from './people.ts';

const SLUG = `private-${Date.now().toString(36)}`;
let importId = '';

test.beforeAll(async ({ playwright }) => {
	const request = await playwright.request.newContext();
	expect((await api(request, account('admin'), 'POST', '/projects', { slug: SLUG, name: 'Private', overlap: 2 })).status).toBe(201);
	expect((await api(request, account('admin'), 'PUT', `/projects/${SLUG}/desensitisation`, { actions: { phone: 'placeholder', email: 'mask', word: 'placeholder' }, originals: 'encrypt' })).status).toBe(200);
	for (const annotator of [account('annotator', 0), account('annotator', 1)]) {
		const judge = await api<{ id: string }>(request, annotator, 'GET', '/me');
		expect((await api(request, account('admin'), 'PUT', `/projects/${SLUG}/members/${judge.body.id}`, { role: 'annotator' })).status).toBe(200);
	}
	const rows = [{ prompt: 'Call 13800138000 about Falcon?', responses: ['Yes, write to a@b.example.', 'No.'] }].map((row) => JSON.stringify(row)).join('\n');
	const sent = await request.post(`${address()}/api/v1/projects/${SLUG}/imports`, { headers: { authorization: `Bearer ${account('admin').token}`, 'content-type': 'application/x-ndjson' }, data: rows });
	importId = ((await sent.json()) as { id: string }).id;
	await request.dispose();
});

test('what was found is looked over: one value is let pass, a word that was missed is added', async ({ browser, request }) => {
	const { context, page } = await signedIn(browser, account('admin'), { path: `/projects/${SLUG}/import/${importId}`, locale: 'en' });
	const passed = async () => (await api<{ settings: { exceptions: unknown[]; words: { text: string }[] } }>(request, account('admin'), 'GET', `/projects/${SLUG}/desensitisation`)).body.settings;
	await accessible(page);
	await page.getByRole('button', { name: 'Show the original' }).first().click();
	await expect(page.getByText('13800138000').first()).toBeVisible();
	await page.getByRole('button', { name: 'Not sensitive' }).first().click();
	await expect.poll(async () => (await passed()).exceptions.length).toBe(1);
	await page.getByLabel('Word or name').fill('Falcon');
	await page.getByRole('button', { name: 'Add to the list' }).click();
	await expect.poll(async () => (await passed()).words.map(({ text }) => text)).toEqual(['Falcon']);
	await accessible(page);
	await context.close();
});

test('a table is mapped by the place of a column whose name holds what is hidden', async ({ browser }) => {
	const { context, page } = await signedIn(browser, account('admin'), { path: `/projects/${SLUG}/import`, locale: 'en' });
	const chooser = page.waitForEvent('filechooser');
	await expect(async () => {
		await page.getByRole('button', { name: 'Choose a file' }).click();
		expect(await Promise.race([chooser, page.waitForTimeout(500)])).toBeTruthy();
	}).toPass();
	await (await chooser).setFiles({ name: 'table.csv', mimeType: 'text/csv', buffer: Buffer.from('13900139000;one;two\nWhich is it?;This.;That.\n') });
	const preview = page.getByRole('region', { name: 'table.csv' });
	for (const [role, column] of [['Question', 'Column 1 (its name is hidden)'], ['First answer', 'one'], ['Second answer', 'two']] as const) {
		await preview.getByLabel(role, { exact: true }).click();
		await page.getByRole('option', { name: column, exact: true }).click();
	}
	await accessible(page);
	await preview.getByRole('button', { name: 'Look again' }).click();
	await expect(preview.getByText('Which is it?').first()).toBeVisible();
	await expect(preview.getByLabel('Question', { exact: true })).toContainText('Column 1');
	await expect(page.getByText('13900139000')).toHaveCount(0);
	await context.close();
});

// Two people: the pair stays leased to the one for a while after their browser is gone.
for (const [locale, kinds, index, width] of [['en', 'Telephone numbers', 0, 1440], ['zh', '电话号码', 1, 390]] as const) {
	test(`a judge who types personal data is told so, and stopped by nothing (${locale}, ${width} px)`, async ({ browser }) => {
		const { context, page } = await signedIn(browser, account('annotator', index), { path: `/projects/${SLUG}/compare`, locale, width });
		const field = page.locator('#rationale');
		// On a phone the field comes when it is asked for.
		if (width < 640) await page.getByRole('button', { name: '写一句理由' }).click();
		await field.fill('Clause 3 decides it; the fee is 500 EUR.');
		await expect(page.getByText(kinds)).toHaveCount(0);
		await field.pressSequentially(' Ask 13800138000.');
		await expect(page.getByText(kinds)).toBeVisible();
		// What is said has the width of the bar, not of the field beside its buttons.
		const [hint, bar] = [await page.getByText(kinds).boundingBox(), await page.getByRole('group', { name: locale === 'en' ? 'Your verdict' : '您的判断' }).boundingBox()];
		expect(hint?.width).toBeCloseTo(bar?.width ?? 0, 0);
		await accessible(page);
		await field.fill('');
		await expect(page.getByText(kinds)).toHaveCount(0);
		await context.close();
	});
}
