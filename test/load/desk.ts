import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import type { Page } from '@playwright/test';
import { ensureChromium } from '../../scripts/test/chromium.mjs';
import { ROOT } from '../../scripts/start/settings.mjs';
import { quantile } from './cpu.ts';

/** JavaScript of the compare page, as gzip would send it. Sizes in bytes. */
export type Weight = {
	/** Fetched until the first pair stood and the page was quiet. */
	first: { files: number; gzip: number };
	/** And what comes with the first sign of somebody at work: what keys open, marks, rewrites. */
	inUse: { files: number; gzip: number };
	/** The largest of the first files. */
	largest: { name: string; gzip: number }[];
};

/** How fast pairs stand on the screen, in milliseconds. */
export type DeskTimes = {
	/** From the navigation to the first pair on the screen. */
	firstPair: number;
	/** From the key to the next pair painted, as the page itself measures it. */
	nextPair: { n: number; p50: number; p95: number };
};

/** A form that asks for all there is. */
export const FULLEST_FORM = {
	strength: true,
	criteria: [{ key: 'accuracy', name: 'Accuracy', help: 'Is it right in law?', required: true }],
	reasons: [{ key: 'clear', name: 'Clearer' }],
	spans: [{ key: 'vague', name: 'Vague' }],
	rewrite: true,
	rationale: 'required'
} as const;

/** Longer than the moment in which a pair takes no key (a key struck twice judges nothing unread). */
const LOOK_MS = 400;

type Desk = { slug: string; cookie: { name: string; value: string } };

/** Opens the compare page in a browser as a signed-in person would. */
async function opened<T>(base: string, of: Desk, measure: (page: Page) => Promise<T>): Promise<T> {
	const browser = await chromium.launch({ executablePath: await ensureChromium(ROOT, process.execPath), args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
	try {
		const context = await browser.newContext({ baseURL: base, viewport: { width: 1440, height: 900 } });
		await context.addCookies([{ ...of.cookie, url: base, httpOnly: true, sameSite: 'Lax' }]);
		return await measure(await context.newPage());
	} finally {
		await browser.close();
	}
}

/** What the page weighs until the first pair stands, and once somebody is at work. */
export async function weighDesk(base: string, of: Desk): Promise<Weight> {
	return opened(base, of, async (page) => {
		const scripts: Promise<{ name: string; gzip: number }>[] = [];
		page.on('response', (response) => {
			const { pathname } = new URL(response.url());
			if (pathname.endsWith('.js')) scripts.push(response.body().then((body) => ({ name: pathname.split('/').at(-1) ?? '', gzip: gzipSync(body).length })));
		});
		const sum = (files: readonly { gzip: number }[]) => ({ files: files.length, gzip: files.reduce((total, file) => total + file.gzip, 0) });
		await page.goto(`/projects/${of.slug}/compare`);
		await page.locator('article:visible').waitFor();
		await page.waitForLoadState('networkidle');
		const first = await Promise.all(scripts);
		await page.mouse.move(200, 300);
		await page.mouse.move(220, 300);
		await page.waitForTimeout(2_000);
		return { first: sum(first), inUse: sum(await Promise.all(scripts)), largest: first.toSorted((a, b) => b.gzip - a.gzip).slice(0, 5) };
	});
}

/** Judges so many pairs by key. */
export async function timeDesk(base: string, of: Desk & { judgments: number }): Promise<DeskTimes> {
	return opened(base, of, async (page) => {
		await page.goto(`/projects/${of.slug}/compare`);
		await page.locator('article:visible').waitFor();
		const firstPair = await page.evaluate(() => performance.now());
		await page.waitForLoadState('networkidle');
		for (let i = 0; i < of.judgments; i++) {
			const before = await page.locator('article:visible').getAttribute('data-task');
			await page.waitForTimeout(LOOK_MS);
			await page.keyboard.press(i % 2 ? '1' : '2');
			await page.waitForFunction((task) => document.querySelector('article:not([inert])')?.getAttribute('data-task') !== task, before);
		}
		const times = await page.evaluate(() => performance.getEntriesByName('plumbline:next-pair').map((entry) => entry.duration));
		return { firstPair, nextPair: { n: times.length, p50: quantile(times, 0.5), p95: quantile(times, 0.95) } };
	});
}
