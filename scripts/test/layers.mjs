/**
 * The layers of `npm test`, in the order in which a mistake is cheapest to find.
 * `npm` names a script of package.json that is one yes-or-no check; `vitest` a project of
 * vitest.config.ts; `playwright` the browser tests.
 * @typedef {object} Layer
 * @property {string} name
 * @property {'npm' | 'vitest' | 'playwright'} kind
 * @property {string} target
 * @property {number} minutes after which it counts as hung
 * @property {boolean} [needsBuild]
 * @property {boolean} [needsBrowser]
 * @property {boolean} [byHand] too long for `npm test`: runs only when it is named
 */

/** @type {readonly Layer[]} */
export const LAYERS = [
	// The types of the messages come out of the build; without it a fresh clone has only errors here.
	{ name: 'typecheck', kind: 'npm', target: 'check', minutes: 10, needsBuild: true },
	{ name: 'lint', kind: 'npm', target: 'lint', minutes: 10 },
	{ name: 'rules', kind: 'npm', target: 'rules', minutes: 5 },
	{ name: 'unit', kind: 'vitest', target: 'unit', minutes: 10 },
	{ name: 'integration', kind: 'vitest', target: 'integration', minutes: 20, needsBuild: true },
	{ name: 'e2e', kind: 'playwright', target: '', minutes: 20, needsBuild: true, needsBrowser: true },
	{ name: 'engine', kind: 'vitest', target: 'engine', minutes: 30 },
	{ name: 'engine-all', kind: 'vitest', target: 'engine-all', minutes: 60, byHand: true }
];

/**
 * What the command line asks for: layers by name (all of `npm test` when none is named), and everything else for
 * the tool itself (`npm run test:unit -- src/lib/domain/pairing.test.ts`).
 * @param {string[]} args
 * @returns {{ layers: Layer[], rest: string[] }}
 */
export function selectLayers(args) {
	const named = new Set(args.filter((arg) => LAYERS.some((layer) => layer.name === arg)));
	return {
		layers: LAYERS.filter((layer) => (named.size === 0 ? !layer.byHand : named.has(layer.name))),
		rest: args.filter((arg) => !named.has(arg))
	};
}

/**
 * Where errors outside of tests lie, beside the report that leaves them out.
 * @param {string} report
 */
export function unhandledReportOf(report) {
	return `${report}.unhandled`;
}

/**
 * The command of a layer. Counts come from a report file, not from the printed summary: that changes
 * from version to version, and is missing when the tool crashes.
 * @param {Layer} layer
 * @param {{ root: string, node: string, report: string, rest: string[] }} context
 * @returns {{ command: string, args: string[], env: Record<string, string> }}
 */
export function commandOf(layer, { root, node, report, rest }) {
	if (layer.kind === 'npm') return { command: 'npm', args: ['run', '--silent', layer.target, ...(rest.length ? ['--', ...rest] : [])], env: {} };
	if (layer.kind === 'vitest') {
		const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`, `--reporter=${root}/scripts/test/unhandled-reporter.mjs`];
		const args = [`${root}/node_modules/vitest/vitest.mjs`, 'run', '--project', layer.target, ...reporters, ...rest];
		return { command: node, args, env: { PLUMBLINE_UNHANDLED_REPORT: unhandledReportOf(report) } };
	}
	return {
		command: node,
		args: [`${root}/node_modules/@playwright/test/cli.js`, 'test', '--reporter=list,json', ...rest],
		env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report, PLAYWRIGHT_JSON_OUTPUT_NAME: report }
	};
}
