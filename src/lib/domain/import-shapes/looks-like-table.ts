/** Signs that stand in text: letters, digits, blanks, what ends or joins words, and marks. */
const OF_TEXT = /[\p{L}\p{M}\p{N}\p{Zs}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}.,:!?'"。，、：；！？…]/u;

/**
 * What may stand between the cells of lines that were taken for text: a sign that none of them
 * lacks and all hold equally often. Null: there is none, or not enough lines to say.
 */
export function betweenCells(lines: readonly string[]): string | null {
	const [first = '', ...others] = lines;
	if (others.length === 0) return null;
	const times = (line: string, sign: string) => line.split(sign).length;
	return [...new Set(first)].find((sign) => !OF_TEXT.test(sign) && others.every((line) => times(line, sign) === times(first, sign))) ?? null;
}
