import { expect, test } from '@playwright/test';
import { accessible, account, address, api, signedIn } from './people.ts';

/** An engineer tries several settings at once, takes what waits out of line, and asks for fine-tuning before a run; an administrator looks what could be removed. */
const SLUG = 'e2e-sweeps';
/** So many that some question is kept for tuning, whatever the lot: one in twenty is. */
const PAIRS = 400;
const [admin, engineer] = [account('admin'), account('engineer')];
let pairs = '';

test.beforeAll(async ({ request }) => {
	expect((await api(request, admin, 'POST', '/projects', { slug: SLUG, name: 'Sweeps', overlap: 1 })).status).toBe(201);
	const me = await api<{ id: string }>(request, engineer, 'GET', '/me');
	expect((await api(request, admin, 'PUT', `/projects/${SLUG}/members/${me.body.id}`, { role: 'engineer' })).status).toBe(200);
	const rows = Array.from({ length: PAIRS }, (_, i) => JSON.stringify({ prompt: `Question ${i}: may flat ${i} be let?`, chosen: `Only with clause ${i}.`, rejected: `You will certainly let flat ${i}.` }));
	expect((await request.post(`${address()}/api/v1/projects/${SLUG}/imports?format=jsonl`, { headers: { authorization: `Bearer ${engineer.token}` }, data: rows.join('\n') })).status()).toBe(201);
	for (const objective of ['dpo', 'sft']) {
		const frozen = await api<{ id: string }>(request, engineer, 'POST', `/projects/${SLUG}/snapshots`, { objective, rule: { includeImports: true } });
		expect(frozen.status).toBe(201);
		if (objective === 'dpo') pairs = frozen.body.id;
	}
});

test('several settings are tried at once, and what waits is taken out of line', async ({ browser, request }) => {
	test.setTimeout(120_000);
	const { context, page } = await signedIn(browser, engineer, { locale: 'en', path: `/projects/${SLUG}/sweeps/new?snapshot=${pairs}` });
	await page.getByRole('button', { name: 'Start the runs' }).click();
	await expect(page.getByText('Name at least one setting to try.').first()).toBeVisible();
	await accessible(page);
	await page.locator('input[name="values.beta"]').fill('0.05, 0.1');
	await page.locator('input[name="values.maxSteps"]').fill('200');
	await expect(page.getByText(/^Makes 2 runs/u)).toBeVisible();
	await page.getByRole('button', { name: 'Start the runs' }).click();
	await page.waitForURL(/sweeps\/[0-9a-f-]{36}$/u);
	await accessible(page);
	await expect(page.getByRole('columnheader', { name: 'Beta' })).toBeVisible();
	const id = page.url().split('/').at(-1) ?? '';
	const cancel = page.getByRole('button', { name: /out of line$/u });
	await cancel.click();
	await expect(cancel).toHaveCount(0);
	// A worker may have taken one meanwhile: that goes on, and is stopped as any run is.
	const { points } = (await api<{ points: { id: string; status: string }[] }>(request, engineer, 'GET', `/sweeps/${id}`)).body;
	expect(points.filter(({ status }) => status === 'cancelled').length).toBeGreaterThan(0);
	for (const point of points.filter(({ status }) => status !== 'cancelled')) expect((await api(request, engineer, 'POST', `/runs/${point.id}/cancel`, { keep: false })).status).toBe(200);
	await context.close();

	const phone = await signedIn(browser, engineer, { locale: 'zh', width: 390, path: `/projects/${SLUG}/sweeps` });
	await accessible(phone.page);
	await phone.page.locator(`a[href$="/sweeps/${id}"]`).click();
	await phone.page.waitForURL(new RegExp(id, 'u'));
	await accessible(phone.page);
	expect(await phone.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
	await phone.context.close();
});

test('a run is asked for with fine-tuning before it', async ({ browser, request }) => {
	test.setTimeout(60_000);
	const { context, page } = await signedIn(browser, engineer, { locale: 'en', path: `/projects/${SLUG}/runs/new?snapshot=${pairs}` });
	await page.getByLabel('Fine-tune on the accepted answers first').check();
	await page.locator('input[name=stageSteps]').fill('150');
	await accessible(page);
	await page.getByRole('button', { name: 'Start the run' }).click();
	await page.waitForURL(/runs\/[0-9a-f-]{36}/u);
	await accessible(page);
	const id = /runs\/([0-9a-f-]{36})/u.exec(page.url())?.[1] ?? '';
	const run = (await api<{ status: string; stage: { id: string } }>(request, engineer, 'GET', `/runs/${id}`)).body;
	expect(run.status).toBe('waiting');
	for (const one of [id, run.stage.id]) expect((await api(request, engineer, 'POST', `/runs/${one}/cancel`, { keep: false })).status).toBe(200);
	await context.close();
});

test('an administrator looks what could be removed', async ({ browser }) => {
	for (const [locale, width] of [['en', 1440], ['zh', 390]] as const) {
		const { context, page } = await signedIn(browser, admin, { locale, width, path: '/fleet/clean-up' });
		await page.locator('input[name=lastRuns]').fill('0');
		await page.locator('input[name=lastRuns]').press('Enter');
		await page.waitForURL(/lastRuns=0/u);
		await accessible(page);
		expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
		await context.close();
	}
});
