import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import { accessible, account, api, signedIn } from './people.ts';

/**
 * One round in the browser: two lawyers judge, one in English at a desk and
 * offline for a while, one in Chinese on a phone; an engineer freezes and trains;
 * a reviewer decides. The training is real, on a tiny model.
 */
test.describe.configure({ mode: 'serial' });

const SLUG = 'e2e-round';
const PAIRS = 40;
const [admin, engineer, reviewer] = [account('admin'), account('engineer'), account('reviewer')];
const [anna, boris] = [account('annotator', 0), account('annotator', 1)];

type RoundCounts = { rounds: { judgments: number; complete: number; comparisons: number }[] };

test.beforeAll(async ({ request }) => {
	expect((await api(request, admin, 'POST', '/projects', { slug: SLUG, name: 'One round', overlap: 2, leaseSeconds: 60, guideline: '# What to compare\nWould you send it?' })).status).toBe(201);
	for (const [who, role] of [[engineer, 'engineer'], [reviewer, 'reviewer'], [anna, 'annotator'], [boris, 'annotator']] as const) {
		const me = await api<{ id: string }>(request, who, 'GET', '/me');
		expect((await api(request, admin, 'PUT', `/projects/${SLUG}/members/${me.body.id}`, { role })).status).toBe(200);
	}
	const rows = Array.from({ length: PAIRS }, (_, i) =>
		JSON.stringify({
			messages: [{ role: 'user', content: `Question ${i}: may I end the lease of flat ${i}?` }],
			responses: [`It depends on the notice period of lease ${i}. **Check clause ${i}** before Friday.`, `You will certainly win case ${i}. <script>alert(1)</script> ![x](https://example.test/x.png)`]
		})
	);
	const fresh = JSON.stringify({ messages: [{ role: 'user', content: 'A new question for round 2?' }], responses: [] });
	const response = await request.post(`${process.env['PLUMBLINE_E2E_URL']}/api/v1/projects/${SLUG}/imports?format=jsonl`, { headers: { authorization: `Bearer ${engineer.token}` }, data: [...rows, fresh].join('\n') });
	expect(response.status()).toBe(201);
});

/** The pair on screen; those behind it are laid out too, unseen. */
const shown = (page: Page) => page.locator('article:visible');
const shownId = (page: Page) => shown(page).getAttribute('data-task');

/** The key of the side that does not promise: people who judge like this teach the model something. */
async function careful(page: Page): Promise<'1' | '2'> {
	const left = shown(page).locator('section[data-side="left"]');
	return (await left.innerText({ timeout: 2000 }).catch(() => '')).includes('certainly') ? '2' : '1';
}

/** The page takes no verdict in a pair's first moments: a double strike must not judge an unread pair. */
const READING_MS = 400;

/** Presses a key on a pair that was looked at, and waits for the next one unless it is the last. */
async function press(page: Page, key: string, options: { last?: boolean } = {}): Promise<void> {
	const before = await shownId(page);
	await page.waitForTimeout(READING_MS);
	await page.keyboard.press(key);
	if (!options.last) await expect.poll(() => shownId(page)).not.toBe(before);
}

const judged = async (request: Parameters<typeof api>[0]) => (await api<RoundCounts>(request, engineer, 'GET', `/projects/${SLUG}/rounds`)).body.rounds[0]?.judgments ?? 0;

