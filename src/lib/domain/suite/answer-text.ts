/** A Han character, or a run of letters and digits: what a reader takes in at a time, in either language. */
const UNIT = /\p{Script=Han}|(?:(?!\p{Script=Han})[\p{L}\p{N}])+(?:['’\-.](?:(?!\p{Script=Han})[\p{L}\p{N}])+)*/gu;

/** Words and Han characters of a text in lower case, without marks. */
export function units(text: string): string[] {
	return (text.normalize('NFKC').toLowerCase().match(UNIT) ?? []).map(String);
}

/** Sentences and clauses of a text, in either language; a decimal point ends none. */
export function sentences(text: string): string[] {
	return text
		.split(/(?<=[.!?])\s+|(?<=[。！？；])|\n+/u)
		.map((sentence) => sentence.trim())
		.filter((sentence) => sentence !== '');
}

/** A text whose spaces and line breaks say nothing. */
export const squeezed = (text: string): string => text.normalize('NFC').replace(/\s+/gu, ' ').trim();

/** Languages that a check can ask for. */
export const LANGUAGES = ['en', 'zh'] as const;
export type AnswerLanguage = (typeof LANGUAGES)[number];

/** Share of letters that decides; between it and its opposite a text is mixed. */
const DECIDES = 0.7;

/** The language that an answer is written in, by its letters: a Han character weighs as two, about what a word's two syllables do. Null: mixed, or there are none. */
export function languageOf(text: string): AnswerLanguage | null {
	const all = units(text.replace(/`[^`]*`|https?:\S+/gu, ' '));
	const han = all.filter((unit) => /\p{Script=Han}/u.test(unit)).length / 2;
	const latin = all.filter((unit) => /\p{Script=Latin}/u.test(unit)).length;
	if (han + latin === 0) return null;
	const share = han / (han + latin);
	return share >= DECIDES ? 'zh' : share <= 1 - DECIDES ? 'en' : null;
}
