import { bootstrapInterval, MIN_GROUPS, resamplesOf } from '../cluster-bootstrap.ts';
import type { Figure } from '../cluster-bootstrap.ts';

/** A judged pair: win 1, tie ½, loss 0, and how much longer the winner-to-be is, in words or Han characters. */
export type JudgedPair = { group: string; score: number; longer: number };

const STEPS = 12;
/** Keeps estimates finite where one side won every pair. */
const RIDGE = 0.01;

type Row = { place: number; score: number; length: number };

/** Logistic regression on an intercept and the length term, each row as often as its group was drawn (Newton; ridge). Gives the intercept. */
function intercept(rows: readonly Row[], times: (place: number) => number): number {
	let [b0, b1] = [0, 0];
	for (let step = 0; step < STEPS; step++) {
		let [g0, g1, h00, h01, h11] = [-RIDGE * b0, -RIDGE * b1, RIDGE, 0, RIDGE];
		for (const { place, score, length } of rows) {
			const weight = times(place);
			if (weight === 0) continue;
			const p = 1 / (1 + Math.exp(-(b0 + b1 * length)));
			const [residual, curve] = [weight * (score - p), weight * p * (1 - p)];
			g0 += residual;
			g1 += residual * length;
			h00 += curve;
			h01 += curve * length;
			h11 += curve * length * length;
		}
		const determinant = h00 * h11 - h01 * h01;
		const [d0, d1] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
		b0 += Math.max(-4, Math.min(4, d0));
		b1 += Math.max(-4, Math.min(4, d1));
		if (Math.abs(d0) + Math.abs(d1) < 1e-10) break;
	}
	return b0;
}

/**
 * Win rate as it would be were both answers equally long: the prediction at no
 * difference of a logistic regression on tanh(difference / its deviation), after
 * length-controlled AlpacaEval (Dubois, Galambosi, Liang, Hashimoto 2024, arXiv
 * 2404.04475) without its per-instruction difficulty, which needs many models.
 * Interval by cluster bootstrap over prompt groups. Each group weighs the same.
 */
export function lengthControlled(pairs: readonly JudgedPair[], options: { seed: string; resamples?: number }): Figure {
	const groups = [...new Set(pairs.map(({ group }) => group))].sort();
	const counts = { n: pairs.length, groups: groups.length };
	if (pairs.length === 0) return { value: null, low: null, high: null, ...counts, tooFew: true, method: 'none' };
	const places = new Map(groups.map((group, place) => [group, place]));
	const sizes = Map.groupBy(pairs, ({ group }) => group);
	const deviation = Math.sqrt(pairs.reduce((sum, { longer }) => sum + longer * longer, 0) / pairs.length) || 1;
	const rows = [...pairs].sort((x, y) => (x.group < y.group ? -1 : x.group > y.group ? 1 : x.score - y.score || x.longer - y.longer)).map(({ group, score, longer }) => ({ place: places.get(group) ?? 0, score, length: Math.tanh(longer / deviation) }));
	const weight = groups.map((group) => 1 / (sizes.get(group)?.length ?? 1));
	const rate = (times: (place: number) => number): number => 1 / (1 + Math.exp(-intercept(rows, (place) => times(place) * (weight[place] ?? 1))));
	const value = rate(() => 1);
	if (groups.length < MIN_GROUPS) return { value, low: null, high: null, ...counts, tooFew: true, method: 'none' };
	const interval = bootstrapInterval(resamplesOf(groups, { resamples: 1000, ...options }), (drawn) => rate((place) => drawn[place] ?? 0));
	return { value, low: interval?.low ?? null, high: interval?.high ?? null, ...counts, tooFew: false, method: 'cluster_bootstrap' };
}
