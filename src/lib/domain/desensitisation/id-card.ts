import { bare } from './fold.ts';
import type { Span } from './kind.ts';

/** First two digits: the provinces of GB/T 2260, and 71, 81–83 and 91 of residence permits of the same form. */
const REGIONS = new Set('11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 91'.split(' '));
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = '10X98765432';
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDate(month: number, day: number): boolean {
	return day >= 1 && day <= (DAYS[month - 1] ?? 0);
}

/**
 * Whether 18 characters are a Chinese identity number: region, date of birth and
 * the check character of GB 11643-1999 (ISO 7064 MOD 11-2).
 */
export function isIdNumber(id: string): boolean {
	if (!/^\d{17}[\dX]$/.test(id) || !REGIONS.has(id.slice(0, 2))) return false;
	const year = Number(id.slice(6, 10));
	if (year < 1880 || year > 2099 || !isDate(Number(id.slice(10, 12)), Number(id.slice(12, 14)))) return false;
	return CHECKS[WEIGHTS.reduce((sum, weight, i) => sum + weight * Number(id[i]), 0) % 11] === id[17];
}

/** Whether 15 digits may be an identity number as they were given out before 1999: region and date alone, it has no check digit. */
export function isOldIdNumber(id: string): boolean {
	return /^\d{15}$/.test(id) && REGIONS.has(id.slice(0, 2)) && isDate(Number(id.slice(8, 10)), Number(id.slice(10, 12)));
}

const CANDIDATE = /(?<!\d)\d(?:[ -]{0,2}\d){13,16}(?:[ -]{0,2}[\dXx])?(?![\dA-Za-z])/gu;
const SAYS_SO = /身份|证件|公民|居民|户籍|ID\b|identi/iu;

/**
 * Chinese identity numbers, also spaced or dashed. One of 15 digits is taken
 * only where the text just before says what it is: one of a hundred numbers of
 * that length looks like one.
 */
export function findIdCards(folded: string): Span[] {
	return [...folded.matchAll(CANDIDATE)].flatMap((match) => {
		const id = bare(match[0]);
		const said = () => SAYS_SO.test(folded.slice(Math.max(0, match.index - 24), match.index));
		return isIdNumber(id) || (isOldIdNumber(id) && said()) ? [{ start: match.index, end: match.index + match[0].length }] : [];
	});
}
