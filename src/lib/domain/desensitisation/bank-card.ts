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

const CANDIDATE = /(?<![\dA-Za-z.])\d(?:[ -]{0,2}\d){12,18}(?![\dA-Za-z]|[.,]\d)/gu;

/** Numbers of bank and credit cards, also in groups. */
export function findBankCards(folded: string): Span[] {
	return [...folded.matchAll(CANDIDATE)].flatMap((match) => (isCardNumber(bare(match[0])) ? [{ start: match.index, end: match.index + match[0].length }] : []));
}
