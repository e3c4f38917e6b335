import { isAbsolute, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const LINES_OF_A_REASON = 6;

/**
 * What failed, told again where one looks first: at the end, after the last layer, not thousands of
 * lines above it.
 * @param {import('./layers.mjs').Layer} layer
 * @param {{ report: string | null, unhandled: string | null }} written the tool's JSON report, and
 * that of errors outside of tests, if it wrote them
 * @param {import('./count.mjs').Count} count what the layer counts as
 * @param {string} root files are named from here
 * @returns {string[]} one text a failure: layer, file and test, then the first lines of the reason
 */
export function failuresOf(layer, { report, unhandled }, count, root) {
	if (count.failed === 0) return [];
	// A static check has no report: `written` is empty then.
	const failures = [...parsed(report, layer.kind === 'vitest' ? ofVitest : ofPlaywright), ...parsed(unhandled, (/** @type {Failure[]} */ told) => told)];
	const found = failures.map(({ file, test, reason }) => {
		const place = [isAbsolute(file) ? relative(root, file) : file, test].filter(Boolean).join(' › ');
		return [`✗ ${layer.name} · ${place}`, ...firstLines(reason)].join('\n');
	});
	return found.length > 0 ? found : [`✗ ${layer.name} · no single test; what it said is above, under "── ${layer.name}"`];
}

/** @typedef {{ file: string, test: string, reason: string }} Failure */

/**
 * @template T
 * @param {string | null} report
 * @param {(parsed: T) => Failure[]} failuresIn
 * @returns {Failure[]}
 */
function parsed(report, failuresIn) {
	if (report === null) return [];
	try {
		return failuresIn(JSON.parse(report));
	} catch {
		return []; // cut off in the middle of writing: counted as one failure without a name
	}
}

/**
 * @typedef {{ status: string, fullName: string, failureMessages?: string[] }} VitestTest
 * @param {{ testResults: { name: string, status: string, message?: string, assertionResults: VitestTest[] }[] }} report
 * @returns {Failure[]}
 */
function ofVitest({ testResults }) {
	return testResults.flatMap((file) => {
		const failed = file.assertionResults.filter((test) => test.status === 'failed');
		if (failed.length === 0 && file.status === 'failed') return [{ file: file.name, test: '', reason: file.message ?? '' }];
		return failed.map((test) => ({ file: file.name, test: test.fullName, reason: test.failureMessages?.[0] ?? '' }));
	});
}

/**
 * @typedef {{ title: string, suites?: Suite[], specs?: Spec[] }} Suite
 * @typedef {{ title: string, file: string, ok: boolean, tests: { results: { error?: { message?: string } }[] }[] }} Spec
 * @param {{ suites: Suite[], errors?: { message?: string }[] }} report
 * @returns {Failure[]}
 */
function ofPlaywright({ suites, errors = [] }) {
	const outside = errors.map((error) => ({ file: '', test: 'outside of any test', reason: error.message ?? '' }));
	return [...suites.flatMap(ofSuite), ...outside];
}

/** @param {Suite} suite @returns {Failure[]} */
function ofSuite({ suites = [], specs = [] }) {
	const own = specs
		.filter((spec) => !spec.ok)
		.map(({ file, title, tests }) => ({ file, test: title, reason: tests.flatMap((test) => test.results).findLast((result) => result.error)?.error?.message ?? '' }));
	return [...own, ...suites.flatMap(ofSuite)];
}

/** @param {string} reason */
function firstLines(reason) {
	const lines = stripVTControlCharacters(reason).split('\n').filter((line) => line.trim() !== '');
	return lines.slice(0, LINES_OF_A_REASON).map((line) => `    ${line}`);
}
