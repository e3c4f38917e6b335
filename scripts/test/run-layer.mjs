import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { signalGroup } from '../start/run.mjs';
import { countLayer } from './count.mjs';
import { failuresOf } from './failures.mjs';
import { commandOf, unhandledReportOf } from './layers.mjs';

const AFTER_TERM_MS = 5000;

/** @type {number | undefined} */
let current;

/** Ends the layer that runs now, with everything it started. */
export function endCurrentLayer() {
	signalGroup(current, 'SIGTERM');
	setTimeout(() => signalGroup(current, 'SIGKILL'), AFTER_TERM_MS).unref();
}

/**
 * Runs one layer with its output on the terminal, in its own process group: a browser, a database or
 * an engine that a hung test left behind ends with it.
 * @param {import('./layers.mjs').Layer} layer
 * @param {{ root: string, node: string, rest: string[], env: Record<string, string> }} context
 * @returns {Promise<{ count: import('./count.mjs').Count, failures: string[] }>}
 */
export async function runLayer(layer, { root, node, rest, env }) {
	const folder = mkdtempSync(join(tmpdir(), 'plumbline-report-'));
	const report = join(folder, 'report.json');
	try {
		const what = commandOf(layer, { root, node, report, rest });
		const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter);
		const endedWell = await toEnd(layer, what, root, { ...process.env, ...env, ...what.env, PATH: path });
		const written = ifThere(report);
		const count = countLayer(layer.kind, written, endedWell);
		return { count, failures: failuresOf(layer, { report: written, unhandled: ifThere(unhandledReportOf(report)) }, count, root) };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** @param {string} file */
function ifThere(file) {
	return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/**
 * @param {import('./layers.mjs').Layer} layer
 * @param {{ command: string, args: string[] }} what
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<boolean>} whether it ended by itself with exit code 0
 */
function toEnd(layer, { command, args }, cwd, env) {
	return new Promise((resolve) => {
		const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
		current = child.pid;
		let late = false;
		const limit = setTimeout(() => {
			late = true;
			console.error(`${layer.name} did not end within ${layer.minutes} minutes; ending it.`);
			endCurrentLayer();
		}, layer.minutes * 60_000);
		const done = (/** @type {boolean} */ well) => {
			clearTimeout(limit);
			signalGroup(child.pid, 'SIGKILL');
			current = undefined;
			resolve(well && !late);
		};
		child.on('error', (error) => {
			console.error(`${layer.name} could not be started: ${error.message}`);
			done(false);
		});
		child.on('exit', (code) => done(code === 0));
	});
}
