/**
 * What waits is counted so far and no further, and told as "500+" beyond:
 * nobody's day depends on the exact number, and a count over a million rows
 * would keep the database busy at every look.
 */
export const MOST_TOLD = 500;

/** A count that stopped at `MOST_TOLD`, in words of the reader's language: `count` writes a number. */
export function toldUpTo(n: number, count: (n: number) => string): string {
	return n < MOST_TOLD ? count(n) : `${count(MOST_TOLD)}+`;
}
