/**
 * @typedef {object} Count
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/**
 * How a layer's run counts. A run that ended badly never counts as all well, whatever its report
 * says: an unhandled error or a failing set-up leaves only passed tests in it, or none.
 * @param {import('./layers.mjs').Layer['kind']} kind
 * @param {string | null} report the tool's JSON report, if it wrote one
 * @param {boolean} endedWell exit code 0 within the time limit
 * @returns {Count}
 */
export function countLayer(kind, report, endedWell) {
	if (kind === 'npm') return { passed: endedWell ? 1 : 0, failed: endedWell ? 0 : 1, skipped: 0 };
	const count = report === null ? null : parse(kind, report);
	if (!count) return { passed: 0, failed: 1, skipped: 0 };
	if (!endedWell && count.failed === 0) return { ...count, failed: 1 };
	return count;
}

/**
 * @param {Exclude<import('./layers.mjs').Layer['kind'], 'npm'>} kind
 * @param {string} report
 * @returns {Count | null}
 */
function parse(kind, report) {
	try {
		const read = JSON.parse(report);
		return kind === 'vitest' ? countVitest(read) : countPlaywright(read);
	} catch {
		return null; // cut off in the middle of writing
	}
}

/**
 * @typedef {{ status: string, assertionResults: { status: string }[] }} VitestFile
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests?: number, numTodoTests?: number, testResults: VitestFile[] }} report
 * @returns {Count}
 */
function countVitest(report) {
	// A file that cannot be loaded has no tests to fail: it is failed itself.
	const brokenFiles = report.testResults.filter(
		(file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')
	).length;
	return {
		passed: report.numPassedTests,
		failed: report.numFailedTests + brokenFiles,
		skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0)
	};
}

/**
 * @param {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number }, errors?: unknown[] }} report
 * @returns {Count}
 */
function countPlaywright({ stats, errors = [] }) {
	return { passed: stats.expected + stats.flaky, failed: stats.unexpected + (errors.length > 0 && stats.unexpected === 0 ? 1 : 0), skipped: stats.skipped };
}

/**
 * @param {Count[]} counts
 * @returns {Count}
 */
export function sum(counts) {
	const total = { passed: 0, failed: 0, skipped: 0 };
	for (const count of counts) {
		total.passed += count.passed;
		total.failed += count.failed;
		total.skipped += count.skipped;
	}
	return total;
}

/**
 * Nothing run is not success: a wrong folder or filter must not look green.
 * @param {Count} total
 */
export function exitCodeOf(total) {
	return total.failed > 0 || total.passed === 0 ? 1 : 0;
}
