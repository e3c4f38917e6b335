import type { Split } from './holdout.ts';
import { lengthBand } from './row-selection.ts';

/** How many rows of one name (a tag, a language, a source) each split has. */
export type Share = { name: string } & Record<Split, number>;
/** What rows are made of. A row has any number of tags; "" stands for none. `lengths` go by the whole row in UTF-16 units, named by where a power of two begins (“256”: 256 to 511); null: frozen before they were counted. `tags` null: kept from who reads, since they may name what a wall keeps from them. */
export type Composition = { tags: Share[] | null; languages: Share[]; sources: Share[]; lengths: Share[] | null };

/** What of a row its composition is counted by. `source`: where the learnt answer came from, in a word; null for a rewrite. */
export type Ingredients = { tags: readonly string[]; language: string | null; source: string | null; /** Length of the whole row. */ chars: number };

/** Names that are listed of each kind; what is rarer stands under one name. */
export const MAX_NAMES = 200;
/** The name that stands for all rarer ones. */
export const OTHERS = '…';

const REWRITE = 'rewrite';
const KINDS = ['tags', 'languages', 'sources', 'lengths'] as const;
type Kind = (typeof KINDS)[number];

const NAMES: Record<Kind, (row: Ingredients) => readonly string[]> = {
	tags: ({ tags }) => (tags.length > 0 ? [...new Set(tags)] : ['']),
	languages: ({ language }) => [language ?? ''],
	sources: ({ source }) => [source ?? REWRITE],
	lengths: ({ chars }) => [String(2 ** lengthBand(chars))]
};
const rowsOf = ({ train, dev, test }: Share): number => train + dev + test;

/** Counts rows by what they are made of, in any order; what was counted can be taken out afterwards. */
export class CompositionCount {
	readonly #counts: Record<Kind, Map<string, Share>> = { tags: new Map(), languages: new Map(), sources: new Map(), lengths: new Map() };

	/** Takes a row in (1) or out (−1). */
	add(split: Split, row: Ingredients, sign: 1 | -1 = 1): void {
		for (const kind of KINDS) {
			for (const name of NAMES[kind](row)) {
				const share = this.#counts[kind].get(name) ?? { name, train: 0, dev: 0, test: 0 };
				this.#counts[kind].set(name, { ...share, [split]: share[split] + sign });
			}
		}
	}

	/** The counts, most rows first, then by name (lengths: shortest first); names without rows are left out. */
	result(): Composition & { tags: Share[]; lengths: Share[] } {
		const { tags, languages, sources, lengths } = this.#counts;
		return { tags: listed(tags), languages: listed(languages), sources: listed(sources), lengths: listed(lengths).sort((x, y) => Number(x.name) - Number(y.name)) };
	}
}

/** A composition for somebody whom a wall keeps from some of it: without tags, which may name what. */
export function tagsLeftOut<C extends Composition>(composition: C): C & { tags: null } {
	return { ...composition, tags: null };
}

function listed(counts: ReadonlyMap<string, Share>): Share[] {
	const sorted = [...counts.values()].filter((share) => rowsOf(share) > 0).sort((x, y) => rowsOf(y) - rowsOf(x) || (x.name < y.name ? -1 : 1));
	if (sorted.length <= MAX_NAMES) return sorted;
	const rest = sorted.slice(MAX_NAMES - 1).reduce((sum, share) => ({ name: OTHERS, train: sum.train + share.train, dev: sum.dev + share.dev, test: sum.test + share.test }));
	return [...sorted.slice(0, MAX_NAMES - 1), { ...rest, name: OTHERS }];
}
