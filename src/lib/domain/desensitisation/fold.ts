const DASHES = '‐‑‒–—―−﹣－ー';
const SPACES = '\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000';
/** Marks that cannot be seen and would pull a number apart. */
const UNSEEN = '\u200b\u200c\u2060\ufeff\u00ad\u200d';

const OTHERS = new Map<string, string>([
	...[...DASHES].map((mark) => [mark, '-'] as const),
	...[...SPACES].map((mark) => [mark, ' '] as const),
	...[...UNSEEN].map((mark) => [mark, '-'] as const),
	['￥', '¥'],
	['￡', '£'],
	['·', '·'],
	['•', '·'],
	['・', '·'],
	['‧', '·']
]);

// Signs to be replaced one by one, never read as joined.
const FOLDED = new RegExp(`(?:[\\uff01-\\uff5e${DASHES}${SPACES}￥￡•・‧]|${[...UNSEEN].join('|')})`, 'gu');

/**
 * The text with full-width letters, digits and marks written half-width, every
 * dash as `-`, every blank as a space, and marks that cannot be seen as dashes.
 * As long as the text: an offset in one is the offset in the other.
 */
export function fold(text: string): string {
	return text.replace(FOLDED, (mark) => OTHERS.get(mark) ?? String.fromCharCode(mark.charCodeAt(0) - 0xfee0));
}

/** Digits and letters alone, upper-case: `138-0013 8000` and `１３８００１３８０００` are one value. */
export function bare(folded: string): string {
	return folded.replace(/[^\p{L}\p{N}]/gu, '').toUpperCase();
}
