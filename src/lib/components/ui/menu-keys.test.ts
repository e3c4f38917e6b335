import { describe, expect, it } from 'vitest';
import { nextItem } from './menu-keys.ts';

const labels = ['Settings', 'English', '中文', 'Light', 'Sign out'];

describe('keys of a menu', () => {
	it('go round in both directions, and begin at either end', () => {
		expect(nextItem('ArrowDown', -1, labels)).toBe(0);
		expect(nextItem('ArrowUp', -1, labels)).toBe(4);
		expect(nextItem('ArrowDown', 4, labels)).toBe(0);
		expect(nextItem('ArrowUp', 0, labels)).toBe(4);
		expect(nextItem('Home', 3, labels)).toBe(0);
		expect(nextItem('End', 1, labels)).toBe(4);
	});
	it('go to the next item that begins with a letter', () => {
		expect(nextItem('s', -1, labels)).toBe(0);
		expect(nextItem('s', 0, labels)).toBe(4);
		expect(nextItem('S', 4, labels)).toBe(0);
		expect(nextItem('中', 0, labels)).toBe(2);
	});
	it('leave everything else alone', () => {
		for (const key of ['x', ' ', 'Enter', 'Escape', 'Tab', 'PageDown']) expect(nextItem(key, 0, labels)).toBeNull();
		expect(nextItem('ArrowDown', -1, [])).toBeNull();
	});
});
