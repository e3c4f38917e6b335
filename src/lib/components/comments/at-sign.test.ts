import { describe, expect, it } from 'vitest';
import { atSign } from './at-sign.ts';

describe('an at sign', () => {
	it('asks for somebody where it begins a word, in either width, also right after 汉字', () => {
		expect(atSign('@', 1)).toBe(0);
		expect(atSign('Look, @', 7)).toBe(6);
		expect(atSign('请看＠', 3)).toBe(2);
		expect(atSign('a @ b', 3)).toBe(2);
	});

	it('is a part of what is written elsewhere', () => {
		expect(atSign('ann@', 4)).toBeNull();
		expect(atSign('ann.wong@', 9)).toBeNull();
		expect(atSign('@a', 2)).toBeNull();
		expect(atSign('', 0)).toBeNull();
	});
});
