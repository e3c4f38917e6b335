import type { Locale } from '../rule-setting-words.ts';

/** 12,345 */
export function count(n: number, locale: Locale): string {
	return new Intl.NumberFormat(locale).format(n);
}

/** 0.58 → “58 %”; in Chinese without a space. */
export function percent(share: number, locale: Locale): string {
	return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(share * 100)}${locale === 'zh' ? '' : ' '}%`;
}

/** 0.71, a minus as wide as a plus. */
export function figure(value: number, locale: Locale): string {
	return new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: 'negative' }).format(value).replace('-', '−');
}
