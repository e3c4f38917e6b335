/** How often judges (by key) give which verdict where which is true, and how common each is. */
export type DawidSkeneModel = {
	classes: readonly string[];
	/** Share of each class, in order of `classes`. */
	priors: readonly number[];
	/** By judge: `errors[truth][said]`, each row adding up to 1. */
	errors: ReadonlyMap<string, readonly (readonly number[])[]>;
	iterations: number;
};

/** One judge's vote on an item. */
export type Vote = { judge: string; verdict: string };

/** Votes that look alike, and on how many items they were cast. */
type Pattern = { votes: readonly Vote[]; items: number };

const SHOWN_DIGITS = 6;

/**
 * Collects the votes of one item after the other. Items with the same votes of
 * the same judges are kept once with their number, so that memory grows with
 * the variety of votes and not with the items.
 */
export class VoteCollection {
	readonly #patterns = new Map<string, Pattern>();
	/** By judge, sums that do not depend on the order of items: they name judges alike on every server. */
	readonly #marks = new Map<string, [number, number]>();

	/** Takes the votes of an item that has this content hash. */
	add(contentHash: string, votes: readonly Vote[]): void {
		if (votes.length === 0) return;
		const sorted = sortVotes(votes);
		const key = JSON.stringify(sorted.map(({ judge, verdict }) => [judge, verdict]));
		const known = this.#patterns.get(key);
		if (known) known.items += 1;
		else this.#patterns.set(key, { votes: sorted, items: 1 });
		const [high, low] = [0, 8].map((from) => Number.parseInt(contentHash.slice(from, from + 8), 16)) as [number, number];
		for (const { judge, verdict } of sorted) {
			const mark = this.#marks.get(judge) ?? [0, 0];
			const turn = [...verdict].reduce((sum, letter) => (Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0)) | 0, 7) | 1;
			this.#marks.set(judge, [(mark[0] + Math.imul(high | 0, turn)) | 0, (mark[1] + Math.imul(low | 0, turn)) | 0]);
		}
	}

	/** Patterns with judges numbered, and both in an order that follows from content alone: floating point sums come out the same everywhere. */
	canonical(): { judges: string[]; patterns: { votes: { judge: number; verdict: string }[]; items: number }[] } {
		const judges = [...this.#marks].sort(([, x], [, y]) => x[0] - y[0] || x[1] - y[1]).map(([judge]) => judge);
		const number = new Map(judges.map((judge, index) => [judge, index]));
		const patterns = [...this.#patterns.values()].map(({ votes, items }) => {
			const numbered = votes.map(({ judge, verdict }) => ({ judge: number.get(judge) ?? 0, verdict })).sort((x, y) => x.judge - y.judge || (x.verdict < y.verdict ? -1 : 1));
			return { key: JSON.stringify(numbered), pattern: { votes: numbered, items } };
		});
		return { judges, patterns: patterns.sort((x, y) => (x.key < y.key ? -1 : 1)).map(({ pattern }) => pattern) };
	}
}

const sortVotes = (votes: readonly Vote[]): Vote[] => [...votes].sort((x, y) => (x.judge === y.judge ? (x.verdict < y.verdict ? -1 : 1) : x.judge < y.judge ? -1 : 1));

/** Shares of a list that add up to 1; all alike where there is nothing. */
function normalised(values: readonly number[]): number[] {
	const sum = values.reduce((total, value) => total + value, 0);
	return values.map((value) => (sum > 0 ? value / sum : 1 / values.length));
}

export type DawidSkeneOptions = {
	/** Added to every count, so that what a judge never did is unlikely and not impossible. Default 0.01; 0 is the estimate of the paper. */
	smoothing?: number;
	/** Most rounds of estimation. Default 100. */
	iterations?: number;
	/** Ends when no probability changes by more. Default 1e-7. */
	tolerance?: number;
};

/**
 * Maximum-likelihood estimate of every judge's error rates by expectation
 * maximisation (Dawid & Skene 1979, Applied Statistics 28:20–28), begun from
 * the shares of the votes. Null without a vote.
 */
export function fitDawidSkene(collected: VoteCollection, classes: readonly string[], options: DawidSkeneOptions = {}): DawidSkeneModel | null {
	const { smoothing = 0.01, iterations = 100, tolerance = 1e-7 } = options;
	const { judges, patterns } = collected.canonical();
	if (patterns.length === 0) return null;
	const place = new Map(classes.map((name, index) => [name, index]));
	const at = (verdict: string): number => place.get(verdict) ?? 0;
	let beliefs = patterns.map(({ votes }) => normalised(classes.map((_, truth) => votes.filter(({ verdict }) => at(verdict) === truth).length)));
	let priors: number[] = [];
	let errors: number[][][] = [];
	let iteration = 0;
	for (let change = Infinity; iteration < iterations && change > tolerance; iteration++) {
		const sums = classes.map(() => 0);
		errors = judges.map(() => classes.map(() => classes.map(() => smoothing)));
		patterns.forEach(({ votes, items }, index) => {
			(beliefs[index] ?? []).forEach((belief, truth) => {
				sums[truth] = (sums[truth] ?? 0) + belief * items;
				for (const { judge, verdict } of votes) {
					const row = errors[judge]?.[truth];
					if (row) row[at(verdict)] = (row[at(verdict)] ?? 0) + belief * items;
				}
			});
		});
		priors = normalised(sums);
		errors = errors.map((rows) => rows.map(normalised));
		const next = patterns.map(({ votes }) => believe(priors, votes.map(({ judge, verdict }) => ({ rows: errors[judge], said: at(verdict) }))));
		change = next.reduce((most, row, index) => row.reduce((inner, belief, truth) => Math.max(inner, Math.abs(belief - (beliefs[index]?.[truth] ?? 0))), most), 0);
		beliefs = next;
	}
	return { classes, priors, errors: new Map(judges.map((judge, index) => [judge, errors[index] ?? []])), iterations: iteration };
}

/** Bayes' rule in logarithms. A judge without rows says nothing. */
function believe(priors: readonly number[], said: readonly { rows: readonly (readonly number[])[] | undefined; said: number }[]): number[] {
	const logs = priors.map((prior, truth) => said.reduce((sum, one) => sum + (one.rows ? Math.log(one.rows[truth]?.[one.said] ?? 0) : 0), Math.log(prior)));
	const most = Math.max(...logs);
	return normalised(logs.map((log) => (most === -Infinity ? 0 : Math.exp(log - most))));
}

/** How probable each verdict is, given the votes on one item. */
export type Weigher = (votes: readonly Vote[]) => Readonly<Record<string, number>>;

/** Weighs votes by a model, to six digits: rounding hides the last bits of floating point. A judge that the model does not know says nothing. */
export function weigher(model: DawidSkeneModel): Weigher {
	const rows = [...model.errors.values()];
	const place = new Map([...model.errors.keys()].map((judge, index) => [judge, index]));
	const at = new Map(model.classes.map((name, index) => [name, index]));
	return (votes) => {
		const said = votes.flatMap(({ judge, verdict }) => {
			const judgeAt = place.get(judge);
			return judgeAt === undefined ? [] : [{ judgeAt, said: at.get(verdict) ?? 0 }];
		});
		// In the model's order of judges, which follows from content: sums of logarithms depend on it.
		said.sort((x, y) => x.judgeAt - y.judgeAt || x.said - y.said);
		const beliefs = believe(model.priors, said.map((one) => ({ rows: rows[one.judgeAt], said: one.said })));
		return Object.fromEntries(model.classes.map((name, index) => [name, Number((beliefs[index] ?? 0).toFixed(SHOWN_DIGITS))]));
	};
}
