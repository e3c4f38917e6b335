import type { Mode } from './verdict.ts';

/** A prompt that a new checkpoint answers, and in which modes rounds have judged it so far (none: it is new). */
export type PromptToAnswer = { id: string; modes: readonly Mode[] };

/** Prompts by how their answers go back to people; a prompt may be in both lists. */
export type AnswerModes = { pair: string[]; single: string[] };

/**
 * How a new checkpoint's answers are judged: a prompt goes on as it was judged
 * before. A new one is judged alone where its round judged nothing but single
 * answers; elsewhere it gives a pair, which serves every objective, KTO
 * included.
 */
export function answerModes(prompts: readonly PromptToAnswer[], roundModes: readonly Mode[]): AnswerModes {
	const fresh: Mode = roundModes.length > 0 && roundModes.every((mode) => mode === 'single') ? 'single' : 'pair';
	const inMode = (mode: Mode): string[] => prompts.filter(({ modes }) => (modes.length === 0 ? fresh === mode : modes.includes(mode))).map(({ id }) => id);
	return { pair: inMode('pair'), single: inMode('single') };
}
