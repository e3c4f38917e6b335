/** Scripts that are read from the right; enough of them for what people paste into a prompt. */
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\p{Script=Samaritan}\p{Script=Mandaic}]/u;
/** Scripts without spaces between words: their length is counted in characters. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;
/** Languages that a script gives away; what is written in Latin letters could be any. */
const SCRIPTS: readonly (readonly [string, RegExp])[] = [
	['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
	['zh-Hans', /\p{Script=Han}/gu],
	['ko', /\p{Script=Hangul}/gu],
	['ar', /\p{Script=Arabic}/gu],
	['he', /\p{Script=Hebrew}/gu]
];
/** Enough of a text to know what it is written in. */
const SAMPLE = 2_000;

/** How much there is to read: words, or characters where words have no spaces, and about how many minutes. */
export type Measure = { unit: 'words' | 'characters'; count: number; minutes: number };

/** Silent reading of non-fiction, a minute: words as Brysbaert (2019) found them, characters as the IReST texts did. */
const PACE = { words: 238, characters: 255 } as const;

/** The direction a text is read in, by its first letter as browsers do; null: it has none. */
export function direction(text: string): 'ltr' | 'rtl' | null {
	const first = /\p{L}/u.exec(text);
	if (!first) return null;
	return RIGHT_TO_LEFT.test(first[0]) ? 'rtl' : 'ltr';
}

/** Length and reading time of a text. Marks of Markdown are no words. */
export function measure(text: string): Measure {
	const characters = text.match(UNSPACED)?.length ?? 0;
	const words = text.replace(UNSPACED, ' ').match(/\S*[\p{L}\p{N}]\S*/gu)?.length ?? 0;
	const minutes = characters / PACE.characters + words / PACE.words;
	// A foreign word within such a text counts as one of its characters, as word processors count.
	return characters > words ? { unit: 'characters', count: characters + words, minutes } : { unit: 'words', count: words, minutes };
}

/**
 * The language to tell fonts, hyphens and screen readers. An answer need not be written in its project's
 * language: where the script says so, the script wins; Latin letters in a project that is not
 * written with them are of a language unknown (`''`).
 */
export function languageOf(text: string, expected: string): string {
	const sample = text.slice(0, SAMPLE);
	const letters = sample.match(/\p{L}/gu)?.length ?? 0;
	if (letters === 0) return expected;
	for (const [language, script] of SCRIPTS) {
		const share = (sample.match(script)?.length ?? 0) / letters;
		// Japanese is known by its kana, and has Han characters in plenty beside them.
		if (share > (language === 'ja' ? 0.1 : 0.5)) return expected.startsWith(language.slice(0, 2)) ? expected : language;
	}
	const latin = (sample.match(/\p{Script=Latin}/gu)?.length ?? 0) / letters;
	const unlike = SCRIPTS.some(([language]) => expected.startsWith(language.slice(0, 2)));
	return latin > 0.5 && unlike ? '' : expected;
}
