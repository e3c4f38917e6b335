/** An at sign of either width that begins a word: somebody is to be addressed. Where it stands, or null. */
export function atSign(text: string, caret: number): number | null {
	const sign = text[caret - 1];
	if (sign !== '@' && sign !== '＠') return null;
	const before = text[caret - 2];
	return before === undefined || !/[\p{L}\p{N}._%+-]/u.test(before) || /\p{Script=Han}/u.test(before) ? caret - 1 : null;
}
