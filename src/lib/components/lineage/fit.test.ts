import { expect, it } from 'vitest';
import { fit } from './fit.ts';

it('leaves short texts alone and cuts long ones, wide characters counting twice', () => {
	expect(fit('Round 2', 10)).toBe('Round 2');
	expect(fit('legacy-assistant-17', 10)).toBe('legacy-ass…');
	expect(fit('第 12 轮对比', 8)).toBe('第 12 轮…');
	expect(fit('a long name', 2)).toBe('a…');
});
