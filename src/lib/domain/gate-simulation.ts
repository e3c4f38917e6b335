import { anytimeP } from './confidence-sequence.ts';
import { wilsonInterval } from './wilson.ts';
import { createRng } from './rng.ts';
import type { Rng } from './rng.ts';

/**
 * A test of two checkpoints judged by people who differ, looked at after every
 * question and ended as soon as it says "promote". `better` is how far the
 * candidate's answers are ahead on average, in units of what people differ by;
 * 0: the two are equal.
 */
export type GateSimulation = { better: number; /** Questions in the test. */ questions: number; annotators: number; /** Judgments a question. */ votes: number; level: number };

/** A judge: how strongly they see a difference, where a tie begins for them, how much they lean to the left side, and what they think of a style that either answer may have. */
type Judge = { keen: number; tieBelow: number; left: number; taste: number };

const normal = (rng: Rng): number => Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());

function judgeOf(rng: Rng): Judge {
	return { keen: Math.exp(0.5 * normal(rng)), tieBelow: Math.abs(0.3 * normal(rng)), left: 0.3 * normal(rng), taste: 0.7 * normal(rng) };
}

/**
 * Values of the questions in their order: which answer is better differs from
 * question to question, which of the two has the style likewise, the sides are
 * drawn, and so many of the judges vote, each in their own way.
 */
export function simulatedValues(rng: Rng, of: GateSimulation): number[] {
	const judges = Array.from({ length: of.annotators }, () => judgeOf(rng));
	return Array.from({ length: of.questions }, () => {
		const [ahead, style] = [of.better + normal(rng), normal(rng)];
		const panel = rng.shuffle(judges).slice(0, of.votes);
		const votes = panel.map(({ keen, tieBelow, left, taste }) => {
			const side = rng.next() < 0.5 ? left : -left;
			const felt = keen * (ahead + taste * style) + side + normal(rng);
			return Math.abs(felt) < tieBelow ? 0.5 : felt > 0 ? 1 : 0;
		});
		return votes.reduce((sum: number, vote) => sum + vote, 0) / votes.length;
	});
}

/** Lower bound of a mean as it is right for a number of questions fixed before: normal, 5 % on one side. */
const fixedLower = (sum: number, squares: number, n: number): number => sum / n - 1.644853626951473 * Math.sqrt(Math.max(0, squares / n - (sum / n) ** 2) / n);

/** Whether a bound that is only right for one look is ever above ½ when looked at after every question, from the twentieth on. */
function fooledByLooking(values: readonly number[]): boolean {
	let [sum, squares] = [0, 0];
	return values.some((value, place) => {
		sum += value;
		squares += value * value;
		return place >= 19 && fixedLower(sum, squares, place + 1) > 0.5;
	});
}

/** Share with the interval of a share. */
export type SimulatedShare = { value: number; low: number; high: number; standardError: number };

const share = (hits: number, runs: number): SimulatedShare => ({ value: hits / runs, ...wilsonInterval(hits, runs), standardError: Math.sqrt(((hits / runs) * (1 - hits / runs)) / runs) });

/** How often the gate's rule on the win rate promotes, and how often somebody would who looks at an ordinary interval again and again. */
export function simulateGate(of: GateSimulation & { runs: number; seed: string }): { promoted: SimulatedShare; naive: SimulatedShare; winRate: number } {
	const rng = createRng(of.seed);
	let [promoted, naive, sum] = [0, 0, 0];
	for (let run = 0; run < of.runs; run++) {
		const values = simulatedValues(rng, of);
		// The smallest p of any moment decides, so that the last one tells whether it ever was small enough.
		if (anytimeP(values, { mean: 0.5, side: 'above', alpha: of.level }) <= of.level) promoted += 1;
		if (fooledByLooking(values)) naive += 1;
		sum += values.reduce((total, value) => total + value, 0) / values.length;
	}
	return { promoted: share(promoted, of.runs), naive: share(naive, of.runs), winRate: sum / of.runs };
}
