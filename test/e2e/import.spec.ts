import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import { accessible, account, address, api, signedIn } from './people.ts';

const SLUG = `brought-in-${Date.now().toString(36)}`;

test.beforeAll(async ({ playwright }) => {
	const request = await playwright.request.newContext();
	expect((await api(request, account('admin'), 'POST', '/projects', { slug: SLUG, name: 'Brought in', overlap: 1 })).status).toBe(201);
	await request.dispose();
});

type File = { name: string; mimeType: string; buffer: Buffer };

/** Chooses a file as a person does, who presses again where the page was not ready yet. */
async function chooseFile(page: Page, button: string, file: File): Promise<void> {
	const chooser = page.waitForEvent('filechooser');
	await expect(async () => {
		await page.getByRole('button', { name: button }).click();
		expect(await Promise.race([chooser, page.waitForTimeout(500)])).toBeTruthy();
	}).toPass();
	await (await chooser).setFiles(file);
}

const HOSTILE = '<img src=x onerror=alert(1)> Ist die Kündigung wirksam?';
const table = [
	'prompt;response_1;response_2;preferred;source',
	`"${HOSTILE}";"Ja; siehe § 573 BGB.";"Nein.";1;forum`,
	`"租客逾期付款，可以立即解除合同吗？";"${'不能。须先书面催告，并给予合理期限。'.repeat(30)}";"可以。";0;`,
	'"No second answer";"Only one";;3;'
].join('\r\n');

for (const [width, locale, words] of [
	[1440, 'en', { choose: 'Choose a file', first: 'The first rows, as they were understood', unread: 'Fields of the file that are not read: source', rest: 'Take the rest', discard: 'Do not take it', chosen: 'preferred in the file' }],
	[390, 'zh', { choose: '选择文件', first: '前几行（按识别结果）', unread: '文件中未读取的字段：source', rest: '接收其余各行', discard: '放弃导入', chosen: '文件中的首选' }]
] as const) {
	test(`a file is looked over before it is taken (${locale}, ${width} px)`, async ({ browser }) => {
		const { context, page } = await signedIn(browser, account('admin'), { path: `/projects/${SLUG}/import`, width, locale });
		const dialogs: string[] = [];
		page.on('dialog', (dialog) => {
			dialogs.push(dialog.message());
			void dialog.dismiss();
		});
		// As a spreadsheet saves "Unicode text".
		const file = { name: 'fragen.csv', mimeType: 'text/csv', buffer: Buffer.from(`\uFEFF${table}`, 'utf16le') };
		const choose = () => chooseFile(page, words.choose, file);
		await choose();
		await expect(page.getByRole('heading', { name: words.first })).toBeVisible();
		const preview = page.getByRole('region', { name: 'fragen.csv' });
		await expect(preview).toContainText('UTF-16LE');
		await expect(preview).toContainText(HOSTILE);
		await expect(preview).toContainText(words.unread);
		await expect(preview.getByText(words.chosen)).toHaveCount(2);
		await expect(preview.getByRole('row').nth(1)).toContainText('preferred');
		const errors = await page.request.get(`${address()}${await preview.getByRole('link').getAttribute('href')}`);
		expect(((await errors.text()).trimEnd().split('\n').map((line) => JSON.parse(line) as { line: number })).map(({ line }) => line)).toEqual([4]);
		await accessible(page);
		expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true);

		await preview.getByRole('button', { name: words.discard }).click();
		await expect(preview).toHaveCount(0);
		await choose();
		if (locale === 'en') {
			await preview.getByRole('button', { name: words.rest }).click();
			await expect(page.getByRole('status').filter({ hasText: 'fragen.csv' })).toBeVisible();
		} else {
			// The other language brought the same rows in before: nothing of them is new.
			await expect(preview).toBeVisible();
			await expect(preview.getByRole('button', { name: words.rest })).toHaveCount(0);
		}
		expect(dialogs).toEqual([]);
		await context.close();
	});
}

test('a table whose sign between the cells was not known is read by the one that is said', async ({ browser }) => {
	const { context, page } = await signedIn(browser, account('admin'), { path: `/projects/${SLUG}/import`, width: 1440, locale: 'en' });
	const file = { name: 'fragen.txt', mimeType: 'text/plain', buffer: Buffer.from('Sachverhalt#Gute Antwort#Schlechte Antwort\nIst sie wirksam?#Ja.#Nein.\nWie lange läuft sie?#Drei Monate.#Ein Jahr.\n') };
	await chooseFile(page, 'Choose a file', file);
	const preview = page.getByRole('region', { name: 'fragen.txt' });
	// Each line is a question so far, which is said, and where to say otherwise lies open.
	await expect(preview).toContainText('Every line below holds “#” equally often');
	await expect(preview).toContainText('3 rows add something');
	await preview.getByLabel('Between the cells').click();
	await page.getByRole('option', { name: 'separated by another sign' }).click();
	await expect(preview.getByRole('button', { name: 'Look again' })).toBeDisabled();
	await preview.getByLabel('Which sign').fill('#');
	// A shape that is chosen with it is not lost.
	await preview.getByLabel('Rows understood as', { exact: true }).click();
	await page.getByRole('option', { name: 'Arena battles' }).click();
	await accessible(page);
	await preview.getByRole('button', { name: 'Look again' }).click();
	await expect(preview).toContainText('separated by #');
	await expect(preview).not.toContainText('Every line below holds');
	await preview.getByText('Understand them otherwise').click();
	await expect(preview.getByLabel('Rows understood as', { exact: true })).toContainText('Arena battles');
	await preview.getByLabel('Rows understood as', { exact: true }).click();
	await page.getByRole('option', { name: 'Table by columns' }).click();
	// What its columns hold is said next; how it is read stays as it was said.
	await preview.getByLabel('Question', { exact: true }).click();
	await page.getByRole('option', { name: 'sachverhalt' }).click();
	await preview.getByRole('button', { name: 'Look again' }).click();
	await expect(preview).toContainText('separated by #');
	await expect(preview).toContainText('Ist sie wirksam?');
	await context.close();
});

test('columns that were proposed are confirmed as they are, and what they leave out is left out on purpose', async ({ browser }) => {
	const { context, page } = await signedIn(browser, account('admin'), { path: `/projects/${SLUG}/import`, width: 1440, locale: 'en' });
	const file = { name: 'three.csv', mimeType: 'text/csv', buffer: Buffer.from('question,answer,response_c\nIs a third answer lost?,Yes.,No.\n') };
	await chooseFile(page, 'Choose a file', file);
	const preview = page.getByRole('region', { name: 'three.csv' });
	await expect(preview).toContainText('an answer that would be lost');
	await preview.getByRole('button', { name: 'Look again' }).click();
	await expect(preview).toContainText('1 row adds something');
	await expect(preview).toContainText('not read: response_c');
	await expect(preview.getByRole('button', { name: 'Look again' })).toBeDisabled();
	await context.close();
});
