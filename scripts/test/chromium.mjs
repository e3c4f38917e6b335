import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../start/npm.mjs';
import { step } from '../start/progress.mjs';
import { childEnv, runNode, runToEnd, tail } from '../start/run.mjs';
import { Trouble } from '../start/trouble.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/**
 * A Chromium that starts: the system's, else Playwright's own, else (as root on Debian) the
 * distribution's package.
 * @param {string} root
 * @param {string} node
 * @returns {Promise<string>}
 */
export async function ensureChromium(root, node) {
	const found = systemChromium() ?? (await playwrightChromium(root, node)) ?? (await debianChromium());
	if (found) return found;
	throw new Trouble('The browser tests need Chromium, and none could be installed. Install it (Debian: apt-get install chromium) or name it: PLUMBLINE_CHROMIUM=/path npm test');
}

/** @returns {string | null} */
function systemChromium() {
	const named = process.env['PLUMBLINE_CHROMIUM'];
	if (named) {
		if (starts(named)) return named;
		throw new Trouble(`PLUMBLINE_CHROMIUM=${named} does not start. Correct it, or leave it out.`);
	}
	const candidates = [...NAMES.map((name) => findProgram(name)), MAC];
	return candidates.find((file) => file !== null && starts(file)) ?? null;
}

/**
 * @param {string} root
 * @param {string} node
 */
async function playwrightChromium(root, node) {
	const own = await playwrightPath();
	if (own && starts(own)) return own;
	const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
	// Without a route to its download site it would try for minutes before the next way is taken.
	const env = childEnv(node, { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '10000' });
	const ended = await step("Fetching Playwright's Chromium", () => runNode(node, [cli, 'install', 'chromium'], { cwd: root, env }));
	return ended.code === 0 && own && starts(own) ? own : null;
}

/** @returns {Promise<string | null>} where Playwright keeps its own, installed or not */
async function playwrightPath() {
	const { chromium } = await import('@playwright/test');
	return chromium.executablePath() || null;
}

async function debianChromium() {
	const apt = findProgram('apt-get');
	if (!apt || process.getuid?.() !== 0) return null;
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	return step('Installing the package chromium', async (note) => {
		await runToEnd(apt, ['update'], { cwd: '/', env, onLine: note });
		const ended = await runToEnd(apt, ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'], { cwd: '/', env, onLine: note });
		if (ended.code !== 0) console.error(tail(ended.output, 5));
		return systemChromium();
	});
}

/**
 * Ubuntu's chromium-browser is a script that only tells one to install a snap; a downloaded browser
 * may lack libraries. Both are found out by asking for the version.
 * @param {string} file
 */
function starts(file) {
	if (!existsSync(file)) return false;
	const ended = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 20_000 });
	return ended.status === 0 && /\d+\.\d+/.test(ended.stdout);
}
