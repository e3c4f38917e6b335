import { expect, test } from '@playwright/test';
import type { APIRequestContext } from '@playwright/test';
import { accessible, account, address, api, signedIn } from './people.ts';
import type { Account } from './people.ts';

/** Those who answer for the labels: gold and rules, disputed pairs, walls; and a judge who warms up. */
test.describe.configure({ mode: 'serial' });

const SLUG = 'e2e-review';
const admin = account('admin');
const people: Record<string, Account & { id: string }> = {};
type Claimed = { taskId: string; leaseToken: string; left: { messages: { content: string }[] } };

async function send<T>(request: APIRequestContext, who: Account, method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown, status = 200): Promise<T> {
	const answer = await api<T>(request, who, method, path, body);
	expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBe(status);
	return answer.body;
}

/** Somebody of one's own: nobody else's leases stand in the way. */
async function person(request: APIRequestContext, name: string, role: string): Promise<void> {
	const email = `${name}.${Date.now()}@review.example`;
	const password = 'a long enough password';
	const { id } = await send<{ id: string }>(request, admin, 'POST', '/users', { email, name: `${name} of Review`, password }, 201);
	const { token } = await send<{ token: string }>(request, admin, 'POST', `/users/${id}/tokens`, {}, 201);
	await send(request, admin, 'PUT', `/projects/${SLUG}/members/${id}`, { role });
	people[name] = { id, email, name: `${name} of Review`, role, password, token };
}
const who = (name: string): Account & { id: string } => {
	const found = people[name];
	if (!found) throw new Error(`nobody is called ${name}`);
	return found;
};
const importRows = async (request: APIRequestContext, rows: unknown[]): Promise<string> => {
	const sent = await request.post(`${address()}/api/v1/projects/${SLUG}/imports?format=jsonl`, { headers: { authorization: `Bearer ${admin.token}` }, data: rows.map((row) => JSON.stringify(row)).join('\n') });
	expect(sent.status()).toBe(201);
	return ((await sent.json()) as { id: string }).id;
};

test.beforeAll(async ({ request }) => {
	await send(request, admin, 'POST', '/projects', { slug: SLUG, name: 'Answered for', overlap: 2 }, 201);
	for (const [name, role] of [['Ada', 'annotator'], ['Ben', 'annotator'], ['Rita', 'reviewer']] as const) await person(request, name, role);
	await importRows(request, Array.from({ length: 4 }, (_, i) => ({ messages: [{ role: 'user', content: `May flat ${i} be sublet?` }], responses: [`Only with consent under clause ${i}.`, `Of course, flat ${i} is yours.`], matter: i < 2 ? 'Acme v. Birch' : 'Estate of Chen' })));
});

const words = {
	en: { rule: 'When a reviewer must decide', opposed: /each side/, feedback: 'Say what was right after each warm-up item', warmUp: 'Warm-up: gold items before real work', save: 'Save rules', saved: /^Saved/, make: 'Make gold', forWarmUp: 'For the warm-up', added: /gold items added/ },
	zh: { note: /热身/, waiting: '2 项待您裁定', reason: '裁定理由', decide: '裁定', done: /已裁定/, back: '退回', backWords: '请他们重新考虑什么？', sentBack: '已退回评判人。', none: '没有等待您裁定的内容' }
} as const;

test('an owner makes gold of an import and sets the rules', async ({ browser, request }) => {
	await importRows(request, [{ prompt: 'Known: may I cancel?', chosen: 'Usually not after the deadline.', rejected: 'Yes, always.' }]);
	const { context, page } = await signedIn(browser, admin, { locale: 'en', path: `/projects/${SLUG}/checks` });
	await accessible(page);
	await page.getByLabel('Make an import’s preferences gold').click();
	await page.getByRole('option').first().click();
	await page.getByLabel(words.en.forWarmUp).check();
	await page.getByRole('button', { name: words.en.make }).click();
	await expect(page.getByText(words.en.added)).toBeVisible();
	await expect(page.getByRole('cell', { name: /Known: may I cancel/ })).toBeVisible();
	await page.getByLabel(words.en.rule).click();
	await page.getByRole('option', { name: words.en.opposed }).click();
	await page.getByLabel(words.en.warmUp).fill('1');
	await page.getByLabel(words.en.feedback).check();
	await page.getByRole('button', { name: words.en.save }).click();
	await expect(page.getByText(words.en.saved)).toBeVisible();
	await accessible(page);
	await page.reload();
	await expect(page.getByLabel(words.en.warmUp)).toHaveValue('1');
	await context.close();
});

