import { expect } from '@playwright/test';
import type { APIRequestContext, Browser, BrowserContext, Page } from '@playwright/test';
import AxeBuilder from '@axe-core/playwright';

export type Account = { email: string; name: string; role: string; password: string; token: string };

/** The demo's accounts, as `npm start` wrote them. */
export function accounts(role: string): Account[] {
	const all = JSON.parse(process.env['PLUMBLINE_E2E_ACCOUNTS'] ?? '[]') as Account[];
	return all.filter((account) => account.role === role);
}

/** The first (or another) account of a role. */
export function account(role: string, index = 0): Account {
	const found = accounts(role)[index];
	if (!found) throw new Error(`the demo has no ${role} number ${index + 1}`);
	return found;
}

/** Address of the running installation. */
export const address = (): string => process.env['PLUMBLINE_E2E_URL'] ?? '';

/** A browser of one's own, signed in through the page, in a language and width. */
export async function signedIn(browser: Browser, who: Account, options: { locale?: 'en' | 'zh'; width?: number; path?: string } = {}): Promise<{ context: BrowserContext; page: Page }> {
	const width = options.width ?? 1440;
	const context = await browser.newContext({ baseURL: address(), viewport: { width, height: 900 }, locale: options.locale === 'zh' ? 'zh-CN' : 'en-GB', hasTouch: width < 500 });
	if (options.locale) await context.addCookies([{ name: 'plumbline_locale', value: options.locale, url: address() }]);
	const page = await context.newPage();
	await page.goto(`/sign-in?next=${encodeURIComponent(options.path ?? '/')}`);
	await page.locator('input[name=email]').fill(who.email);
	await page.locator('input[name=password]').fill(who.password);
	await page.locator('input[name=password]').press('Enter');
	await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
	// What is pressed before the page is alive does nothing.
	await page.locator('html[data-alive]').waitFor();
	return { context, page };
}

/** What axe finds on a page (WCAG 2.2 AA) must be nothing. */
export async function accessible(page: Page): Promise<void> {
	const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
	expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)).toEqual([]);
}

/** A call of the API as somebody. */
export async function api<T>(request: APIRequestContext, who: Account, method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<{ status: number; body: T }> {
	const response = await request.fetch(`${address()}/api/v1${path}`, { method, headers: { authorization: `Bearer ${who.token}` }, ...(body === undefined ? {} : { data: body }) });
	const text = await response.text();
	return { status: response.status(), body: (text === '' ? null : JSON.parse(text)) as T };
}
