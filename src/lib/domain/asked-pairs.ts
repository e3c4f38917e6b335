import { adaptivePairs } from './adaptive-pairs.ts';
import type { Worth } from './adaptive-pairs.ts';
import type { AskedPolicy } from './generation-plan.ts';
import { championChallenger, eachAnswer, everyPair, randomPairs } from './pairing.ts';
import type { ChosenAnswer, ChosenPair, Hashed } from './pairing.ts';
import { spreadPairs } from './spread-pairs.ts';

/** An answer to one prompt: by which source, its number among that source's, and what it says. */
export type SampledAnswer = Hashed & { source: number; sample: number; text: string };

export type Chosen<T> = { pairs: ChosenPair<T>[]; singles: ChosenAnswer<T>[] };

/** The champion's answer of each number (the first source) against the others' of the same number, which were sampled alike. */
function sameSample<T extends SampledAnswer>(answers: readonly T[]): ChosenPair<T>[] {
	return answers.filter(({ source }) => source === 0).flatMap((champion) => championChallenger(champion, answers.filter(({ source, sample }) => source > 0 && sample === champion.sample)));
}

/** What of the answers to one prompt is judged, by the policy that was declared. Draws come from the seed alone; `worth` is for the adaptive one. */
export function chooseAnswers<T extends SampledAnswer>(policy: AskedPolicy, answers: readonly T[], draw: { seed: string; pairsPerPrompt: number; worth?: Worth | undefined }): Chosen<T> {
	switch (policy) {
		case 'every_pair':
			return { pairs: everyPair(answers), singles: [] };
		case 'champion_challenger':
			return { pairs: sameSample(answers), singles: [] };
		case 'spread':
			return { pairs: spreadPairs(draw.seed, answers, draw.pairsPerPrompt), singles: [] };
		case 'random_pairs':
			return { pairs: randomPairs(draw.seed, answers, draw.pairsPerPrompt), singles: [] };
		case 'adaptive':
			return { pairs: adaptivePairs(draw.seed, answers, draw.pairsPerPrompt, draw.worth ?? (() => 1)), singles: [] };
		case 'each_answer':
			return { pairs: [], singles: eachAnswer(answers) };
	}
}