test('a judge warms up on a phone and learns what was right', async ({ browser }) => {
	const { context, page } = await signedIn(browser, who('Ada'), { locale: 'zh', width: 390, path: `/projects/${SLUG}/compare` });
	await expect(page.locator('article:visible')).toContainText('Known: may I cancel?');
	await page.waitForTimeout(400);
	await page.keyboard.press('1');
	await expect(page.getByRole('status').filter({ hasText: words.zh.note })).toBeVisible();
	await expect(page.locator('article:visible')).toContainText('May flat');
	await accessible(page);
	// The next verdict takes the note away.
	await page.waitForTimeout(400);
	await page.keyboard.press('3');
	await expect(page.getByRole('status').filter({ hasText: words.zh.note })).toHaveCount(0);
	await context.close();
});

test('a reviewer decides with the keyboard alone, and sends a pair back', async ({ browser, request }) => {
	test.setTimeout(120_000);
	await send(request, admin, 'PUT', `/projects/${SLUG}/form`, { spans: [{ key: 'promise', name: 'Promise' }], criteria: [{ key: 'law', name: 'Law' }], rewrite: true });
	for (const [name, choice] of [['Ada', 'Only with consent'], ['Ben', 'Of course']] as const) {
		for (let i = 0; i < 8; i++) {
			const claimed = await api<Claimed | null>(request, who(name), 'POST', `/projects/${SLUG}/tasks/claim`, {});
			if (claimed.status === 204 || !claimed.body) break;
			const verdict = claimed.body.left.messages[0]?.content.includes(choice) ? 'left' : 'right';
			const text = claimed.body.left.messages[0]?.content ?? '';
			const span = { side: 'left', message: 0, part: 0, start: 0, end: 4, quote: text.slice(0, 4), label: 'promise' };
			const rewrite = { side: 'left', messages: [{ role: 'assistant', content: `${text} Ask the landlord in writing.` }] };
			const { judgmentId } = await send<{ judgmentId: string }>(request, who(name), 'POST', `/tasks/${claimed.body.taskId}/judgment`, { leaseToken: claimed.body.leaseToken, verdict, rationale: `${name} says why.`, spans: [span], rewrite }, 201);
			if (name === 'Ben') {
				const { comparisonId } = await send<{ comparisonId: string }>(request, who(name), 'GET', `/judgments/${judgmentId}`);
				await send(request, who(name), 'POST', `/comparisons/${comparisonId}/comments`, { body: 'Clause 9 may matter.' }, 201);
			}
		}
	}
	const { context, page } = await signedIn(browser, who('Rita'), { locale: 'zh', width: 390, path: `/projects/${SLUG}/adjudicate` });
	await expect(page.locator('article:visible')).toContainText('May flat');
	const judgments = page.locator('section[aria-labelledby="judged-title"] > ul > li');
	await expect(judgments).toHaveCount(2);
	await expect(judgments.filter({ hasText: 'says why.' }).first()).toBeVisible();
	// What each of them marked, rewrote and said is there, and no name.
	await expect(page.locator('[data-marks] li').first()).toContainText(/评判人 [12]/);
	await page.keyboard.press('a');
	await expect(page.getByText(/第 1 处标记（共 [12] 处）/)).toBeAttached();
	await page.locator('[data-rewrite] summary').first().click();
	await expect(page.locator('[data-rewrite] mark').first()).toContainText('Ask the landlord in writing.');
	await expect(page.locator('#comments')).toContainText('Clause 9 may matter.');
	await expect(page.getByText('Ada of Review')).toHaveCount(0);
	await accessible(page);
	await page.keyboard.press('?');
	await accessible(page);
	await page.keyboard.press('Escape');
	await page.keyboard.press('q');
	await expect(page.locator('[data-criterion="law"] button[aria-pressed="true"]')).toHaveCount(1);
	await page.keyboard.press('c');
	await page.getByRole('dialog').getByRole('textbox').fill('Only with written consent.');
	await page.keyboard.press('Control+Enter');
	await page.locator('#adjudicate-title').focus();
	await page.keyboard.press('1');
	const reason = page.getByLabel(words.zh.reason);
	await expect(reason).toBeFocused();
	// A number typed in the reason is a number, and what an input method composes decides nothing.
	await page.keyboard.type('It names clause 2 and the landlord.');
	await page.reload();
	await expect(reason).toHaveValue('It names clause 2 and the landlord.');
	await page.locator('#adjudicate-title').focus();
	await page.keyboard.press('2');
	await reason.focus();
	await page.keyboard.press('Control+Enter');
	await expect(page.getByText(words.zh.done)).toBeVisible();
	await accessible(page);

	const left = Number(/\d+/.exec(await page.getByText(/项待您裁定/).innerText())?.[0]);
	for (let i = left; i > 0; i--) {
		await expect(page.locator('article:visible')).toBeVisible();
		await page.getByRole('button', { name: words.zh.back }).click();
		await page.getByLabel(words.zh.backWords).fill('请再看第三条。');
		await accessible(page);
		await page.getByRole('dialog').getByRole('button', { name: words.zh.back }).click();
		await expect(page.getByText(words.zh.sentBack)).toBeVisible();
		if (i > 1) await expect(page.getByText(`${i - 1} 项待您裁定`)).toBeVisible();
	}
	await expect(page.getByText(words.zh.none)).toBeVisible();
	await accessible(page);
	await context.close();
});

