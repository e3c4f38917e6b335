/** A key that no item has yet: it stays with its item when the name changes, so that older judgments keep their meaning. */
export function newKey(prefix: string, items: readonly { key: string }[]): string {
	const taken = new Set(items.map((item) => item.key));
	for (let n = 1; ; n += 1) if (!taken.has(`${prefix}_${n}`)) return `${prefix}_${n}`;
}
