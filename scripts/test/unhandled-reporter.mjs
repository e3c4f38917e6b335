import { writeFileSync } from 'node:fs';

/**
 * Vitest's JSON report leaves out errors that no test awaited; they fail the run all the same. This
 * reporter writes them beside it: a JSON array of `{ file, reason }`, to PLUMBLINE_UNHANDLED_REPORT.
 */
export default class UnhandledReporter {
	/**
	 * @param {unknown} _modules
	 * @param {readonly { message?: string, stack?: string, VITEST_TEST_PATH?: string, VITEST_TEST_NAME?: string }[]} errors
	 */
	onTestRunEnd(_modules, errors) {
		const file = process.env['PLUMBLINE_UNHANDLED_REPORT'];
		if (!file) return;
		const told = errors.map((error) => ({
			file: error.VITEST_TEST_PATH ?? '',
			test: ['outside of any test', error.VITEST_TEST_NAME && `while "${error.VITEST_TEST_NAME}" ran`].filter(Boolean).join(', '),
			reason: error.stack ?? error.message ?? 'no message'
		}));
		writeFileSync(file, JSON.stringify(told));
	}
}
