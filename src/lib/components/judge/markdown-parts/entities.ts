/**
 * In the browser's build this stands in for the package `entities`, of which markdown-it uses one function and whose
 * table weighs 10 kB: the browser has the same table.
 */
const MOST_KEPT = 4_000;
const known = new Map<string, string>();
let reader: HTMLTextAreaElement | null = null;

/** One reference as markdown-it finds them (`&name;` or `&#…;`), as the character it stands for; unchanged where it stands for none. */
export function decodeHTMLStrict(reference: string): string {
	const before = known.get(reference);
	if (before !== undefined) return before;
	reader ??= document.createElement('textarea');
	reader.innerHTML = reference;
	const text = reader.textContent;
	// A browser also takes names without their semicolon, and leaves the rest: `&copyx;` would be `©x;`.
	const whole = text === ';' || !text.endsWith(';');
	const result = whole ? text : reference;
	if (known.size >= MOST_KEPT) known.clear();
	known.set(reference, result);
	return result;
}
