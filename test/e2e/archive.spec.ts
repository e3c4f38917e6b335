import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import { smallArchive } from '../support/small-archive.ts';
import { unzip } from '../support/unzip.ts';
import { accessible, account, address, api, signedIn } from './people.ts';

/** An owner takes a whole project with them; where it is already, it is not taken a second time. */
const SLUG = `archived-${Date.now().toString(36)}`;
const admin = account('admin');

test.beforeAll(async ({ request }) => {
	expect((await api(request, admin, 'POST', '/projects', { slug: SLUG, name: 'Archived', overlap: 1 })).status).toBe(201);
	expect((await request.post(`${address()}/api/v1/projects/${SLUG}/imports?format=jsonl`, { headers: { authorization: `Bearer ${admin.token}` }, data: JSON.stringify({ prompt: 'May I leave early?', responses: ['Yes.', 'No.'] }) })).status()).toBe(201);
});

/** What a link downloads: where it lies, what it is called, and its files. */
async function take(page: Page, link: string): Promise<{ path: string; name: string; files: Map<string, string> }> {
	const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: link }).click()]);
	const path = await download.path();
	return { path, name: download.suggestedFilename(), files: await unzip(await readFile(path)) };
}

/** Chooses a file where projects are brought in. */
async function bring(page: Page, name: string, archive: Buffer): Promise<void> {
	await page.goto('/projects');
	await page.locator('html[data-alive]').waitFor();
	const chooser = page.waitForEvent('filechooser');
	await page.getByRole('button', { name: 'Choose an archive' }).click();
	await (await chooser).setFiles({ name, mimeType: 'application/zip', buffer: archive });
}

test('a project is downloaded with or without the addresses of people, and refused where it is already', async ({ browser }) => {
	const { context, page } = await signedIn(browser, admin, { path: `/projects/${SLUG}/members`, locale: 'en' });
	const bare = await take(page, 'Download the archive');
	expect(bare.name).toMatch(new RegExp(`^${SLUG}.*\\.zip$`, 'u'));
	expect([...bare.files.keys()]).toEqual(expect.arrayContaining(['manifest.json', 'tables/00-people.ndjson']));
	expect([...bare.files.values()].join()).toContain('May I leave early?');
	expect([...bare.files.values()].join()).not.toContain(admin.email);
	const named = await take(page, 'With e-mail addresses of people');
	expect(named.files.get('tables/00-people.ndjson')).toContain(admin.email);

	await bring(page, bare.name, await readFile(bare.path));
	await expect(page.getByText('The archive was not taken')).toBeVisible();
	await accessible(page);
	await context.close();
});

test('an archive from elsewhere becomes a project, under another address where its own is taken', async ({ browser }) => {
	const { context, page } = await signedIn(browser, admin, { path: '/projects', locale: 'en' });
	await bring(page, 'elsewhere.zip', await smallArchive({ slug: SLUG }));
	await expect(page.getByText(`Another project here has the address ${SLUG}`)).toBeVisible();
	await accessible(page);
	await expect(page.getByLabel('Address for this project here')).toHaveValue(`${SLUG}-2`);
	await page.getByLabel('Address for this project here').fill(`${SLUG}-there`);
	await page.keyboard.press('Enter');
	await page.waitForURL((url) => url.pathname === `/projects/${SLUG}-there`);
	await expect(page.getByRole('heading', { level: 1, name: SLUG })).toBeVisible();
	await expect(page.getByRole('link', { name: 'Import', exact: false }).first()).toBeVisible();
	await page.goto('/projects');
	await expect(page.locator(`a[href="/projects/${SLUG}-there"]`)).toBeVisible();
	await context.close();
});
