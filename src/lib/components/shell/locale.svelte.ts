import { browser } from '$app/environment';
import { baseLocale, getLocale, isLocale, overwriteGetLocale, setLocale } from '#lib/paraglide/runtime.js';
import type { locales } from '#lib/paraglide/runtime.js';
import { htmlLang, THEME_COOKIE } from './appearance.ts';
import type { Theme } from './appearance.ts';

export type Locale = (typeof locales)[number];

/** Names of the languages, each in itself. */
export const LANGUAGES: Record<Locale, string> = { en: 'English', zh: '中文' };

const YEAR = 60 * 60 * 24 * 365;

function pageLocale(): Locale {
	const lang = document.documentElement.lang.split('-')[0];
	return isLocale(lang) ? lang : baseLocale;
}

/**
 * The page's language as state: every message reads it, so a switch redraws the
 * words where they stand and loses nothing that was typed or loaded.
 */
let current = $state<Locale>(browser ? pageLocale() : baseLocale);
if (browser) overwriteGetLocale(() => current);

/** Language the page speaks now. */
export function locale(): Locale {
	return getLocale();
}

/** Switches the language without a reload and remembers it. */
export function switchLocale(next: Locale): void {
	void setLocale(next, { reload: false });
	current = next;
	document.documentElement.lang = htmlLang(next);
}

/** Switches the theme and remembers it; the server writes it into the next page's first byte. */
export function switchTheme(next: Theme): void {
	document.documentElement.dataset['theme'] = next;
	document.cookie = `${THEME_COOKIE}=${next}; path=/; max-age=${YEAR}; samesite=lax`;
}
