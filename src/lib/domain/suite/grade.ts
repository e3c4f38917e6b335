import { languageOf, units } from './answer-text.ts';
import type { Check } from './check.ts';
import { hasCitation, isRefusal, isVague, overCommits } from './phrases.ts';
import { loops } from './repetition.ts';
import { similarity } from './similarity.ts';

/** An answer as it is graded. */
export type AnswerAtHand = {
	text: string;
	/** How the server says it ended: `length` when it was cut off. Null: not said. */
	finish: string | null;
	/** Whether it repeats a training answer; null: nobody looked, or there is no training to repeat. */
	repeats: boolean | null;
};

/** What foreign libraries do for checks; compiled once for all answers. */
export type Tools = {
	/** Whether the pattern is found, in time linear in the text; null: that took too long. */
	matches: (check: Extract<Check, { kind: 'regex' }>, text: string) => boolean | null;
	/** Whether the answer is JSON that the schema accepts; null: that took too long. */
	conforms: (check: Extract<Check, { kind: 'json_schema' }>, text: string) => boolean | null;
};

const FENCE = '```';

/** JSON as models give it: alone, or in one fenced block. Linear in the text, which a model may have filled with anything. */
export function jsonIn(text: string): string {
	const block = text.trim();
	const firstLine = block.indexOf('\n');
	if (firstLine < 0 || !block.startsWith(FENCE) || !block.endsWith(FENCE) || block.length < firstLine + FENCE.length) return text;
	const language = block.slice(FENCE.length, firstLine).trim();
	return language === '' || language === 'json' ? block.slice(firstLine + 1, -FENCE.length).trim() : text;
}

const folded = (text: string, ignoreCase: boolean): string => (ignoreCase ? text.normalize('NFKC').toLowerCase() : text.normalize('NFKC'));

function contains({ texts, all, ignoreCase }: Extract<Check, { kind: 'contains' }>, text: string): boolean {
	const where = folded(text, ignoreCase);
	const found = (one: string) => where.includes(folded(one, ignoreCase));
	return all ? texts.every(found) : texts.some(found);
}

/**
 * Whether an answer passes a check; null: the check has nothing to go by here
 * (no one knows how the answer ended, a model is to be asked, or it takes too long). Null is counted
 * apart and is neither a pass nor a failure.
 */
export function passes(check: Check, answer: AnswerAtHand, tools: Tools): boolean | null {
	const { text } = answer;
	switch (check.kind) {
		case 'regex': {
			const found = tools.matches(check, text);
			return found === null ? null : found === check.wanted;
		}
		case 'contains':
			return contains(check, text) === check.wanted;
		case 'json_schema':
			return tools.conforms(check, text);
		case 'length': {
			const length = units(text).length;
			return (check.min === null || length >= check.min) && (check.max === null || length <= check.max);
		}
		case 'language':
			return languageOf(text) === check.language;
		case 'refusal':
			return isRefusal(text) === check.wanted;
		case 'citation':
			return hasCitation(text) === check.wanted;
		case 'similarity':
			return similarity(text, check.reference) >= check.least === check.wanted;
		case 'over_commitment':
			return !overCommits(text);
		case 'vagueness':
			return !isVague(text);
		case 'exact_repeat':
			return answer.repeats === null ? null : !answer.repeats;
		case 'loop':
			return !loops(text);
		case 'unfinished':
			return answer.finish === null ? null : answer.finish !== 'length' && text.trim() !== '';
		case 'rubric':
			return null;
	}
}

/** How an answer is set: shares of answers that use what a style can drift to. */
export const STYLE = {
	list: (text: string): boolean => /^[ \t]*(?:[-*+•]|\d{1,3}[.)、]) ?\S/mu.test(text),
	heading: (text: string): boolean => /^[ \t]*#{1,6} \S/mu.test(text),
	bold: (text: string): boolean => /\*\*[^*\n]{1,300}\*\*/u.test(text)
} as const;
export type StyleMark = keyof typeof STYLE;
