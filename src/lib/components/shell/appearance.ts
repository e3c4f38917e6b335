/** Light, dark, or whatever the system says. */
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Name of the cookie that carries the theme, so that the first byte of a page is already right. */
export const THEME_COOKIE = 'plumbline_theme';

/** Reads a theme from a cookie's value. */
export function themeFrom(value: string | undefined): Theme {
	return THEMES.find((theme) => theme === value) ?? 'system';
}

/** The `lang` of a page in this locale: the script decides which Chinese glyphs a browser takes. */
export function htmlLang(locale: string): string {
	return locale === 'zh' ? 'zh-Hans' : locale;
}

/** Fills the marks of app.html; hooks call it from `transformPageChunk`. */
export function fillDocument(html: string, locale: string, theme: Theme): string {
	return html.replace('%plumbline.lang%', htmlLang(locale)).replace('%plumbline.theme%', theme);
}
