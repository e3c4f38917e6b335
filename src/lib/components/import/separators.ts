import * as m from '#lib/paraglide/messages.js';

/** A sign that can be seen: those that cannot by their number. */
export const visible = (sign: string): string => (/[\p{C}\p{Z}]/u.test(sign) ? `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}` : sign);

const USUAL: Readonly<Record<string, () => string>> = { ',': m.import_separator_comma, '\t': m.import_separator_tab, ';': m.import_separator_semicolon, '|': m.import_separator_bar };

/** Signs that tables are usually separated by. */
export const USUAL_SEPARATORS = Object.keys(USUAL);

/** “separated by tabs” */
export const separatedBy = (sign: string): string => USUAL[sign]?.() ?? m.import_separator_sign({ sign: visible(sign) });
