import { bundleOf, MAX_CLUSTERS } from './bundles.ts';
import { bootstrapInterval, MIN_GROUPS } from './cluster-bootstrap.ts';
import { drawGroups } from './resamples.ts';
import { wilsonInterval } from './wilson.ts';

/** How often the longer answer of a train pair is the chosen one. */
export type LengthBias = {
	/** Pairs whose answers differ in length, and those where they do not. */
	pairs: number;
	sameLength: number;
	longerChosen: number;
	/** Prompt groups, the unit of the interval; where there are more than 4,096, a thousand bundles of them. */
	groups: number;
	/** 95 % interval of the share; null with fewer than 20 groups. */
	low: number | null;
	high: number | null;
};

const SEED = 'length-bias';
const DIGITS = 4;

type Sums = { pairs: number; longer: number };

/** Adds up pairs one by one, group by group, in any order; what was added can be taken out afterwards. */
export class LengthBiasCount {
	#sums = new Map<string, Sums>();
	#bundled = false;
	#same = 0;

	/** Takes a pair in (1) or out (−1). `longerChosen` null: both answers are as long. */
	add(group: string, longerChosen: boolean | null, sign: 1 | -1 = 1): void {
		if (longerChosen === null) {
			this.#same += sign;
			return;
		}
		this.#put(this.#clusterOf(group), { pairs: sign, longer: longerChosen ? sign : 0 });
		if (!this.#bundled && this.#sums.size > MAX_CLUSTERS) this.#bundle();
	}

	#clusterOf(group: string): string {
		return this.#bundled ? bundleOf(group) : group;
	}

	#put(cluster: string, { pairs, longer }: Sums): void {
		const at = this.#sums.get(cluster) ?? { pairs: 0, longer: 0 };
		this.#sums.set(cluster, { pairs: at.pairs + pairs, longer: at.longer + longer });
	}

	#bundle(): void {
		const before = this.#sums;
		[this.#sums, this.#bundled] = [new Map(), true];
		for (const [group, sums] of before) this.#put(this.#clusterOf(group), sums);
	}

	/** The share with its interval by cluster bootstrap over groups (semantics 19). Does not depend on the order of pairs. */
	result(): LengthBias {
		const clusters = [...this.#sums].filter(([, { pairs }]) => pairs > 0).sort(([x], [y]) => (x < y ? -1 : 1)).map(([, sums]) => sums);
		const total = clusters.reduce((sum, one) => ({ pairs: sum.pairs + one.pairs, longer: sum.longer + one.longer }), { pairs: 0, longer: 0 });
		return { pairs: total.pairs, sameLength: this.#same, longerChosen: total.longer, groups: clusters.length, ...interval(clusters, total) };
	}
}

function interval(clusters: readonly Sums[], total: Sums): Pick<LengthBias, 'low' | 'high'> {
	const groups = clusters.length;
	if (groups < MIN_GROUPS) return { low: null, high: null };
	const share = total.longer / total.pairs;
	const rounded = (value: number): number => Number(value.toFixed(DIGITS));
	// All alike: resampling could show nothing else and would claim certainty.
	const found =
		share === 0 || share === 1
			? wilsonInterval(share * groups, groups)
			: bootstrapInterval(drawGroups(clusters.length, { seed: SEED, resamples: 1000 }), (drawn) => {
					let [pairs, longer] = [0, 0];
					clusters.forEach((one, index) => {
						pairs += one.pairs * (drawn[index] ?? 0);
						longer += one.longer * (drawn[index] ?? 0);
					});
					return longer / pairs;
				});
	return { low: found && rounded(found.low), high: found && rounded(found.high) };
}
