// @vitest-environment jsdom
import { afterEach, describe, expect, it } from 'vitest';
import { HeldKeys } from './held-keys.ts';

const press = (key: string, more: KeyboardEventInit = {}): KeyboardEvent => new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
const heard: string[] = [];
const listen = (event: KeyboardEvent): void => void heard.push(`${event.shiftKey ? '⇧' : ''}${event.key}`);
afterEach(() => {
	heard.length = 0;
	window.removeEventListener('keydown', listen);
});

describe('keys struck while a part is on its way', () => {
	it('reach it in their order, once, and nothing before', () => {
		const held = new HeldKeys();
		const first = press('a');
		held.hold(first);
		held.hold(press('ArrowRight', { shiftKey: true }));
		expect(first.defaultPrevented).toBe(true);
		window.addEventListener('keydown', listen);
		held.play();
		held.play();
		expect(heard).toEqual(['a', '⇧ArrowRight']);
	});
	it('are forgotten when it does not come', () => {
		const held = new HeldKeys();
		held.hold(press('2'));
		held.drop();
		window.addEventListener('keydown', listen);
		held.play();
		expect(heard).toEqual([]);
	});
	it('leave the browser and an input method what is theirs', () => {
		const held = new HeldKeys();
		const theirs = [press('r', { ctrlKey: true }), press('s', { isComposing: true }), press('1', { metaKey: true })];
		for (const event of theirs) held.hold(event);
		expect(theirs.map((event) => event.defaultPrevented)).toEqual([false, false, false]);
	});
});
