import { canonicalOrder, comparisonHash, queueKey } from '../../domain/pairing.ts';
import type { ChosenAnswer, ChosenPair } from '../../domain/pairing.ts';
import type { NewComparison } from '../db/comparisons.ts';
import type { Answer } from '../db/generation-answers.ts';

/** Where comparisons are made. */
export type Placed = Pick<NewComparison, 'projectId' | 'roundId' | 'overlap'>;

/** Two answers to a prompt as a comparison, in canonical order: nothing tells which model gave which. */
export function pairComparison(seed: string, placed: Placed, { first, second, policy, propensity }: ChosenPair<Answer>): NewComparison {
	const ordered = canonicalOrder(seed, first, second);
	const [a, b] = ordered.kind === 'ordered' ? [ordered.a, ordered.b] : [first, second];
	const hash = comparisonHash(first.promptHash, a.hash, b.hash);
	return { ...placed, promptId: first.promptId, responseAId: a.responseId, responseBId: b.responseId, contentHash: hash, orderKey: queueKey(seed, hash), policy, propensity, identical: ordered.kind !== 'ordered' };
}

/** One answer to be judged alone. */
export function singleComparison(seed: string, placed: Placed, { answer, policy, propensity }: ChosenAnswer<Answer>): NewComparison {
	const hash = comparisonHash(answer.promptHash, answer.hash, null);
	return { ...placed, promptId: answer.promptId, responseAId: answer.responseId, responseBId: null, contentHash: hash, orderKey: queueKey(seed, hash), policy, propensity, identical: false };
}
