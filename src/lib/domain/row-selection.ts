import type { SnapshotRule } from './snapshot-rule.ts';

/** What selection needs to know of a train row: what it belongs to, and whether the longer answer is chosen (null: no pair, or both are as long). */
export type Candidate = { sourceClass: string; tags: readonly string[]; lengthBand: number; longerChosen: boolean | null; /** How different a pair's lengths are. */ differenceBand: number };

/** A row stays, or why it does not. */
export type Choice = 'kept' | 'capped' | 'matched';

/** Band of a length: whole powers of two. */
export function lengthBand(chars: number): number {
	return chars < 1 ? 0 : Math.floor(Math.log2(chars));
}

/** Band of how many times longer one answer is than the other: half octaves up to four, so that matching compares like with like. */
export function differenceBand(one: number, other: number): number {
	const ratio = Math.log2((Math.max(one, other) + 1) / (Math.min(one, other) + 1));
	return Math.min(Math.ceil(ratio * 2), 8);
}

const CLASSES = ['source', 'tag', 'length'] as const;
type Class = (typeof CLASSES)[number];

const namesOf = (of: Class, row: Candidate): readonly string[] => (of === 'source' ? [row.sourceClass] : of === 'length' ? [String(row.lengthBand)] : row.tags.length > 0 ? row.tags : ['']);

/** Counts how many rows each class has before a choice: what `smallest` means. */
export class ClassCounts {
	readonly #counts = new Map<string, number>();

	/** Takes a row. */
	add(row: Candidate): void {
		for (const of of CLASSES) for (const name of namesOf(of, row)) this.#counts.set(`${of} ${name}`, (this.#counts.get(`${of} ${name}`) ?? 0) + 1);
	}

	/** Rows of the smallest class of a kind; 0 without rows. */
	smallest(of: Class): number {
		const counts = [...this.#counts].filter(([key]) => key.startsWith(`${of} `)).map(([, count]) => count);
		return counts.length > 0 ? Math.min(...counts) : 0;
	}
}

/**
 * Keeps a row while none of its classes is full. Rows must come in the order of
 * their content hash: that is the lot, the same on every server.
 */
export function capper(caps: SnapshotRule['caps'], counts: ClassCounts): (row: Candidate) => 'kept' | 'capped' {
	const limits = CLASSES.flatMap((of) => {
		const cap = caps[of];
		return cap === null ? [] : [{ of, limit: cap === 'smallest' ? counts.smallest(of) : cap }];
	});
	const taken = new Map<string, number>();
	return (row) => {
		const classes = limits.flatMap(({ of, limit }) => namesOf(of, row).map((name) => ({ key: `${of} ${name}`, limit })));
		if (classes.some(({ key, limit }) => (taken.get(key) ?? 0) >= limit)) return 'capped';
		for (const { key } of classes) taken.set(key, (taken.get(key) ?? 0) + 1);
		return 'kept';
	};
}

/** Counts, by how different the lengths are, on which side the longer answer stands. */
export class LengthCounts {
	readonly #counts = new Map<number, { longer: number; shorter: number }>();

	/** Takes a row that is kept so far. */
	add({ longerChosen, differenceBand: band }: Candidate): void {
		if (longerChosen === null) return;
		const at = this.#counts.get(band) ?? { longer: 0, shorter: 0 };
		at[longerChosen ? 'longer' : 'shorter'] += 1;
		this.#counts.set(band, at);
	}

	/** How many of each side a band can have when both have as many. */
	both(band: number): number {
		const at = this.#counts.get(band);
		return at ? Math.min(at.longer, at.shorter) : 0;
	}
}

/** Keeps as many pairs whose longer answer is chosen as pairs whose shorter one is, in each band; rows come in the order of their content hash. */
export function matcher(counts: LengthCounts): (row: Candidate) => 'kept' | 'matched' {
	const taken = new Map<string, number>();
	return ({ longerChosen, differenceBand: band }) => {
		if (longerChosen === null) return 'kept';
		const key = `${band} ${longerChosen}`;
		const so = taken.get(key) ?? 0;
		if (so >= counts.both(band)) return 'matched';
		taken.set(key, so + 1);
		return 'kept';
	};
}