test('who freezes says whether rewritten answers are trained on', async ({ browser, request }) => {
	// Enough that some of them train, wherever the one decided pair was drawn.
	await importRows(request, Array.from({ length: 12 }, (_, i) => ({ prompt: `May room ${i} be let?`, chosen: `With consent under clause ${i}.`, rejected: `Of course, room ${i} is yours.` })));
	const { context, page } = await signedIn(browser, admin, { locale: 'en', path: `/projects/${SLUG}/rounds/1` });
	const tick = page.getByRole('checkbox', { name: /Train on rewritten answers.*(ready|held-out)/ });
	await expect(tick).toBeChecked();
	await tick.uncheck();
	await page.getByRole('checkbox', { name: /Include imported preferences/ }).check();
	await accessible(page);
	await page.getByRole('button', { name: 'Freeze only' }).or(page.locator('button[name=then][value=look]')).first().click();
	await page.waitForURL(/\/snapshots\/[0-9a-f-]{36}/);
	await expect(page.getByText(/Rewritten answers are left out: \d+ rewrite/)).toBeVisible();
	await accessible(page);
	await context.close();
});

test('an owner raises a wall, after being asked, and lifts it', async ({ browser, request }) => {
	const { context, page } = await signedIn(browser, admin, { locale: 'en', path: `/projects/${SLUG}/members` });
	await page.getByLabel('Person').click();
	await page.getByRole('option', { name: 'Ben of Review' }).click();
	await page.getByLabel('Matter').click();
	await page.getByRole('option', { name: 'Acme v. Birch' }).click();
	await page.getByRole('button', { name: 'Raise wall' }).click();
	await accessible(page);
	await page.getByRole('dialog').getByRole('button', { name: 'Raise wall' }).click();
	await expect(page.getByText(/is kept away from Acme v. Birch. \d judgments are void/)).toBeVisible();
	const mine = await send<{ judgments: { kind: string; question: string }[] }>(request, who('Ben'), 'GET', `/projects/${SLUG}/judgments?limit=50`);
	expect(JSON.stringify(mine)).not.toContain('flat 0');
	expect(JSON.stringify(mine)).toContain('flat 3');
	await page.getByRole('button', { name: /^Skills and languages of Ada|^Add.*Ada/ }).or(page.getByRole('button', { name: /Ada of Review/ })).first().click();
	await page.getByLabel('Skills', { exact: true }).fill('Not a skill!');
	await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
	await expect(page.getByRole('alert')).toContainText('is no skill');
	await page.getByRole('button', { name: /^Lift/ }).click();
	await expect(page.getByText(/may work on Acme v. Birch again/)).toBeVisible();
	await accessible(page);
	await context.close();
});
