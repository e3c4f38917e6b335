import type { Span } from './kind.ts';

const NUMBER = String.raw`\d{1,3}(?:,\d{3}){1,6}(?:\.\d{1,4})?|\d{1,18}(?:\.\d{1,4})?`;
const SCALE = '(?: ?(?:千万|百万|万亿|[千百万亿]|(?:thousand|million|billion|bn|mn|m|k)(?![A-Za-z])))?';
const SIGN = String.raw`(?:US\$|HK\$|NT\$|A\$|C\$|S\$|[¥$€£₩₹]|(?:人民币|港币|美元|欧元)(?:[:：]? ?)|(?<![A-Za-z])(?:RMB|CNY|CNH|USD|EUR|GBP|HKD|JPY|CHF|AUD|CAD|SGD))`;
const UNIT = String.raw`(?:元(?:整|人民币)?|圆整?|块钱|角|美元|美金|欧元|英镑|港元|港币|日元|人民币|(?:(?:US )?dollars?|euros?|pounds?|yuan|renminbi|francs?|RMB|CNY|USD|EUR|GBP|HKD|JPY|CHF)(?![A-Za-z]))`;
const CHINESE = '[〇零一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟萬億]';

const FORMS = [
	new RegExp(String.raw`${SIGN} ?(?:${NUMBER})(?![\d,]*\d)${SCALE}(?: ?${UNIT})?`, 'gu'),
	new RegExp(String.raw`(?<![\d.,A-Za-z])(?:${NUMBER})${SCALE} ?${UNIT}`, 'gu'),
	new RegExp(String.raw`(?:人民币[:：]?)?${CHINESE}{1,30}(?:多|余)?(?:元|圆|美元|欧元|英镑|港元|块钱)(?:${CHINESE}角)?(?:${CHINESE}分)?整?`, 'gu')
];

/** Sums of money: a sign or a currency's code before, or its name after; also in Chinese numerals. */
export function findAmounts(folded: string): Span[] {
	return FORMS.flatMap((pattern) => [...folded.matchAll(pattern)].map(({ index, 0: sum }) => ({ start: index, end: index + sum.trimEnd().length })));
}
