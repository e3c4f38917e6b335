import type { Span } from './kind.ts';

/** Chinese passports (E, G ordinary; D, S, P diplomatic, service, public) and travel permits; of one letter and eight digits or two letters and seven. */
const CHINESE = /(?<![\dA-Za-z-])(?:[EG]\d{8}|E[A-HJ-NP-Z]\d{7}|[DSP]E\d{7}|SE\d{7})(?![\dA-Za-z-])/gu;
/** Any country's: one or two letters, six to nine digits, once the text has said that one comes. */
const SAID = /(?:护照|通行证|旅行证|passport|travel document)[^\n]{0,28}?(?<![\dA-Za-z])((?=[A-Za-z\d]*\d{5})[A-Za-z]{0,2}\d{6,9}[A-Za-z]?)(?![\dA-Za-z])/giu;
/** Letters before a day are the number of a document: G20230115. */
const DAY = /^[A-Za-z]{1,2}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/u;

/** Numbers of passports: Chinese ones by their form, others where the words just before say so. */
export function findPassports(folded: string): Span[] {
	const chinese = [...folded.matchAll(CHINESE)].flatMap(({ index, 0: number }) => (DAY.test(number) ? [] : [{ start: index, end: index + number.length }]));
	const said = [...folded.matchAll(SAID)].flatMap(({ index, 0: whole, 1: number = '' }) => [{ start: index + whole.length - number.length, end: index + whole.length }]);
	return [...chinese, ...said];
}
