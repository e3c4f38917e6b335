/** Which item of a menu a key goes to, from the one that has the focus (-1: none); null: the key is none of a menu's. */
export function nextItem(key: string, at: number, labels: readonly string[]): number | null {
	const many = labels.length;
	if (many === 0) return null;
	if (key === 'ArrowDown') return (at + 1) % many;
	if (key === 'ArrowUp') return at < 0 ? many - 1 : (at - 1 + many) % many;
	if (key === 'Home') return 0;
	if (key === 'End') return many - 1;
	// A letter goes to the next one that begins with it.
	const letter = key.toLocaleLowerCase();
	if ([...letter].length !== 1 || letter === ' ') return null;
	for (let step = 1; step <= many; step += 1) {
		const to = (Math.max(at, -1) + step) % many;
		if (labels[to]?.toLocaleLowerCase().startsWith(letter)) return to;
	}
	return null;
}
