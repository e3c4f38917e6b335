import * as v from 'valibot';

/** A password as it was typed: nothing trimmed. Its rule is the use case's; here only that there is one, and no novel. */
export function secret(missing: () => string) {
	return v.pipe(v.string(), v.minLength(1, missing), v.maxLength(2000, missing));
}

/** Takes secrets out of a form before it goes back: a password must not stand in a page. The browser keeps what was typed. */
export function without<T extends Record<string, unknown>>(form: { data: T }, ...names: (keyof T & string)[]): void {
	for (const name of names) form.data[name] = '' as T[typeof name];
}
