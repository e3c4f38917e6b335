/**
 * `npm test`: every layer on a fresh clone, and one line at the end: `N passed, N failed`.
 * `npm run test:<layer>` runs one; what is no layer's name goes to the tool itself.
 */
import { ensureBuilt } from './start/build.mjs';
import { ensureInstalled } from './start/install.mjs';
import { checkRuntime } from './start/preflight.mjs';
import { endRunning } from './start/run.mjs';
import { ROOT } from './start/settings.mjs';
import { describe } from './start/trouble.mjs';
import { ensureChromium } from './test/chromium.mjs';
import { exitCodeOf, sum } from './test/count.mjs';
import { selectLayers } from './test/layers.mjs';
import { endCurrentLayer, runLayer } from './test/run-layer.mjs';

let interrupted = false;
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
	process.on(signal, () => {
		interrupted = true;
		endRunning();
		endCurrentLayer();
	});
}

const { layers, rest } = selectLayers(process.argv.slice(2));
/** @type {import('./test/count.mjs').Count[]} */
const counts = [];
const lines = [];
/** @type {string[]} */
const failures = [];
/** @type {string | null} */
let node = null;
try {
	checkRuntime();
	node = await ensureInstalled(ROOT);
} catch (error) {
	for (const line of describe(error)) console.error(line);
	counts.push({ passed: 0, failed: 1, skipped: 0 });
}
for (const layer of node ? layers : []) {
	if (interrupted) break;
	const began = Date.now();
	console.log(`\n── ${layer.name} ${'─'.repeat(60 - layer.name.length)}`);
	const { count, failures: failedHere } = await runPrepared(layer, String(node));
	counts.push(count);
	failures.push(...failedHere);
	const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
	lines.push(`${layer.name.padEnd(12)} ${String(count.passed).padStart(5)} passed, ${count.failed} failed${skipped}   ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
const total = sum(counts);
for (const failure of failures) console.log(`\n${failure}`);
console.log(`\n${lines.join('\n')}\n`);
if (interrupted) console.log('Interrupted: not all layers ran.');
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(interrupted ? 130 : exitCodeOf(total));

/**
 * A layer whose preparation fails (no browser, a build error) fails itself; the others still run.
 * @param {import('./test/layers.mjs').Layer} layer
 * @param {string} node24
 * @returns {ReturnType<typeof runLayer>}
 */
async function runPrepared(layer, node24) {
	try {
		if (layer.needsBuild) await ensureBuilt(ROOT, node24);
		/** @type {Record<string, string>} */
		const env = layer.needsBrowser ? { PLUMBLINE_CHROMIUM: await ensureChromium(ROOT, node24) } : {};
		return await runLayer(layer, { root: ROOT, node: node24, rest, env });
	} catch (error) {
		const reason = describe(error);
		for (const line of reason) console.error(line);
		return { count: { passed: 0, failed: 1, skipped: 0 }, failures: [[`✗ ${layer.name} · could not be prepared`, ...reason.map((line) => `    ${line}`)].join('\n')] };
	}
}