test('a lawyer judges with the keyboard alone, takes one back, and goes on offline', async ({ browser, request }) => {
	test.setTimeout(300_000);
	const { context, page } = await signedIn(browser, anna, { locale: 'en', path: `/projects/${SLUG}/compare` });
	await expect(shown(page)).toBeVisible();
	await accessible(page);
	// Hostile text stays text: nothing ran, nothing was loaded.
	expect(await page.locator('article img, article script').count()).toBe(0);

	await press(page, await careful(page));
	await expect.poll(() => judged(request)).toBe(1);

	// What is typed as a reason must never be a verdict.
	const typing = await shownId(page);
	await page.waitForTimeout(READING_MS);
	await page.keyboard.press('r');
	await page.keyboard.type('12345 s u');
	await page.keyboard.press('Control+Enter');
	expect(await shownId(page)).toBe(typing);
	await press(page, '3');
	await expect.poll(() => judged(request)).toBe(2);

	await page.keyboard.press('u');
	await expect.poll(() => shownId(page)).toBe(typing);
	// The count does not change by it, so only the answer says that it has arrived.
	const corrected = page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.url().endsWith('/judgment'));
	await press(page, '4');
	expect((await corrected).ok()).toBe(true);
	expect(await judged(request)).toBe(2);

	await context.setOffline(true);
	await press(page, '1');
	await press(page, '1', { last: true });
	await expect(page.getByRole('button', { name: /2 not yet sent/ })).toBeVisible();
	expect(await judged(request)).toBe(2);
	await context.setOffline(false);
	await expect.poll(() => judged(request), { timeout: 60_000 }).toBe(4);
	await expect(page.getByRole('button', { name: /not yet sent/ })).toHaveCount(0);

	await page.keyboard.press('?');
	await expect(page.getByRole('dialog')).toBeVisible();
	await accessible(page);
	await page.keyboard.press('Escape');
	// Until the record says so, not for a number of strikes: after a time offline a pair may be shown a second time.
	for (const deadline = Date.now() + 90_000; Date.now() < deadline && (await judged(request)) < PAIRS; ) {
		await page.waitForTimeout(READING_MS);
		if ((await shown(page).count()) > 0) await page.keyboard.press(await careful(page));
	}
	await expect.poll(() => judged(request), { timeout: 60_000 }).toBe(PAIRS);
	await expect(shown(page)).toHaveCount(0);
	await accessible(page);
	await context.close();
});

test('a colleague judges the same pairs in Chinese on a phone', async ({ browser, request }) => {
	test.setTimeout(300_000);
	const { context, page } = await signedIn(browser, boris, { locale: 'zh', width: 390, path: `/projects/${SLUG}/compare` });
	await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
	await expect(shown(page)).toBeVisible();
	await accessible(page);
	const left = page.getByRole('button', { name: /左边更好/ });
	await expect(left).toBeInViewport();
	await page.waitForTimeout(READING_MS);
	await left.tap();
	await expect.poll(() => judged(request)).toBe(PAIRS + 1);
	await context.close();

	// The rest through the API, by the same person: a browser adds nothing to forty equal taps. What the closed
	// phone had leased ahead comes back when its leases lapse.
	for (const deadline = Date.now() + 150_000; Date.now() < deadline && (await judged(request)) < 2 * PAIRS; ) {
		const task = await api<{ taskId: string; leaseToken: string; left: { messages: { content: string }[] } } | null>(request, boris, 'POST', `/projects/${SLUG}/tasks/claim`, {});
		if (task.status === 204 || !task.body) {
			await new Promise((resolve) => setTimeout(resolve, 2000));
			continue;
		}
		const verdict = task.body.left.messages[0]?.content.includes('certainly') ? 'right' : 'left';
		expect((await api(request, boris, 'POST', `/tasks/${task.body.taskId}/judgment`, { leaseToken: task.body.leaseToken, verdict })).status).toBe(201);
	}
	await expect.poll(() => judged(request)).toBe(2 * PAIRS);
});

