import { defineConfig } from '@playwright/test';

/** Debian's Chromium, or whatever `npm test` found; never a download of Playwright's own. */
const executablePath = process.env['PLUMBLINE_CHROMIUM'] ?? '/usr/bin/chromium';

export default defineConfig({
	testDir: 'test/e2e',
	outputDir: 'test-results',
	globalSetup: './test/e2e/setup.ts',
	// One installation serves all tests, and two cores serve it.
	workers: 1,
	fullyParallel: false,
	timeout: 120_000,
	expect: { timeout: 15_000 },
	reporter: [['list']],
	use: {
		baseURL: process.env['PLUMBLINE_E2E_URL'],
		trace: 'retain-on-failure',
		launchOptions: {
			executablePath,
			args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
		}
	}
});
