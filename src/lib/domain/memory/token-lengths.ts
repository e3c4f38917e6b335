/** How many rows have how many tokens: the longer side of a pair, as the engine's own template encodes it. */
export type LengthCounts = Readonly<Record<string, number>>;

/** Lengths of a snapshot's training rows under one model's tokenizer. */
export type TokenLengths = {
	/** Rows by the tokens of their longer conversation. */
	rows: LengthCounts;
	/** Tokens of all conversations that are read, both sides of a pair counted. */
	tokens: number;
	/** Tokens of the longest answer. */
	longestAnswer: number;
	/** Tokens before the answer that begins first. Not known of rows that an earlier version counted. */
	shortestQuestion?: number;
	/** Of the rows with images, which are not among `rows`: tokens of their words, and how many images one has at most. Not known of what an earlier version counted. */
	pictured?: { longest: number; longestAnswer: number; shortestQuestion: number; images: number };
};

const entries = (counts: LengthCounts): [number, number][] => Object.entries(counts).map(([length, rows]): [number, number] => [Number(length), rows]).sort(([one], [other]) => one - other);

/** Rows in all. */
export function rowsIn({ rows }: Pick<TokenLengths, 'rows'>): number {
	return Object.values(rows).reduce((sum, count) => sum + count, 0);
}

/** Tokens of the longest row; 0 without rows. */
export function longestIn({ rows }: Pick<TokenLengths, 'rows'>): number {
	return Math.max(0, ...Object.keys(rows).map(Number));
}

/** Rows over a length: those that would be cut, or end the run. */
export function rowsOver({ rows }: Pick<TokenLengths, 'rows'>, length: number): number {
	return entries(rows).reduce((sum, [tokens, count]) => sum + (tokens > length ? count : 0), 0);
}

/** The length that a share of the rows does not exceed; 0 without rows. */
export function quantileOf(lengths: Pick<TokenLengths, 'rows'>, share: number): number {
	const needed = share * rowsIn(lengths);
	let seen = 0;
	for (const [tokens, count] of entries(lengths.rows)) {
		seen += count;
		if (seen >= needed && seen > 0) return tokens;
	}
	return 0;
}

/** A bar of the histogram: rows of `from` to `to` tokens, both counted in. */
export type Bar = { from: number; to: number; rows: number };

/** The histogram in at most `most` bars of one width, a round number of tokens. */
export function histogram(lengths: Pick<TokenLengths, 'rows'>, most = 24): Bar[] {
	const longest = longestIn(lengths);
	if (longest === 0) return [];
	const width = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].find((one) => longest / one <= most) ?? Math.ceil(longest / most);
	const bars = Array.from({ length: Math.ceil(longest / width) }, (_, index): Bar => ({ from: index * width + 1, to: (index + 1) * width, rows: 0 }));
	for (const [tokens, count] of entries(lengths.rows)) {
		const bar = bars[Math.max(0, Math.ceil(tokens / width) - 1)];
		if (bar) bar.rows += count;
	}
	return bars;
}
