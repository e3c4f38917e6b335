import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import type { BrowserContext, LaunchOptions, Page } from '@playwright/test';
import { address } from './people.ts';
import type { Account } from './people.ts';

/** A browser with a process and a profile folder of its own, as somebody's computer has it. */
export type BrowserProcess = {
	page: Page;
	/** Ends the process at once (SIGKILL): nothing in it has a chance to save anything. */
	kill: () => Promise<void>;
	close: () => Promise<void>;
};

const profiles: string[] = [];

/** A folder for a browser that was never here before. */
export async function freshProfile(): Promise<string> {
	const dir = await mkdtemp(join(tmpdir(), 'plumbline-profile-'));
	profiles.push(dir);
	return dir;
}

/** Removes all profile folders. */
export async function removeProfiles(): Promise<void> {
	for (const dir of profiles.splice(0)) await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}

async function pidOf(context: BrowserContext): Promise<number> {
	const session = await context.browser()?.newBrowserCDPSession();
	if (!session) throw new Error('this browser does not tell its process');
	const { processInfo } = await session.send('SystemInfo.getProcessInfo');
	await session.detach();
	const main = processInfo.find(({ type }) => type === 'browser');
	if (!main) throw new Error('this browser does not tell its process');
	return main.id;
}

/** Starts a browser on a profile and opens a page of the installation; who is signed out there signs in. */
export async function startBrowser(profile: string, who: Account, path: string, launchOptions: LaunchOptions): Promise<BrowserProcess> {
	const context = await chromium.launchPersistentContext(profile, { ...launchOptions, baseURL: address(), locale: 'en-GB', viewport: { width: 1280, height: 900 } });
	const pid = await pidOf(context);
	const page = context.pages()[0] ?? (await context.newPage());
	await page.goto(path);
	if (new URL(page.url()).pathname.startsWith('/sign-in')) {
		await page.locator('input[name=email]').fill(who.email);
		await page.locator('input[name=password]').fill(who.password);
		await page.locator('input[name=password]').press('Enter');
		await page.waitForURL((url) => url.pathname === path);
	}
	return {
		page,
		kill: async () => {
			const gone = new Promise<void>((resolve) => context.once('close', () => resolve()));
			process.kill(pid, 'SIGKILL');
			await gone;
		},
		close: () => context.close()
	};
}
