import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import { pdf, png } from '../support/artifact-files.ts';
import { accessible, account, address, api, signedIn } from './people.ts';

const SLUG = `pictures-${Date.now().toString(36)}`;
const ALT = 'Floor plan <img src=x onerror=alert(1)>';
const LEASE = pdf([{ latin: 'Lease agreement', han: '房屋租赁合同第一条：租金每月三百元。' }, { latin: 'Second page', han: '第二条：违约责任。' }], { script: 'app.alert\\("owned"\\)' });

async function upload(bytes: Uint8Array, type: string): Promise<string> {
	const answer = await fetch(`${address()}/api/v1/projects/${SLUG}/artifacts`, { method: 'POST', body: new Uint8Array(bytes), headers: { authorization: `Bearer ${account('admin').token}`, 'content-type': type } });
	expect(answer.status).toBe(201);
	return ((await answer.json()) as { sha256: string }).sha256;
}

/** A project of its own with one question that holds all there is, for two judges. */
test.beforeAll(async ({ playwright }) => {
	const request = await playwright.request.newContext();
	const admin = account('admin');
	await api(request, admin, 'POST', '/projects', { slug: SLUG, name: 'Pictures', overlap: 2 });
	const { body } = await api<{ users: { id: string; email: string }[] }>(request, admin, 'GET', '/users?limit=200');
	for (const index of [0, 1]) {
		const id = body.users.find((user) => user.email === account('annotator', index).email)?.id ?? '';
		expect((await api(request, admin, 'PUT', `/projects/${SLUG}/members/${id}`, { role: 'annotator' })).status).toBeLessThan(300);
	}
	const [plan, marked, lease, clause] = [await upload(png(900, 500), 'text/html'), await upload(png(300, 700, { colour: [150, 60, 40] }), 'image/png'), await upload(LEASE, 'application/pdf'), await upload(Buffer.from('## Clause 4\n\nThe tenant pays **300 €**.\n\n<script>alert(1)</script>'), 'text/markdown')];
	const row = {
		messages: [{ role: 'user', content: [{ type: 'document', artifact: lease, title: 'Lease.pdf' }, { type: 'document', artifact: clause, title: 'Clause 4' }, { type: 'image', artifact: plan, alt: ALT }, { type: 'text', text: 'Does the plan match the lease?' }] }],
		responses: [[{ role: 'assistant', content: [{ type: 'text', text: 'It does.' }, { type: 'image', artifact: marked, alt: 'Marked plan' }] }], 'It does not: one room is missing.']
	};
	const imported = await fetch(`${address()}/api/v1/projects/${SLUG}/imports?format=jsonl`, { method: 'POST', body: JSON.stringify(row), headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/x-ndjson' } });
	expect(imported.status).toBe(201);
	await request.dispose();
});

/** What a hostile file could do shows here: a dialog, a request to somewhere else, a refusal of the policy. */
function watch(page: Page): string[] {
	const seen: string[] = [];
	page.on('dialog', (dialog) => {
		seen.push(`dialog: ${dialog.message()}`);
		void dialog.dismiss();
	});
	page.on('request', (request) => {
		if (!/^(?:data|blob):/u.test(request.url()) && !request.url().startsWith(address())) seen.push(`request: ${request.url()}`);
	});
	page.on('console', (message) => {
		if (message.type() === 'error') seen.push(`console: ${message.text()}`);
	});
	page.on('pageerror', (error) => seen.push(`error: ${error.message}`));
	return seen;
}
const shown = (page: Page) => page.locator('article:visible');
const fits = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

for (const [index, locale, width] of [[0, 'en', 1440], [1, 'zh', 390]] as const) {
	test(`images and documents are read beside the answers (${locale}, ${width} px)`, async ({ browser }) => {
		const { context, page } = await signedIn(browser, account('annotator', index), { locale, width, path: `/projects/${SLUG}/compare` });
		const seen = watch(page);
		await expect(shown(page).getByText('Does the plan match the lease?')).toBeVisible();

		// In a frame of fixed size, whatever comes.
		const frame = shown(page).locator('figure button').first();
		const before = await frame.boundingBox();
		await expect.poll(() => frame.locator('img').evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth)).toBe(900);
		expect((await frame.boundingBox())?.height).toBe(before?.height);
		await expect(shown(page).locator('figcaption').first()).toHaveText(ALT);
		await accessible(page);

		// Large, by keys alone.
		await frame.focus();
		await page.keyboard.press('Enter');
		const large = page.getByRole('dialog').locator('img');
		await expect(large).toHaveAttribute('data-scale', '100');
		await expect.poll(() => large.evaluate((image: HTMLImageElement) => image.complete)).toBe(true);
		for (const key of ['+', '+', 'ArrowRight', 'ArrowDown', '-']) await page.keyboard.press(key);
		await expect(large).toHaveAttribute('data-scale', '150');
		await page.keyboard.press('0');
		await expect(large).toHaveAttribute('data-scale', '100');
		await page.mouse.move(width / 2, 450);
		await page.mouse.wheel(0, -400);
		await expect.poll(async () => Number(await large.getAttribute('data-scale'))).toBeGreaterThan(100);
		const still = await large.getAttribute('style');
		await page.mouse.down();
		await page.mouse.move(width / 2 + 60, 480, { steps: 4 });
		await page.mouse.up();
		expect(await large.getAttribute('style')).not.toBe(still);
		await accessible(page);
		await page.keyboard.press('Escape');
		await expect(page.getByRole('dialog')).toHaveCount(0);
		await expect(frame).toBeFocused();

		// A PDF page by page; its text is text, in both languages.
		const [lease, clause] = [shown(page).getByRole('button', { name: /Lease\.pdf/ }).first(), shown(page).getByRole('button', { name: /Clause 4/ }).first()];
		await lease.click();
		const text = shown(page).locator('.pdf-text');
		await expect(text).toHaveAttribute('data-page', '1', { timeout: 20_000 });
		await expect(text).toContainText('Lease agreement');
		await expect(text).toContainText('房屋租赁合同第一条：租金每月三百元。');
		// The Chinese line is drawn, not only there as text: ink where it stands.
		const ink = await shown(page).locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
			const { width: wide, height: high } = canvas;
			const drawn = canvas.getContext('2d')?.getImageData(0, Math.floor(high * (126 / 842)), wide, Math.max(1, Math.floor(high * (20 / 842))));
			return drawn?.data.filter((value, at) => at % 4 === 0 && value < 128).length;
		});
		expect(ink).toBeGreaterThan(20);
		await text.locator('xpath=ancestor::*[@tabindex="0"][1]').focus();
		await page.keyboard.press('PageDown');
		await expect(text).toHaveAttribute('data-page', '2');
		await expect(text).toContainText('第二条：违约责任。');
		await page.keyboard.press('Home');
		await expect(text).toHaveAttribute('data-page', '1');
		await page.keyboard.press('+');
		await accessible(page);
		expect(await fits(page)).toBe(true);
		await lease.click();
		await expect(text).toHaveCount(0);

		// Markdown as answers are set, its markup harmless.
		await clause.click();
		await expect(shown(page).locator('strong', { hasText: '300 €' })).toBeVisible();
		await expect(shown(page).getByText('<script>alert(1)</script>')).toBeVisible();
		await accessible(page);

		// None of those keys judged anything.
		await expect(shown(page).getByText('Does the plan match the lease?')).toBeVisible();
		expect(seen).toEqual([]);
		await context.close();
	});
}

