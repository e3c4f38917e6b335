import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import { accessible, account, address, api, signedIn } from './people.ts';

/** A reviewer gives work to people; they find it waiting, judge it first, and speak with the reviewer about it. */
test.describe.configure({ mode: 'serial' });

const [admin, ingrid, priya, daniel] = [account('admin'), account('reviewer'), account('annotator', 0), account('annotator', 1)];
type Claimed = { taskId: string; leaseToken: string; prompt: { messages: { content: string }[] } };

const words = {
	en: {
		assign: 'Assign work', matter: 'Matter', person: 'Priya Nair', name: 'Name', give: 'Assign', match: '4 open pairs match.', given: 'Assigned: 4 pairs.', waits: '4 assigned pairs wait for you', bell: /^Notifications, \d+ unread/, work: 'You have been given work',
		comment: 'Your comment', send: 'Comment', to: 'To Ingrid Finch', addressed: 'Priya Nair addresses you in a discussion', discussion: 'Discussion', open: 'Judging is still open.', readAll: 'Mark all as read', late: 'Late', end: 'End the batch', endNow: 'End it', ended: 'Ended', wall: '4 behind a wall', hand: 'Hand over', goes: 'Goes to'
	},
	zh: {
		assign: '分派任务', matter: '案件', person: 'Priya Nair', name: '名称', give: '分派', match: '符合条件的待评判内容共 4 组。', given: '已分派 4 组。', waits: '有 4 组分派给您的内容待评判', bell: /^通知，\d+ 条未读/, work: '您有新的任务',
		comment: '您的意见', send: '发表', to: '致 Ingrid Finch', addressed: 'Priya Nair 在讨论中提到了您', discussion: '讨论', open: '评判仍在进行。', readAll: '全部标为已读', late: '已逾期', end: '结束任务', endNow: '结束任务', ended: '已结束', wall: '4 项有信息隔离', hand: '移交', goes: '代办人'
	}
} as const;

async function fits(page: Page): Promise<void> {
	await accessible(page);
	expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
}

