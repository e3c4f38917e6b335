import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failuresOf } from './failures.mjs';
import { LAYERS, type Layer } from './layers.mjs';
import UnhandledReporter from './unhandled-reporter.mjs';

function layer(name: string): Layer {
	const found = LAYERS.find((one) => one.name === name);
	if (!found) throw new Error(`No layer ${name}.`);
	return found;
}
const failed = (n: number) => ({ passed: 1, failed: n, skipped: 0 });

test('a failed test is told by layer, file, name and the first lines of its reason', () => {
	const reason = ['\u001b[31mAssertionError: expected 1 to be 2\u001b[39m', '', ...Array.from({ length: 20 }, (_, n) => `    at line ${n}`)].join('\n');
	const report = JSON.stringify({
		testResults: [
			{ name: '/r/test/a.test.ts', status: 'failed', assertionResults: [{ status: 'passed', fullName: 'well' }, { status: 'failed', fullName: 'a > counts', failureMessages: [reason] }] },
			{ name: '/r/test/b.test.ts', status: 'failed', message: 'cannot be loaded', assertionResults: [] }
		]
	});
	const [first, second, ...rest] = failuresOf(layer('integration'), { report, unhandled: null }, failed(2), '/r');
	expect(first?.split('\n').slice(0, 2)).toEqual(['✗ integration · test/a.test.ts › a > counts', '    AssertionError: expected 1 to be 2']);
	expect(first?.split('\n')).toHaveLength(7);
	expect(second).toBe('✗ integration · test/b.test.ts\n    cannot be loaded');
	expect(rest).toEqual([]);
});

test('a browser test is found in any depth, and an error outside of tests too', () => {
	const spec = (title: string, ok: boolean) => ({ title, file: 'round.spec.ts', ok, tests: [{ results: ok ? [{}] : [{ error: { message: 'Timeout' } }] }] });
	const report = JSON.stringify({ suites: [{ title: 'round.spec.ts', specs: [spec('one', true)], suites: [{ title: 'in en', specs: [spec('two', false)] }] }], errors: [{ message: 'no server' }] });
	expect(failuresOf(layer('e2e'), { report, unhandled: null }, failed(2), '/r')).toEqual(['✗ e2e · round.spec.ts › two\n    Timeout', '✗ e2e · outside of any test\n    no server']);
});

test('what has no test’s name sends the reader to its layer; what is well says nothing', () => {
	for (const report of [null, '{"testResults":', JSON.stringify({ testResults: [] })]) {
		expect(failuresOf(layer('unit'), { report, unhandled: null }, failed(1), '/r')).toEqual(['✗ unit · no single test; what it said is above, under "── unit"']);
	}
	expect(failuresOf(layer('lint'), { report: null, unhandled: null }, failed(1), '/r')).toHaveLength(1);
	expect(failuresOf(layer('lint'), { report: null, unhandled: null }, failed(0), '/r')).toEqual([]);
});

test('an error that no test awaited is told with where it came up', () => {
	const folder = mkdtempSync(join(tmpdir(), 'unhandled-'));
	const file = join(folder, 'report.json.unhandled');
	try {
		process.env['PLUMBLINE_UNHANDLED_REPORT'] = file;
		new UnhandledReporter().onTestRunEnd([], [{ stack: 'Error: CONNECTION_ENDED\n    at write', VITEST_TEST_PATH: '/r/test/c.test.ts', VITEST_TEST_NAME: 'goes on' }, { message: 'gone' }]);
		const report = JSON.stringify({ testResults: [{ name: '/r/test/c.test.ts', status: 'passed', assertionResults: [{ status: 'passed', fullName: 'goes on' }] }] });
		expect(failuresOf(layer('integration'), { report, unhandled: readFileSync(file, 'utf8') }, failed(1), '/r')).toEqual([
			'✗ integration · test/c.test.ts › outside of any test, while "goes on" ran\n    Error: CONNECTION_ENDED\n        at write',
			'✗ integration · outside of any test\n    gone'
		]);
	} finally {
		delete process.env['PLUMBLINE_UNHANDLED_REPORT'];
		rmSync(folder, { recursive: true });
	}
});
