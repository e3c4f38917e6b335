import * as v from 'valibot';
import * as m from '#lib/paraglide/messages.js';

/** A text somebody typed into a form: trimmed, within a length, and storable (no NUL, no half of a surrogate pair). */
export function typed(max: number, min = 0) {
	return v.pipe(
		v.string(),
		v.trim(),
		v.check((value) => !value.includes('\0') && value.isWellFormed(), () => m.form_text_broken()),
		v.minLength(min, () => m.form_text_missing()),
		v.maxLength(max, () => m.form_text_long({ max }))
	);
}