test('images are uploaded beside the rows, and what is none is refused with its reason', async ({ browser }) => {
	const { context, page } = await signedIn(browser, account('admin'), { path: `/projects/${SLUG}/import` });
	const seen = watch(page);
	const chooser = page.waitForEvent('filechooser');
	// As a person does, who presses again where the page was not ready yet.
	await expect(async () => {
		await page.getByRole('group', { name: 'Choose images or documents' }).getByRole('button').click();
		expect(await Promise.race([chooser, page.waitForTimeout(500)])).toBeTruthy();
	}).toPass();
	await (await chooser).setFiles([
		{ name: 'plan.png', mimeType: 'image/png', buffer: png(40, 30) },
		{ name: 'page.png', mimeType: 'image/png', buffer: Buffer.from('<!doctype html><script>alert(1)</script>') },
		{ name: 'note.md', mimeType: 'text/markdown', buffer: Buffer.from('# Note') }
	]);
	const row = (name: string) => page.getByRole('row', { name: new RegExp(name) });
	await expect(row('plan.png')).toContainText('40 × 30');
	await expect(row('plan.png')).toContainText('Uploaded');
	await expect(row('page.png')).toContainText('This is text/html');
	await expect(row('note.md')).toContainText('Uploaded');
	await accessible(page);
	expect(await fits(page)).toBe(true);
	expect(seen.filter((line) => !line.includes('415'))).toEqual([]);
	await context.close();
});
