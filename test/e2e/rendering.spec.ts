import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import { accessible, account, address, api, signedIn } from './people.ts';

/**
 * What answers are made of, on the compare page: code, formulas, tables, Arabic, Chinese, hostile text, and what only
 * one of the two says. In both languages and widths, in light and dark; nothing asks another host for anything.
 */
test.describe.configure({ mode: 'serial' });

/** A person holds three pairs over all projects at most: this one judges in no other test, and what was leased is soon free again. */
const [admin, judge] = [account('admin'), account('reviewer')];
const LEASE_SECONDS = 20;

const CODE = '```python\n# Interest for the days of delay\ndef interest(principal: float, rate: float, days: int) -> float:\n    return principal * rate * days / 365  # "simple"\n```';
const TABLE = '| Claim | Limitation period | Starts to run when the claimant knows | Statute | Remarks |\n|:--|--:|:--|:--|:--|\n| Contract | 6 years | No, at breach | Limitation Act 1980, s 5 | An acknowledgment in writing starts it afresh |\n| Personal injury | 3 years | Yes, or at the injury | Limitation Act 1980, s 11 | The court may disapply it |';
const MATHS = 'The interest is $I = P \\cdot r \\cdot \\frac{d}{365}$, so a fee of $5 or $6 a day is little:\n\n$$\n\\begin{aligned}\nI &= 10\\,000 \\cdot 0.08 \\cdot \\frac{90}{365} \\\\\n  &\\approx 197.26\n\\end{aligned}\n$$';
const ARABIC = 'المادة 374 من القانون المدني: يتقادم الالتزام بانقضاء خمس عشرة سنة، انظر `Article 374`.\n\n- البند الأول\n- البند الثاني';
const CHINESE = '根据《民法典》第一百八十八条，诉讼时效期间为三年，自权利人知道或者应当知道权利受到损害之日起计算。';
const HOSTILE = '<img src=https://elsewhere.test/a.png onerror=alert(1)> ![x](https://elsewhere.test/b.png) $\\href{javascript:alert(1)}{x}$ $\\includegraphics{https://elsewhere.test/c.png}$';

const answer = (term: string): string => `Interest runs from the **due date** at ${term}.\n\n${MATHS}\n\n${CODE}\n\n${TABLE}\n\n${ARABIC}\n\n${CHINESE}\n\n${HOSTILE}`;

const PROJECTS = {
	'e2e-plain': [{ messages: [{ role: 'user', content: 'When may the tenant leave?' }], responses: ['After a notice of three months, which costs $5 and $6.', 'After a notice of six weeks at least, which costs $5 and $6.'] }],
	'e2e-rendering': [{ messages: [{ role: 'user', content: 'What interest may I ask for, in three languages?' }], responses: [answer('eight per cent a year'), `${answer('a rate the court sets')}\n\nAsk for costs too.`] }]
} as const;

test.beforeAll(async ({ request }) => {
	const me = await api<{ id: string }>(request, judge, 'GET', '/me');
	for (const [slug, rows] of Object.entries(PROJECTS)) {
		expect((await api(request, admin, 'POST', '/projects', { slug, name: slug, overlap: 1, leaseSeconds: LEASE_SECONDS, guideline: 'Compare.' })).status).toBe(201);
		expect((await api(request, admin, 'PUT', `/projects/${slug}/members/${me.body.id}`, { role: 'annotator' })).status).toBe(200);
		const response = await request.post(`${address()}/api/v1/projects/${slug}/imports?format=jsonl`, { headers: { authorization: `Bearer ${admin.token}` }, data: rows.map((row) => JSON.stringify(row)).join('\n') });
		expect(response.status()).toBe(201);
	}
});

const shown = (page: Page) => page.locator('article:visible');
const marks = (page: Page) => shown(page).locator('mark');

