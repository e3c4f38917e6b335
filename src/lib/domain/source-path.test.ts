import { posix } from 'node:path';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { below, lastStep, pathProblem } from './source-path.ts';

it('whatever is taken stays below where it begins', () => {
	const step = fc.oneof(fc.constantFrom('..', '.', '', 'a', '.hidden', '...', '合同'), fc.string({ unit: 'binary', maxLength: 5 }));
	fc.assert(
		fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
			const path = steps.join('/');
			if (pathProblem(path) !== null) return;
			expect(posix.resolve('/root/top', path)).toBe(`/root/top/${path}`);
			expect(below('top', path)).toBe(`top/${path}`);
			expect(path.endsWith(lastStep(path))).toBe(true);
		})
	);
});

it.each(['', '/etc/passwd', '../x', 'a/../b', 'a//b', 'a/', './a', 'a\0b', 'a\\b', 'x'.repeat(1025), '\ud800'])('refuses %j', (path) => {
	expect(pathProblem(path)).not.toBeNull();
});

it.each(['a', 'a/b.jsonl', '…/..x', '合同/一.csv', '.hidden'])('takes %j', (path) => {
	expect(pathProblem(path)).toBeNull();
});