test('an engineer freezes, trains and watches', async ({ browser }) => {
	test.setTimeout(1_200_000);
	const { context, page } = await signedIn(browser, engineer, { locale: 'en', path: `/projects/${SLUG}` });
	await accessible(page);
	await page.goto(`/projects/${SLUG}/rounds/1`);
	await accessible(page);
	await page.getByRole('button', { name: /Freeze and train/ }).click();
	await page.waitForURL(/\/runs\/new/);
	await accessible(page);
	// A worker has counted the rows' tokens with the model's tokenizer and knows how large the model is.
	await expect(page.getByRole('region', { name: 'Before it runs' }).getByText(/^Fits on this machine/)).toBeVisible({ timeout: 120_000 });
	await expect(page.getByText('Every row is within the maximum length.')).toBeVisible();
	await accessible(page);
	await page.getByText('More settings').click();
	for (const [name, value] of [['maxSteps', '12'], ['saveSteps', '6'], ['maxLength', '256'], ['loraRank', '4']] as const) await page.locator(`input[name=${name}]`).fill(value);
	await page.getByRole('button', { name: 'Start the run' }).click();
	await page.waitForURL(/\/runs\/[0-9a-f-]{36}/);
	await accessible(page);
	await expect(page.getByText(/^Finished/).first()).toBeVisible({ timeout: 480_000 });
	await page.getByRole('link', { name: 'See the checkpoint' }).click();
	await page.waitForURL(/\/checkpoints\//);
	await expect(page.getByText('Held-out preference accuracy')).toBeVisible({ timeout: 240_000 });
	await accessible(page);
	// The worker answers questions of the next round before it makes what goes out.
	await page.getByText('Export this checkpoint').click();
	await page.getByRole('radio', { name: /^Adapter/ }).check();
	await accessible(page);
	await page.getByRole('button', { name: 'Export', exact: true }).click();
	await expect(page.getByRole('region', { name: 'Exports' }).getByRole('link', { name: /^Download/ })).toBeVisible({ timeout: 300_000 });
	await accessible(page);
	await context.close();
});

test('a reviewer decides, and the next round waits for the same people', async ({ browser, request }) => {
	test.setTimeout(400_000);
	await expect.poll(async () => (await api<RoundCounts>(request, engineer, 'GET', `/projects/${SLUG}/rounds`)).body.rounds[1]?.comparisons ?? 0, { timeout: 300_000 }).toBeGreaterThan(0);
	const { context, page } = await signedIn(browser, reviewer, { locale: 'en', path: `/projects/${SLUG}/checkpoints` });
	await accessible(page);
	await page.getByRole('link', { name: /r1-dpo-1/ }).click();
	await page.getByRole('radio', { name: /Promote/ }).check();
	await page.getByLabel('Reason').fill('It says what the answer depends on.');
	await page.getByRole('button', { name: 'Record the decision' }).click();
	await expect(page.getByText('Type your password: a decision is signed.')).toBeVisible();
	await page.getByLabel('Your password').fill(reviewer.password);
	await page.getByRole('button', { name: 'Record the decision' }).click();
	await expect(page.getByText('Promoted').first()).toBeVisible();
	await accessible(page);
	// A worker writes the report; the page looks again by itself.
	await page.getByRole('link', { name: 'Report' }).click();
	await expect(page.getByRole('heading', { name: 'Decision and signatures' })).toBeVisible({ timeout: 60_000 });
	await expect(page.getByText('It says what the answer depends on.')).toBeVisible();
	await accessible(page);
	await context.close();

	const again = await signedIn(browser, anna, { locale: 'en', path: `/projects/${SLUG}/compare` });
	await expect(again.page.getByRole('button', { name: /Left is better/ })).toBeVisible();
	expect(await shown(again.page).innerHTML()).not.toMatch(/r1-dpo|checkpoint|tiny|qwen/i);
	expect(await again.page.content()).not.toMatch(/r1-dpo|tiny|qwen/i);
	await again.context.close();
});

test('the owner sets a gate, and goes back to where the project began', async ({ browser }) => {
	test.setTimeout(60_000);
	const { context, page } = await signedIn(browser, admin, { locale: 'en', path: `/projects/${SLUG}/gate` });
	await accessible(page);
	await page.getByRole('button', { name: 'Begin with the usual rules' }).click();
	await page.getByLabel('At least', { exact: true }).first().fill('two');
	await page.getByRole('button', { name: 'Save as a new version' }).click();
	await expect(page.getByText(/Invalid type|at least 1/iu).first()).toBeVisible();
	await page.getByLabel('At least', { exact: true }).first().fill('20');
	await page.getByRole('button', { name: 'Save as a new version' }).click();
	await expect(page.getByText(/^Version 1, by/u)).toBeVisible();
	await accessible(page);
	await page.getByLabel('Go back to', { exact: true }).click();
	await page.getByRole('option').first().click();
	await page.getByLabel('Reason').fill('It promises too much.');
	await page.getByLabel('Your password').fill(admin.password);
	await page.getByRole('button', { name: 'Go back' }).click();
	await expect(page.getByText('is the champion again')).toBeVisible();
	await context.close();
	const phone = await signedIn(browser, admin, { locale: 'zh', width: 390, path: `/projects/${SLUG}/gate` });
	await accessible(phone.page);
	expect(await phone.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
	await phone.context.close();
});
