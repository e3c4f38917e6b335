/** Characters that are as wide as they are high: Han, kana, Hangul and full-width forms. */
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]/u;

/** A text cut to so many letters' width, which SVG does not do by itself; a wide character takes two. */
export function fit(text: string, letters: number): string {
	let width = 0;
	let kept = '';
	for (const character of text) {
		width += WIDE.test(character) ? 2 : 1;
		if (width > letters) return `${kept.trimEnd()}…`;
		kept += character;
	}
	return kept;
}
