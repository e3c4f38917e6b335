/** The numbers that a file's first rows hold in one place: what one of them says depends on which others there are. */
export type Scale = ReadonlySet<number>;

/** The scale of every place in which a file says something by numbers: a field, or a question of an annotation tool, by its name. */
export type Scales = ReadonlyMap<string, Scale>;

const NUMBER = /^[+-]?\d+(?:\.\d+)?$/u;

/** A number as files write it, with the sign before it: 1, "+1", "−1", "1.0"; null: it is none. */
export function numberOf(value: unknown): number | null {
	if (typeof value === 'number') return Number.isFinite(value) ? value : null;
	if (typeof value !== 'string') return null;
	const text = value.trim().replace(/^\u2212/u, '-').replace(/^([+-])\s+/u, '$1');
	// Nought is no other number for the sign before it.
	return NUMBER.test(text) ? Number(text) + 0 : null;
}

/** Whether a text begins with a signed number, whatever follows. */
export const isSigned = (value: unknown): boolean => typeof value === 'string' && /^\s*[+\-\u2212]\s*\d/u.test(value);

/** The scales of what was said in these places. */
export function scalesOf(said: Iterable<readonly [string, unknown]>): Map<string, Set<number>> {
	const scales = new Map<string, Set<number>>();
	addTo(scales, said, Infinity);
	return scales;
}

/** Adds what was said in these places to their scales, of which there are at most so many: a file that says each thing in a place of its own has no scale. */
export function addTo(scales: Map<string, Set<number>>, said: Iterable<readonly [string, unknown]>, most: number): void {
	for (const [name, value] of said) {
		const number = numberOf(value);
		const scale = scales.get(name);
		if (number === null || (scale === undefined && scales.size >= most)) continue;
		scales.set(name, (scale ?? new Set<number>()).add(number));
	}
}
