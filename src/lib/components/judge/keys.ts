import type { Mode } from '#lib/domain/verdict.ts';
import type { Verdict } from './outbox.ts';

/** The verdicts of each mode in the order of their keys; what both have is on the same key. */
export const VERDICTS: { readonly [mode in Mode]: readonly { verdict: Verdict; key: string }[] } = {
	pair: [
		{ verdict: 'left', key: '1' },
		{ verdict: 'right', key: '2' },
		{ verdict: 'tie', key: '3' },
		{ verdict: 'both_bad', key: '4' },
		{ verdict: 'cannot_judge', key: '5' }
	],
	single: [
		{ verdict: 'good', key: '1' },
		{ verdict: 'bad', key: '2' },
		{ verdict: 'cannot_judge', key: '5' }
	]
};

const SETTING = 'plumbline:single-keys';

/** Whether single keys judge on this device. Who dictates turns them off. */
export const singleKeys = (): boolean => localStorage.getItem(SETTING) !== 'off';

/** Turns single keys on or off on this device. */
export const setSingleKeys = (on: boolean): void => localStorage.setItem(SETTING, on ? 'on' : 'off');

/** Keys of a form's criteria, in their order: none of them does anything else on the desk. */
export const CRITERION_KEYS = ['Q', 'W', 'E', 'T', 'Y', 'I', 'O', 'P'] as const;

/** Which of a form's criteria a press is meant for; null: none. */
export function criterionOf(event: KeyboardEvent, count: number): number | null {
	if (elsewhere(event)) return null;
	const index = (CRITERION_KEYS as readonly string[]).indexOf(event.key.toUpperCase());
	return index >= 0 && index < count ? index : null;
}

export type DeskKey = Verdict | 'skip' | 'undo' | 'guideline' | 'rationale' | 'raw' | 'difference' | 'together' | 'bookmark' | 'rewrite' | 'help';

const LETTERS: Record<string, DeskKey> = { s: 'skip', u: 'undo', g: 'guideline', r: 'rationale', m: 'raw', d: 'difference', l: 'together', b: 'bookmark', c: 'rewrite', '?': 'help', '？': 'help' };

/** Whether a press belongs to a text field, an open dialog or an input method, and not to the desk. */
function elsewhere(event: KeyboardEvent): boolean {
	if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return true;
	const target = event.target instanceof Element ? event.target : null;
	if (target?.closest('input, textarea, select, [contenteditable=""], [contenteditable="true"], dialog, [role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"], [role="toolbar"], [role="application"]')) return true;
	return document.querySelector('dialog[open], [role="dialog"][data-state="open"], [role="menu"][data-state="open"]') !== null;
}

/** Whether a press is the desk's to answer. */
export function forDesk(event: KeyboardEvent): boolean {
	return !elsewhere(event);
}

/** What a key asks of the desk; null: nothing. Digits also by their place, for keyboards that shift them; with `strength`, Shift says how clearly. */
export function deskKey(event: KeyboardEvent, { mode, strength }: { mode: Mode; strength: boolean }): DeskKey | null {
	if (elsewhere(event)) return null;
	const place = /^(?:Digit|Numpad)([1-5])$/u.exec(event.code)?.[1];
	// With Shift for how clearly, the place alone says which digit is meant: the character is another one.
	const digit = strength && place ? place : /^[1-5]$/u.test(event.key) ? event.key : !event.shiftKey && place;
	const verdict = VERDICTS[mode].find((one) => one.key === digit);
	if (verdict) return verdict.verdict;
	return LETTERS[event.key.toLowerCase()] ?? null;
}
