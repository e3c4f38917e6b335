import type { Split } from './holdout.ts';

/** How many rows of one name (a tag, a language, a source) each split has. */
export type Share = { name: string } & Record<Split, number>;
/** What rows are made of. A row has any number of tags; "" stands for none. */
export type Composition = { tags: Share[]; languages: Share[]; sources: Share[] };

/** What of a row its composition is counted by. `source`: where the learnt answer came from, in a word; null for a rewrite. */
export type Ingredients = { tags: readonly string[]; language: string | null; source: string | null };

/** Names that are listed of each kind; what is rarer stands under one name. */
export const MAX_NAMES = 200;
/** The name that stands for all rarer ones. */
export const OTHERS = '…';

const REWRITE = 'rewrite';
const KINDS = ['tags', 'languages', 'sources'] as const;
type Kind = (typeof KINDS)[number];

const namesOf = (kind: Kind, { tags, language, source }: Ingredients): readonly string[] => (kind === 'tags' ? (tags.length > 0 ? [...new Set(tags)] : ['']) : kind === 'languages' ? [language ?? ''] : [source ?? REWRITE]);
const rowsOf = ({ train, dev, test }: Share): number => train + dev + test;

/** Counts rows by what they are made of, in any order; what was counted can be taken out afterwards. */
export class CompositionCount {
	readonly #counts: Record<Kind, Map<string, Share>> = { tags: new Map(), languages: new Map(), sources: new Map() };

	/** Takes a row in (1) or out (−1). */
	add(split: Split, row: Ingredients, sign: 1 | -1 = 1): void {
		for (const kind of KINDS) {
			for (const name of namesOf(kind, row)) {
				const share = this.#counts[kind].get(name) ?? { name, train: 0, dev: 0, test: 0 };
				this.#counts[kind].set(name, { ...share, [split]: share[split] + sign });
			}
		}
	}

	/** The counts, most rows first, then by name; names without rows are left out. */
	result(): Composition {
		return { tags: listed(this.#counts.tags), languages: listed(this.#counts.languages), sources: listed(this.#counts.sources) };
	}
}

function listed(counts: ReadonlyMap<string, Share>): Share[] {
	const sorted = [...counts.values()].filter((share) => rowsOf(share) > 0).sort((x, y) => rowsOf(y) - rowsOf(x) || (x.name < y.name ? -1 : 1));
	if (sorted.length <= MAX_NAMES) return sorted;
	const rest = sorted.slice(MAX_NAMES - 1).reduce((sum, share) => ({ name: OTHERS, train: sum.train + share.train, dev: sum.dev + share.dev, test: sum.test + share.test }));
	return [...sorted.slice(0, MAX_NAMES - 1), { ...rest, name: OTHERS }];
}
