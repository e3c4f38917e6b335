import { bare } from './fold.ts';
import type { Span } from './kind.ts';

/** Whether the last digit checks the others (ISO/IEC 7812-1, annex B: the Luhn formula). */
export function passesLuhn(digits: string): boolean {
	let sum = 0;
	for (let i = 0; i < digits.length; i++) {
		const digit = Number(digits[digits.length - 1 - i]);
		sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
	}
	return sum % 10 === 0;
}

/**
 * Leading digits of the card schemes with their lengths, from what the schemes
 * publish of their ranges; 9558 and 9559 are the old ranges of Chinese banks.
 */
const SCHEMES: readonly [pattern: RegExp, lengths: readonly number[]][] = [
	[/^62/, [16, 17, 18, 19]], // UnionPay
	[/^4/, [13, 16, 19]], // Visa
	[/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]], // Mastercard
	[/^3[47]/, [15]], // American Express
	[/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]], // JCB
	[/^(?:6011|64[4-9]|65)/, [16, 17, 18, 19]], // Discover
	[/^3(?:0[0-5]|[689])/, [14, 16, 19]], // Diners Club
	[/^220[0-4]/, [16, 17, 18, 19]], // Mir
	[/^(?:9558|9559|95595|955)/, [16, 18, 19]],
	[/^60(?:3|[458])/, [16, 19]] // Chinese city and rural banks
];

/** Whether digits are a card number: a known range, a length of that range, and the check digit. */
export function isCardNumber(digits: string): boolean {
	return SCHEMES.some(([pattern, lengths]) => lengths.includes(digits.length) && pattern.test(digits)) && passesLuhn(digits);
}

/** No decimals of another number, and no end of a hash. */
const BEFORE = String.raw`(?<!\d)(?<!\d\.)(?<!\d[A-Za-z]{1,16})`;
/** Digits with blanks and dashes among them, as far as they go. */
const RUN = new RegExp(String.raw`${BEFORE}\d(?:[ -]{0,2}\d){12,}`, 'gu');
const DOTTED = new RegExp(String.raw`${BEFORE}\d{4}(?:\.\d{4}){3}(?:\.\d{1,3})?(?![\dA-Za-z]|[.,]\d)`, 'gu');
const GOES_ON = /^(?:[A-Za-z]|[.,]\d)/u;
const MOST_DIGITS = 19;
/** Of a group of a card that has other numbers beside it. */
const LEAST_DIGITS = 3;

/**
 * Cards among groups of digits. What stands beside one may be a number of its own: the month in which it ends, its code,
 * a sum, the number of a line. So one ends at the end of any group, and begins with the first one, after a card, after
 * one of two digits at most, or is a group by itself. More places to begin would find one in every column of figures.
 * A matrix is groups of one or two digits, any of which would do for such a place, so a card's groups, its last one
 * aside, have three digits at least, unless it is all there is: who spells one digit by digit writes nothing beside it.
 */
function cardsIn(run: string, goesOn: boolean): Span[] {
	const groups = [...run.matchAll(/\d+/gu)].map(({ index, 0: digits }) => ({ start: index, end: index + digits.length, digits }));
	const ends = goesOn ? groups.length - 1 : groups.length;
	const found: Span[] = [];
	let next = 0;
	for (let first = 0; first < ends; first++) {
		const group = groups[first];
		if (!group || !(first === next || (groups[first - 1]?.digits.length ?? 0) <= 2 || group.digits.length > 12)) continue;
		let digits = '';
		let card: { end: number; last: number } | null = null;
		for (let last = first; last < ends && digits.length < MOST_DIGITS; last++) {
			digits += groups[last]?.digits ?? '';
			const isWhole = first === 0 && last === groups.length - 1;
			if (!isWhole && groups.slice(first, last).some((part) => part.digits.length < LEAST_DIGITS)) continue;
			if (isCardNumber(digits)) card = { end: groups[last]?.end ?? 0, last };
		}
		if (!card) continue;
		found.push({ start: group.start, end: card.end });
		[first, next] = [card.last, card.last + 1];
	}
	return found;
}

/** Numbers of bank and credit cards, also in groups, with other numbers beside them, and right behind a word. */
export function findBankCards(folded: string): Span[] {
	const spaced = [...folded.matchAll(RUN)].flatMap(({ index, 0: run }) => cardsIn(run, GOES_ON.test(folded.slice(index + run.length, index + run.length + 2))).map(({ start, end }) => ({ start: index + start, end: index + end })));
	const dotted = [...folded.matchAll(DOTTED)].flatMap(({ index, 0: number }) => (isCardNumber(bare(number)) ? [{ start: index, end: index + number.length }] : []));
	return [...spaced, ...dotted];
}
