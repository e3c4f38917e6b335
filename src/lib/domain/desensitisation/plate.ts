import type { Span } from './kind.ts';

const PROVINCE = '[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]';
/** GA 36-2018: letters without I and O. New-energy plates have six signs, with a letter first or last that names the drive. */
const PLATE = new RegExp(`${PROVINCE}[A-HJ-NP-Z][ ·.-]?(?:[A-HJ-NP-Z][A-HJ-NP-Z\\d]\\d{4}|\\d{5}[A-HJ-NP-Z]|[A-HJ-NP-Z\\d]{4}[A-HJ-NP-Z\\d挂学警港澳领])(?![\\dA-Za-z])`, 'gu');

/** Plates of Chinese vehicles, new-energy ones among them. */
export function findPlates(folded: string): Span[] {
	// Five letters without a digit are a word after a province's sign.
	return [...folded.matchAll(PLATE)].flatMap(({ index, 0: plate }) => (/\d/.test(plate) ? [{ start: index, end: index + plate.length }] : []));
}