/** Addresses a page asked for; those of another host, which must be none. */
function listen(page: Page): { scripts: Set<string>; foreign: string[] } {
	const heard = { scripts: new Set<string>(), foreign: [] as string[] };
	page.on('request', (request) => {
		const url = new URL(request.url());
		if (url.protocol.startsWith('http') && url.origin !== address()) heard.foreign.push(request.url());
		if (request.resourceType() === 'script' || /\.js$/u.test(url.pathname)) heard.scripts.add(url.pathname);
	});
	return heard;
}

/** The texts of marked words, without the words for screen readers. */
const marked = (page: Page, side: 'left' | 'right'): Promise<string[]> =>
	shown(page)
		.locator(`section[data-side="${side}"] mark`)
		.evaluateAll((found) => found.map((mark) => [...mark.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent).join('')));

let plainScripts: ReadonlySet<string> = new Set();

test('plain answers load no library; their difference is marked on a key', async ({ browser }) => {
	const { context, page } = await signedIn(browser, judge, { locale: 'en' });
	const heard = listen(page);
	await page.goto('/projects/e2e-plain/compare');
	await expect(shown(page)).toBeVisible();
	await page.waitForLoadState('networkidle');
	plainScripts = new Set(heard.scripts);
	// Prices are no formulas.
	await expect(shown(page).locator('math')).toHaveCount(0);
	await expect(shown(page)).toContainText('$5 and $6');
	await expect(shown(page).getByText(/\d+ words\s*·/)).toHaveCount(2);

	await page.keyboard.press('d');
	await expect.poll(async () => [...(await marked(page, 'left')), ...(await marked(page, 'right'))].sort()).toEqual(['six weeks at least', 'three months']);
	expect(heard.scripts.difference(plainScripts).size).toBeGreaterThan(0);
	await expect(page.getByRole('button', { name: /Differences/ })).toHaveAttribute('aria-pressed', 'true');
	// Said in words too.
	await expect(marks(page).first()).toContainText('[only here: ');
	await accessible(page);

	// One view at a time, and kept for the session.
	await page.keyboard.press('m');
	await expect(marks(page)).toHaveCount(0);
	await expect(page.getByRole('button', { name: /Differences/ })).toHaveAttribute('aria-pressed', 'false');
	await page.keyboard.press('d');
	await expect(page.getByRole('button', { name: /As written/ })).toHaveAttribute('aria-pressed', 'false');
	await page.reload();
	await expect(marks(page)).toHaveCount(2);
	await page.getByRole('button', { name: /Differences/ }).click();
	await expect(marks(page)).toHaveCount(0);
	expect(heard.foreign).toEqual([]);
	await context.close();
});

