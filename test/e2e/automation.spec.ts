import { expect, test } from '@playwright/test';
import { accessible, account, api, signedIn } from './people.ts';

/** An engineer says no to a training that nobody began by hand; a judge chooses what they are mailed of. */
const SLUG = 'e2e-automation';
const [admin, engineer, annotator] = [account('admin'), account('engineer'), account('annotator')];

test.beforeAll(async ({ request }) => {
	expect((await api(request, admin, 'POST', '/projects', { slug: SLUG, name: 'By itself', overlap: 1 })).status).toBe(201);
	for (const [who, role] of [[engineer, 'engineer'], [annotator, 'annotator']] as const) {
		const { id } = (await api<{ id: string }>(request, who, 'GET', '/me')).body;
		expect((await api(request, admin, 'PUT', `/projects/${SLUG}/members/${id}`, { role })).status).toBe(200);
	}
	const pair = { prompt: 'May I leave early?', responses: ['Only with notice.', 'Certainly.'] };
	expect((await api(request, engineer, 'POST', `/projects/${SLUG}/imports?format=jsonl`, pair)).status).toBe(201);
	expect((await api(request, engineer, 'PUT', `/projects/${SLUG}/snapshot-rules/Usual`, { objective: 'dpo', rule: {} })).status).toBe(200);
	const settings = { enabled: true, minComplete: 1, minAgreement: null, schedule: null, quiet: null, timeZone: 'UTC', maxRunsPerWeek: 1, approval: true, rule: 'Usual', recipe: {} };
	expect((await api(request, admin, 'PUT', `/projects/${SLUG}/automation`, settings)).status).toBe(200);
	const task = (await api<{ taskId: string; leaseToken: string }>(request, annotator, 'POST', `/projects/${SLUG}/tasks/claim`)).body;
	expect((await api(request, annotator, 'POST', `/tasks/${task.taskId}/judgment`, { leaseToken: task.leaseToken, verdict: 'left', durationMs: 1000 })).status).toBe(201);
});

test('a training that waits for approval is said no to, with a reason that stands there', async ({ browser, request }) => {
	test.setTimeout(90_000);
	await expect.poll(async () => (await api<{ waitsForApproval: boolean }>(request, engineer, 'GET', `/projects/${SLUG}/automation`)).body.waitsForApproval, { timeout: 60_000 }).toBe(true);
	const { context, page } = await signedIn(browser, engineer, { locale: 'en', path: `/projects/${SLUG}` });
	await page.getByRole('link', { name: 'Look and approve' }).click();
	await page.getByText('Not this training').click();
	await page.getByRole('button', { name: 'Say no' }).click();
	await expect(page.getByLabel('Why not')).toHaveAttribute('aria-invalid', 'true');
	await accessible(page);
	await page.getByLabel('Why not').fill('The guideline changes on Monday.');
	await page.getByRole('button', { name: 'Say no' }).click();
	await expect(page.getByText('Your no is kept')).toBeVisible();
	await expect(page.getByText('Somebody said no to this training, and the round has no more comparisons to judge.')).toBeVisible();
	await expect(page.getByRole('button', { name: 'Approve the training' })).toHaveCount(0);
	await expect(page.locator('blockquote')).toHaveText('The guideline changes on Monday.');
	await accessible(page);
	await context.close();
	// Whoever set it up is told why.
	const { notifications } = (await api<{ notifications: { kind: string; text: string | null }[] }>(request, admin, 'GET', '/notifications?limit=20')).body;
	expect(notifications).toContainEqual(expect.objectContaining({ kind: 'declined', text: 'The guideline changes on Monday.' }));
});

test('what mails count is chosen on the account page, and kept', async ({ browser, request }) => {
	const { context, page } = await signedIn(browser, annotator, { locale: 'en', width: 390, path: '/account#mail' });
	const comments = page.getByLabel('New comments in my discussions');
	await expect(comments).toBeChecked();
	await comments.uncheck();
	await page.locator('#mail').getByRole('button', { name: 'Save' }).click();
	await expect(page.locator('#mail').getByText('Saved.')).toBeVisible();
	await page.reload();
	await expect(comments).not.toBeChecked();
	await accessible(page);
	await context.close();
	expect((await api<{ off: string[] }>(request, annotator, 'PUT', '/notifications/mail', { off: [] })).body.off).toEqual([]);
});
