import { getLocale } from '#lib/paraglide/runtime.js';

/** Dates in English as most of the world writes them: day first, 24 hours. */
function dateLocale(): string {
	return getLocale() === 'en' ? 'en-GB' : getLocale();
}

const made = new Map<string, unknown>();

/** Kept once made: making one takes some hundred times as long as writing with it, and a list has one in every row. */
function kept<T>(kind: string, locale: string, options: object, make: () => T): T {
	const key = kind + locale + JSON.stringify(options);
	const known = made.get(key) ?? make();
	made.set(key, known);
	return known as T;
}

const formatter = (options: Intl.NumberFormatOptions): Intl.NumberFormat => kept('number', getLocale(), options, () => new Intl.NumberFormat(getLocale(), options));

function dateFormatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const locale = dateLocale();
	return kept('date', locale, options, () => new Intl.DateTimeFormat(locale, options));
}

/** 12,345 */
export function count(n: number): string {
	return formatter({ maximumFractionDigits: 0 }).format(n);
}

/** Figures below nought bear a minus, which is as wide as a plus; not a hyphen. */
function fixed(n: number, digits: number): string {
	return formatter({ minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: 'negative' }).format(n).replace('-', '−');
}

/** 0.0123 with so many digits that count. */
export function decimal(n: number, digits = 2): string {
	return fixed(n, digits);
}

/** 0.58 → “58 %”, with the narrow space of running text. */
export function percent(share: number, digits = 0): string {
	return `${fixed(share * 100, digits)}\u202f%`;
}

/** “23 Nov, 14:32”, in the reader's time zone. */
export function moment(at: Date | number | string): string {
	return dateFormatter({ dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}

/** “14:32” */
export function clock(at: Date | number | string): string {
	return dateFormatter({ hour: '2-digit', minute: '2-digit' }).format(new Date(at));
}

/** 95 → “1 min 35 s”, for work that is going on. */
export function duration(seconds: number): string {
	const s = Math.max(0, Math.round(seconds));
	const unit = (value: number, name: 'hour' | 'minute' | 'second'): string => formatter({ style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
	if (s < 60) return unit(s, 'second');
	if (s < 3600) return `${unit(Math.floor(s / 60), 'minute')}${s % 60 && s < 600 ? ` ${unit(s % 60, 'second')}` : ''}`;
	return `${unit(Math.floor(s / 3600), 'hour')} ${unit(Math.floor((s % 3600) / 60), 'minute')}`;
}
