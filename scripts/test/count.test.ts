import { expect, test } from 'vitest';
import { countLayer, exitCodeOf, sum } from './count.mjs';
import { commandOf, LAYERS, selectLayers } from './layers.mjs';

const vitest = (passed: number, failed: number, files: unknown[] = []) =>
	JSON.stringify({ numPassedTests: passed, numFailedTests: failed, numPendingTests: 1, numTodoTests: 0, testResults: files });

test('a static check is one test', () => {
	expect(countLayer('npm', null, true)).toEqual({ passed: 1, failed: 0, skipped: 0 });
	expect(countLayer('npm', null, false)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('a crash without a report, or with half of one, is one failure', () => {
	expect(countLayer('vitest', null, false).failed).toBe(1);
	expect(countLayer('vitest', null, true).failed).toBe(1);
	expect(countLayer('playwright', '{"stats":', true).failed).toBe(1);
});

test('a report counts, and a file that could not be loaded is a failure', () => {
	expect(countLayer('vitest', vitest(5, 0), true)).toEqual({ passed: 5, failed: 0, skipped: 1 });
	const broken = [{ status: 'failed', assertionResults: [] }, { status: 'failed', assertionResults: [{ status: 'failed' }] }];
	expect(countLayer('vitest', vitest(5, 1, broken), false)).toMatchObject({ passed: 5, failed: 2 });
});

test('a bad end with only passed tests in the report is not green', () => {
	expect(countLayer('vitest', vitest(5, 0), false)).toMatchObject({ passed: 5, failed: 1 });
});

test("playwright's report: flaky counts as passed, an error outside of tests as failed", () => {
	const report = (stats: object, errors: unknown[] = []) => JSON.stringify({ stats: { expected: 3, unexpected: 0, flaky: 1, skipped: 2, ...stats }, errors });
	expect(countLayer('playwright', report({}), true)).toEqual({ passed: 4, failed: 0, skipped: 2 });
	expect(countLayer('playwright', report({ unexpected: 2 }), false)).toMatchObject({ failed: 2 });
	expect(countLayer('playwright', report({}, ['web server did not start']), false)).toMatchObject({ failed: 1 });
});

test('nothing run is no success', () => {
	expect(exitCodeOf(sum([]))).toBe(1);
	expect(exitCodeOf(sum([{ passed: 2, failed: 0, skipped: 0 }]))).toBe(0);
	expect(exitCodeOf(sum([{ passed: 2, failed: 0, skipped: 0 }, { passed: 0, failed: 1, skipped: 0 }]))).toBe(1);
});

test('layers are chosen by name and keep their order; the rest is for the tool', () => {
	expect(selectLayers([]).layers).toEqual(LAYERS.filter(({ byHand }) => !byHand));
	expect(selectLayers(['engine-all']).layers.map((layer) => layer.name)).toEqual(['engine-all']);
	const chosen = selectLayers(['e2e', 'unit', 'src/a.test.ts']);
	expect(chosen.layers.map((layer) => layer.name)).toEqual(['unit', 'e2e']);
	expect(chosen.rest).toEqual(['src/a.test.ts']);
	const context = { root: '/r', node: '/n', report: '/t/report.json', rest: chosen.rest };
	for (const layer of chosen.layers) expect(commandOf(layer, context).args).toContain('src/a.test.ts');
});
