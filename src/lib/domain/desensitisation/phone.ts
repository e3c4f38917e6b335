import type { Span } from './kind.ts';

/** Letters right before a number belong to it (HT13800138000 is a contract), unless they say that a telephone comes. */
const NO_LETTERS = String.raw`(?:(?<![A-Za-z])|(?<=(?<![\dA-Za-z])(?:telephone|tel|phone|ph|mobile|mob|cell|fax|call|sms|whatsapp|wechat|wx|vx|no)))`;
/** A point belongs to a number only behind a digit: Tel.010-65528888. */
const BEFORE = String.raw`${NO_LETTERS}(?<![\d+/-])(?<!\d[ ,.])`;
const AFTER = String.raw`(?![\dA-Za-z]|[.,/]\d|-\d)`;
const form = (...parts: string[]) => new RegExp(BEFORE + parts.join('') + AFTER, 'giu');

const FORMS = [
	/** Chinese mobile numbers: 11 digits from 13 to 19, in one piece or 3-4-4, 3-3-5, 4-4-3. */
	new RegExp(String.raw`${NO_LETTERS}(?<!\d)(?<!\d\.)(?:\(?(?:\+|00)?86\)?[ -]{0,2})?1[3-9]\d(?:[ -]{0,2}\d{4}[ -]{0,2}\d{4}|[ -]\d{3}[ -]\d{5}|\d[ -]\d{4}[ -]\d{3})(?![\dA-Za-z])`, 'giu'),
	/** Chinese fixed lines with their area code: 010-6552 8888, (021)5888 1234, 0571-8788888-801. */
	form(String.raw`(?:\+86[ -]?)?(?:\(0\d{2,3}\)[ -]?|(?<!\d)0?(?:10|2\d|[3-9]\d{2})-)\d{3,4}[ -]?\d{4}(?:-\d{1,4})?`),
	/** Service numbers of Chinese firms. */
	form(String.raw`[48]00-?\d{3}-?\d{4}`),
	/** International: a plus, and 8 to 15 digits (ITU-T E.164). */
	form(String.raw`(?:\+|00(?=[1-9]))[1-9]\d{0,2}(?:[ .-]?\(0?\d{0,4}\))?(?:[ .-]?\d{1,5}){2,6}`),
	/** North America. */
	form(String.raw`(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}`),
	/** United Kingdom. */
	form(String.raw`(?:07\d{3} ?\d{3} ?\d{3}|\(?02\d\)? \d{4} \d{4}|\(?01\d{2,3}\)? \d{3} ?\d{3,4})`)
];

/** Telephone numbers: Chinese, North American, British, and any with a country's code. Also spaced, dashed and full-width. */
export function findPhones(folded: string): Span[] {
	return FORMS.flatMap((pattern) =>
		[...folded.matchAll(pattern)].flatMap(({ index, 0: number }) => {
			const digits = number.replace(/\D/g, '').length;
			return digits >= 8 && digits <= 17 ? [{ start: index, end: index + number.length }] : [];
		})
	);
}