for (const [locale, width] of [['en', 1440], ['zh', 390]] as const) {
	const w = words[locale];
	const SLUG = `e2e-assigned-${locale}`;
	const at = `/projects/${SLUG}`;

	test(`work is given, found, judged first and spoken about at ${width} px in ${locale}`, async ({ browser, request }) => {
		test.setTimeout(240_000);
		const send = async <T>(who: typeof admin, method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown, status = 201) => {
			const answer = await api<T>(request, who, method, path, body);
			expect(answer.status, `${path} ${JSON.stringify(answer.body)}`).toBe(status);
			return answer.body;
		};
		await send(admin, 'POST', '/projects', { slug: SLUG, name: 'Given work', overlap: 2 });
		const ids = new Map<string, string>();
		for (const [who, role] of [[ingrid, 'reviewer'], [priya, 'annotator'], [daniel, 'annotator']] as const) {
			const { id } = await send<{ id: string }>(who, 'GET', '/me', undefined, 200);
			ids.set(who.email, id);
			await send(admin, 'PUT', `/projects/${SLUG}/members/${id}`, { role }, 200);
		}
		const row = (i: number) => JSON.stringify({ messages: [{ role: 'user', content: `${i < 4 ? 'Lease' : 'Other'} question ${i}?` }], responses: [`Only with consent ${i}.`, `Of course ${i}.`], ...(i < 4 ? { matter: 'Mill lease' } : {}) });
		const sent = await request.post(`${address()}/api/v1/projects/${SLUG}/imports?format=jsonl`, { headers: { authorization: `Bearer ${admin.token}` }, data: Array.from({ length: 12 }, (_, i) => row(i)).join('\n') });
		expect(sent.status()).toBe(201);
		await send(admin, 'POST', `/projects/${SLUG}/walls`, { userId: ids.get(daniel.email), matter: 'Mill lease' });

		// The reviewer gives a batch: what it holds and who cannot have it is said before.
		const reviewer = await signedIn(browser, ingrid, { locale, width, path: `${at}/assignments` });
		await fits(reviewer.page);
		await reviewer.page.getByRole('button', { name: w.assign }).first().focus();
		await reviewer.page.keyboard.press('Enter');
		await expect(reviewer.page.getByRole('heading', { name: w.assign, exact: true })).toBeFocused();
		await reviewer.page.getByRole('combobox', { name: w.matter }).focus();
		await reviewer.page.keyboard.press('Enter');
		await reviewer.page.getByRole('option', { name: 'Mill lease' }).click();
		await expect(reviewer.page.getByText(w.match)).toBeVisible();
		await expect(reviewer.page.getByText(w.wall)).toBeVisible();
		await reviewer.page.getByRole('checkbox', { name: w.person }).focus();
		await reviewer.page.keyboard.press('Space');
		await reviewer.page.getByRole('textbox', { name: w.name }).fill('Mill lease first');
		await fits(reviewer.page);
		await reviewer.page.getByRole('button', { name: w.give, exact: true }).focus();
		await reviewer.page.keyboard.press('Enter');
		await expect(reviewer.page.getByText(w.given)).toBeVisible();
		await expect(reviewer.page.getByRole('heading', { name: 'Mill lease first', exact: true })).toBeVisible();
		await fits(reviewer.page);

		// It waits for her, and comes first.
		const judge = await signedIn(browser, priya, { locale, width, path: at });
		await expect(judge.page.getByRole('heading', { name: w.waits })).toBeVisible();
		await fits(judge.page);
		await judge.page.getByRole('button', { name: w.bell }).focus();
		await judge.page.keyboard.press('Enter');
		await expect(judge.page.getByRole('link', { name: w.work }).first()).toBeVisible();
		await accessible(judge.page);
		await judge.page.getByRole('link', { name: w.work }).first().click();
		await expect(judge.page).toHaveURL(new RegExp(`${at}/assignments$`));
		await fits(judge.page);
		const task = await send<Claimed>(priya, 'POST', `/projects/${SLUG}/tasks/claim`, {}, 200);
		expect(task.prompt.messages[0]?.content).toMatch(/^Lease/);
		const { judgmentId } = await send<{ judgmentId: string }>(priya, 'POST', `/tasks/${task.taskId}/judgment`, { leaseToken: task.leaseToken, verdict: 'left' });

		// She asks the reviewer, by the keyboard alone: an at sign opens the list and stays out of the text.
		await judge.page.goto(`${at}/history/${judgmentId}`);
		await judge.page.waitForLoadState('networkidle');
		await judge.page.getByRole('textbox', { name: w.comment }).focus();
		await judge.page.keyboard.type('Does clause 3 <script>alert(1)</script> bind? @');
		await expect(judge.page.getByRole('combobox')).toBeFocused();
		await judge.page.keyboard.type('Ing');
		await expect(judge.page.getByRole('option')).toHaveCount(1);
		await accessible(judge.page);
		await judge.page.keyboard.press('ArrowDown');
		await judge.page.keyboard.press('Enter');
		await expect(judge.page.getByRole('textbox', { name: w.comment })).toBeFocused();
		await judge.page.keyboard.press('Control+Enter');
		await expect(judge.page.getByText(w.to)).toBeVisible();
		await expect(judge.page.getByText('Does clause 3 <script>alert(1)</script> bind?')).toBeVisible();
		await expect(judge.page.getByRole('textbox', { name: w.comment })).toHaveValue('');
		await fits(judge.page);

		// The reviewer is told, answers, and is told what is independent still.
		await reviewer.page.goto('/notifications');
		await fits(reviewer.page);
		await reviewer.page.getByRole('link', { name: w.addressed }).first().click();
		await expect(reviewer.page.getByRole('heading', { name: w.discussion })).toBeVisible();
		await expect(reviewer.page.getByText(w.open)).toBeVisible();
		await expect(reviewer.page.locator('li[id^="comment-"]')).toHaveCount(1);
		await fits(reviewer.page);
		await reviewer.page.goto('/notifications');
		const readAll = reviewer.page.getByRole('button', { name: w.readAll });
		if (await readAll.isVisible()) await readAll.click();
		await expect(readAll).toBeHidden();

		// Her colleague, walled off, finds nothing of it; she hands over what she may, and the reviewer ends the batch.
		const judgment = await send<{ comparisonId: string }>(priya, 'GET', `/judgments/${judgmentId}`, undefined, 200);
		await send(daniel, 'GET', `/comparisons/${judgment.comparisonId}/comments`, undefined, 404);
		await judge.page.goto(`${at}/assignments`);
		await judge.page.getByRole('combobox', { name: w.goes }).click();
		await judge.page.getByRole('option', { name: 'Daniel Okafor' }).click();
		await judge.page.getByRole('button', { name: w.hand }).click();
		await expect(judge.page.getByText('Priya Nair → Daniel Okafor')).toBeVisible();
		expect((await send<{ waiting: number }>(daniel, 'GET', `/projects/${SLUG}/assignments/mine`, undefined, 200)).waiting).toBe(0);
		await reviewer.page.goto(`${at}/assignments`);
		await reviewer.page.getByRole('button', { name: w.end }).click();
		await reviewer.page.getByRole('dialog').getByRole('button', { name: w.endNow }).click();
		await expect(reviewer.page.getByRole('heading', { name: 'Mill lease first', exact: true })).toBeHidden();
		await reviewer.page.getByRole('link', { name: w.ended }).click();
		await expect(reviewer.page.getByRole('heading', { name: 'Mill lease first', exact: true })).toBeVisible();
		await fits(reviewer.page);
		await judge.page.goto(at);
		await expect(judge.page.getByRole('heading', { name: w.waits })).toBeHidden();
		await reviewer.context.close();
		await judge.context.close();
	});
}
