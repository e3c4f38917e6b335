import type { Mode } from './verdict.ts';

/** What a project judges, for words: pairs of answers, answers one by one, or both. */
export type JudgedThing = 'pairs' | 'answers' | 'items';

/** The thing of a project whose comparisons have these modes; pairs, before it has any. */
export function judgedThing(modes: readonly Mode[]): JudgedThing {
	if (!modes.includes('single')) return 'pairs';
	return modes.includes('pair') ? 'items' : 'answers';
}
