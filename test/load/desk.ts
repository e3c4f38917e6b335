import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { ensureChromium } from '../../scripts/test/chromium.mjs';
import { ROOT } from '../../scripts/start/settings.mjs';
import { quantile } from './cpu.ts';

/** What the compare page costs who opens it, and how fast the next pair stands there. Times in milliseconds, sizes in bytes. */
export type DeskFigures = {
	/** JavaScript fetched until the first pair stood and the page was quiet, as gzip would send it. */
	script: { files: number; gzip: number };
	/** The largest of these files. */
	largest: { name: string; gzip: number }[];
	/** From the navigation to the first pair on the screen. */
	firstPair: number;
	/** From the key to the next pair painted, as the page itself measures it. */
	nextPair: { n: number; p50: number; p95: number };
};

/** Longer than the moment in which a pair takes no key (a key struck twice judges nothing unread). */
const LOOK_MS = 400;

/** Opens the compare page in a browser as a signed-in person would, and judges so many pairs by key. */
export async function measureDesk(base: string, of: { slug: string; cookie: { name: string; value: string }; judgments: number }): Promise<DeskFigures> {
	const browser = await chromium.launch({ executablePath: await ensureChromium(ROOT, process.execPath), args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
	try {
		const context = await browser.newContext({ baseURL: base, viewport: { width: 1440, height: 900 } });
		await context.addCookies([{ ...of.cookie, url: base, httpOnly: true, sameSite: 'Lax' }]);
		const page = await context.newPage();
		const scripts: Promise<{ name: string; gzip: number }>[] = [];
		page.on('response', (response) => {
			const { pathname } = new URL(response.url());
			if (pathname.endsWith('.js')) scripts.push(response.body().then((body) => ({ name: pathname.split('/').at(-1) ?? '', gzip: gzipSync(body).length })));
		});
		await page.goto(`/projects/${of.slug}/compare`);
		await page.locator('article:visible').waitFor();
		const firstPair = await page.evaluate(() => performance.now());
		await page.waitForLoadState('networkidle');
		const files = (await Promise.all(scripts)).toSorted((a, b) => b.gzip - a.gzip);
		for (let i = 0; i < of.judgments; i++) {
			const before = await page.locator('article:visible').getAttribute('data-task');
			await page.waitForTimeout(LOOK_MS);
			await page.keyboard.press(i % 2 ? '1' : '2');
			await page.waitForFunction((task) => document.querySelector('article:not([inert])')?.getAttribute('data-task') !== task, before);
		}
		const times = await page.evaluate(() => performance.getEntriesByName('plumbline:next-pair').map((entry) => entry.duration));
		return {
			script: { files: files.length, gzip: files.reduce((sum, file) => sum + file.gzip, 0) },
			largest: files.slice(0, 5),
			firstPair,
			nextPair: { n: times.length, p50: quantile(times, 0.5), p95: quantile(times, 0.95) }
		};
	} finally {
		await browser.close();
	}
}
