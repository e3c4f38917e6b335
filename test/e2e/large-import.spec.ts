import { writeFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import type { Page, Route } from '@playwright/test';
import { PIECE_BYTES } from '../../src/lib/domain/upload.ts';
import { accessible, account, api, signedIn } from './people.ts';

const SLUG = `large-${Date.now().toString(36)}`;

test.beforeAll(async ({ playwright }) => {
	const request = await playwright.request.newContext();
	expect((await api(request, account('admin'), 'POST', '/projects', { slug: SLUG, name: 'Large', overlap: 1 })).status).toBe(201);
	await request.dispose();
});

/** More than two pieces, of rows that differ with the tag: pairs, or answers alone. */
function large(tag: string, { alone = false } = {}): Buffer {
	const answer = 'Usually only for damage you can prove. '.repeat(40_000);
	return Buffer.from(Array.from({ length: 12 }, (_, n) => JSON.stringify({ prompt: `${tag} ${n}?`, ...(alone ? { completion: `${n} ${answer}` } : { chosen: `${n} ${answer}`, rejected: 'Yes.' }) })).join('\n'));
}

const isPiece = (route: Route) => route.request().method() === 'PATCH';
const offsetOf = (route: Route) => Number(route.request().headers()['upload-offset']);

async function choose(page: Page, button: string, name: string, buffer: Buffer): Promise<void> {
	const chooser = page.waitForEvent('filechooser');
	await page.getByRole('button', { name: button }).click();
	await (await chooser).setFiles({ name, mimeType: 'application/jsonl', buffer });
}

test('a large file goes on where the line broke and a proxy answered for the server, and is understood otherwise without being sent again', async ({ browser }) => {
	const { context, page } = await signedIn(browser, account('admin'), { path: `/projects/${SLUG}/import`, width: 1440, locale: 'en' });
	const offsets: number[] = [];
	let asked = 0;
	await page.route('**/api/v1/uploads/*', async (route) => {
		// The second piece is cut off once and answered by the proxy once, and so is the question after that.
		if (!isPiece(route)) return ++asked === 2 ? route.fulfill({ status: 502 }) : route.continue();
		offsets.push(offsetOf(route));
		if (offsets.length === 2) return route.abort('connectionreset');
		return offsets.length === 3 ? route.fulfill({ status: 502 }) : route.continue();
	});
	await choose(page, 'Choose a file', 'broken.jsonl', large('Broken', { alone: true }));
	const rows = page.getByRole('heading', { name: 'The first rows, as they were understood' });
	await rows.waitFor();
	const sent = [0, PIECE_BYTES, PIECE_BYTES, PIECE_BYTES, 2 * PIECE_BYTES];
	expect(offsets).toEqual(sent);
	await page.getByRole('button', { name: 'They are good answers' }).click();
	await page.getByText('taken as good because you say so').waitFor();
	expect(offsets).toEqual(sent);
	await page.getByRole('button', { name: 'Take it', exact: true }).click();
	await expect(page.getByRole('status').filter({ hasText: 'broken.jsonl' })).toContainText('12');
	await context.close();
});

test('a page that is left tells what has arrived, in Chinese and on a phone, and goes on with the same file', async ({ browser }) => {
	const { context, page } = await signedIn(browser, account('admin'), { path: `/projects/${SLUG}/import`, width: 390, locale: 'zh' });
	const offsets: number[] = [];
	const second = Promise.withResolvers<void>();
	await page.route('**/api/v1/uploads/*', async (route) => {
		if (!isPiece(route)) return route.continue();
		offsets.push(offsetOf(route));
		// The second piece never leaves: the page is left while it is sent.
		if (offsets.length === 2) return second.resolve();
		return route.continue();
	});
	// A file from the browser's own memory is as old as the moment it is chosen: this one lies on the disk.
	const path = test.info().outputPath('left.jsonl');
	await writeFile(path, large('Left'));
	const chooseIt = async () => {
		const chooser = page.waitForEvent('filechooser');
		await page.getByRole('button', { name: '选择文件' }).click();
		await (await chooser).setFiles(path);
	};
	await chooseIt();
	await second.promise;
	await page.reload();
	await page.locator('html[data-alive]').waitFor();
	const waiting = page.getByRole('region', { name: '尚未导入的文件' });
	await expect(waiting).toContainText('left.jsonl');
	await accessible(page);
	expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true);
	await chooseIt();
	await page.getByRole('heading', { name: '前几行（按识别结果）' }).waitFor();
	expect(offsets).toEqual([0, PIECE_BYTES, PIECE_BYTES, 2 * PIECE_BYTES]);
	await page.getByRole('button', { name: '放弃导入', exact: true }).click();
	await expect(waiting).toHaveCount(0);
	await context.close();
});

test('Stop ends what is sent while the server is away, and what is left can be let go', async ({ browser }) => {
	const { context, page } = await signedIn(browser, account('admin'), { path: `/projects/${SLUG}/import`, width: 1440, locale: 'en' });
	let away = false;
	await page.route('**/api/v1/uploads/*', async (route) => {
		away ||= isPiece(route) && offsetOf(route) > 0;
		return away ? route.abort('connectionrefused') : route.continue();
	});
	await choose(page, 'Choose a file', 'stopped.jsonl', large('Stopped'));
	await page.getByText('The server does not answer at the moment').waitFor();
	await page.getByRole('button', { name: 'Stop' }).click();
	const left = page.getByRole('listitem').filter({ hasText: 'stopped.jsonl' });
	await expect(left).toBeVisible();
	await left.getByRole('button', { name: 'Let it go' }).click();
	await expect(left.getByRole('alert')).toContainText('does not answer');
	await page.unroute('**/api/v1/uploads/*');
	await left.getByRole('button', { name: 'Let it go' }).click();
	await expect(left).toHaveCount(0);
	await expect(page.getByRole('button', { name: 'Choose a file' })).toBeFocused();
	await context.close();
});
