import { isJson } from './ask.ts';
import type { Json } from './ask.ts';

const choicesOf = (event: Json): unknown[] => (Array.isArray(event['choices']) ? (event['choices'] as unknown[]) : []);

/** Log-probabilities of the tokens that a choice, or a piece of one, says; none where its server does not tell. */
function logprobsIn(choice: unknown): number[] {
	const told = isJson(choice) && isJson(choice['logprobs']) ? choice['logprobs'] : {};
	const [tokens, bare] = [told['content'], told['token_logprobs']];
	const values: unknown[] = Array.isArray(tokens) ? (tokens as unknown[]).map((token) => (isJson(token) ? token['logprob'] : null)) : Array.isArray(bare) ? (bare as unknown[]) : [];
	return values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value) && value <= 0);
}

/** How sure a model was of its first choice: the geometric mean of the probabilities of its tokens, 0 to 1. */
export function createConfidence() {
	let [sum, tokens] = [0, 0];
	return {
		take(event: Json): void {
			const first = choicesOf(event).find((choice) => isJson(choice) && (choice['index'] ?? 0) === 0);
			for (const logprob of logprobsIn(first)) {
				sum += logprob;
				tokens += 1;
			}
		},
		/** Null: nothing was told. */
		value: (): number | null => (tokens === 0 ? null : Math.exp(sum / tokens))
	};
}

/** An answer, or a piece of one, without log-probabilities: of a client that did not ask for them. */
export function withoutLogprobs(event: Json): Json {
	return { ...event, choices: choicesOf(event).map((choice) => (isJson(choice) ? { ...choice, logprobs: null } : choice)) };
}