test('code, formulas, tables and scripts of other directions are set; hostile text is text', async ({ browser }) => {
	test.setTimeout(240_000);
	const { context, page } = await signedIn(browser, judge, { locale: 'en' });
	const heard = listen(page);
	const trouble: string[] = [];
	page.on('console', (message) => {
		if (/Content.Security.Policy|refused/iu.test(message.text())) trouble.push(message.text());
	});
	page.on('dialog', (dialog) => {
		trouble.push(dialog.message());
		void dialog.dismiss();
	});
	for (const [locale, width] of [['en', 1440], ['en', 390], ['zh', 1440], ['zh', 390]] as const) {
		await context.addCookies([{ name: 'plumbline_locale', value: locale, url: address() }]);
		await page.setViewportSize({ width, height: 900 });
		await page.goto('/projects/e2e-rendering/compare');
		await expect(page.locator('html')).toHaveAttribute('lang', locale === 'zh' ? 'zh-Hans' : 'en');
		const left = shown(page).locator('section[data-side="left"]');
		await expect(left.locator('math')).not.toHaveCount(0);
		await expect(left.locator('.math-display math mtr')).toHaveCount(2);
		await expect(left.locator('pre .hljs-keyword').first()).toHaveText('def');
		await expect(left).toContainText('a fee of $5 or $6 a day');
		// A formula has a height and a fraction a bar: the browser sets it.
		expect((await left.locator('math mfrac').first().boundingBox())?.height ?? 0).toBeGreaterThan(18);
		await expect(left.locator('li', { hasText: 'البند الأول' })).toHaveCSS('direction', 'rtl');
		await expect(left.locator('ul', { hasText: 'البند الأول' })).toHaveCSS('direction', 'rtl');
		await expect(left.locator('p', { hasText: 'المادة 374' })).toHaveCSS('direction', 'rtl');
		// The table scrolls within its box; the page does not.
		const table = left.locator('.table-scroll');
		if (width < 500) expect(await table.evaluate((box) => box.scrollWidth > box.clientWidth)).toBe(true);
		expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
		expect(await shown(page).locator('img, script, style, svg[onload], a[href^="javascript"]').count()).toBe(0);
		await accessible(page);

		await page.keyboard.press('d');
		await expect(marks(page)).not.toHaveCount(0);
		const both = [...(await marked(page, 'left')), ...(await marked(page, 'right'))];
		expect(both).toHaveLength(3);
		expect(both.join(' ')).toContain('Ask for costs too.');
		expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
		await accessible(page);
		await page.keyboard.press('m');
		await expect(shown(page).locator('.raw').first()).toBeVisible();
		await accessible(page);
		await page.keyboard.press('m');
	}
	// In the dark as well.
	await page.emulateMedia({ colorScheme: 'dark' });
	await accessible(page);
	await page.keyboard.press('d');
	await expect(marks(page)).not.toHaveCount(0);
	await accessible(page);
	// The libraries came with this text, not with the page.
	expect(heard.scripts.difference(plainScripts).size).toBeGreaterThan(0);
	expect(heard.foreign).toEqual([]);
	expect(trouble).toEqual([]);
	await context.close();
});

test('answers of 20,000 words are compared without holding the page up', async ({ browser, request }) => {
	test.setTimeout(120_000);
	const words = (seed: number): string => Array.from({ length: 20_000 }, (_, i) => `w${(i * seed * 7919 + ((i * i) % 104_729)) % 5_003}${i % 17 === 0 ? '.\n\n' : ''}`).join(' ');
	const slug = 'e2e-long';
	const me = await api<{ id: string }>(request, judge, 'GET', '/me');
	expect((await api(request, admin, 'POST', '/projects', { slug, name: slug, overlap: 1, leaseSeconds: LEASE_SECONDS, guideline: 'Compare.' })).status).toBe(201);
	expect((await api(request, admin, 'PUT', `/projects/${slug}/members/${me.body.id}`, { role: 'annotator' })).status).toBe(200);
	const row = JSON.stringify({ messages: [{ role: 'user', content: 'At length?' }], responses: [words(3), words(11)] });
	expect((await request.post(`${address()}/api/v1/projects/${slug}/imports?format=jsonl`, { headers: { authorization: `Bearer ${admin.token}` }, data: row })).status()).toBe(201);
	const { context, page } = await signedIn(browser, judge, { locale: 'en', path: `/projects/${slug}/compare` });
	await expect(shown(page)).toBeVisible({ timeout: 60_000 });
	// The longest that the page's own scripts ran in one go while comparing; what the tracing of this test takes is not theirs.
	await page.evaluate(() => {
		const seen = Object.assign(window, { longest: 0 });
		type Frame = PerformanceEntry & { scripts: PerformanceEntry[] };
		const frames = new PerformanceObserver((list) => {
			for (const { scripts } of list.getEntries() as Frame[]) seen.longest = Math.max(seen.longest, scripts.reduce((sum, { duration }) => sum + duration, 0));
		});
		frames.observe({ type: 'long-animation-frame' });
	});
	await page.keyboard.press('d');
	await expect(shown(page).getByText(/^Underlined:/).first()).toBeVisible({ timeout: 30_000 });
	const longest = await page.evaluate(() => (window as unknown as { longest: number }).longest);
	test.info().annotations.push({ type: 'longest pause', description: `${Math.round(longest)} ms` });
	expect(longest).toBeLessThan(1000);
	await context.close();
});
