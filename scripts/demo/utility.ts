import { chance } from './chance.ts';
import type { Decide } from './judge.ts';

/**
 * What a simulated annotator holds an answer to be worth, read off its form
 * alone (not the law): promises cost, empty phrases cost, a stated condition and
 * a concrete next step earn, as the law firm's guideline asks.
 */
export type Reading = { promises: number; phrases: number; caveats: number; steps: number; looping: boolean; utility: number };

const PROMISES = /\b(guarantee[ds]?|certain(ly)?|definitely|without (a )?(doubt|question)|undoubtedly|never|always|automatically|full stop|no (risk|chance|judge|court|doubt)|(can|will)(not| ?n['’]t) (lose|touch|do anything)|you (will|['’]ll) (win|get|receive|be awarded)|you (have )?already won|(has|have) to (pay|give|settle)|must (pay|return|give)|nobody|nothing to (lose|fear)|not worried|relax|ignore|simply|every (cent|penny)|out of the question|entitled to (all|everything|the full)|in full|guaranteed|100 ?%|beyond (doubt|question)|worthless|void)\b/gi;
const PHRASES = /\b(every (case|situation|workplace) is different|(can|may|might|could) be (complex|complicated|sensible|useful|helpful|worth|relevant|important|a good)|depend(s|ing) on (the|your|many|several|various) (circumstances|factors|situation|things)|various|a number of|in general|generally|it is (important|worth|helpful|essential)|you (may|might) (want|wish|find|like|consider)|(may or may not|some (people|cases|are|do)|others (do )?not|opinions|perspectives|many (people|factors|things))|as an ai|i('m| am) sorry|consult (with )?(a|an|your)|seek (legal|professional) (advice|help)|weigh (up )?|take your time|bigger picture|on the (one|other) hand|understand(able|ing)? (your|that|how)|well[- ]known|developing field|more (often|common))\b/gi;
const CAVEATS = /\b(usually|normally|often|typically|in most cases|probably|likely|unless|provided|only (if|when|as far as)|if (the|you|your|they|it|there|no|he|she)|but (the|only|it|you|your)|depends on (whether|when|the|how|what|who)|turns on|deciding (point|fact|question)|whether|limited period|except)\b/gi;
const STEPS = /(^|[.!?:;,]\s+|\b(then|so|and|please|first|today|now)\s+)\W*(send|ask|check|keep|collect|gather|write|email|request|bring|order|file|offer|sign nothing|do not sign|don['’]t sign|get|find|note|photograph|save|list|object|apply|call|tell|reply|contact|compare|book|secure|prepare|show|let us|put|pay)\b/gi;
const DATES = /\b(before|by|within|until) (the |\d|monday|tuesday|wednesday|thursday|friday|next|this|you|january|february|march|april|may|june|july|august|september|october|november|december|one|two|three|four)/gi;

const count = (text: string, pattern: RegExp, most: number): number => Math.min(text.match(pattern)?.length ?? 0, most);

/** True when some run of six words comes three times: a model that loops. */
function loops(text: string): boolean {
	const words = text.toLowerCase().split(/\s+/).filter(Boolean);
	const seen = new Map<string, number>();
	for (let i = 0; i + 6 <= words.length; i++) {
		const run = words.slice(i, i + 6).join(' ');
		const times = (seen.get(run) ?? 0) + 1;
		if (times >= 3) return true;
		seen.set(run, times);
	}
	return false;
}

/** Reads an answer's form. */
export function readForm(text: string): Reading {
	const promises = count(text, PROMISES, 4);
	const phrases = count(text, PHRASES, 4);
	const caveats = count(text, CAVEATS, 3);
	const steps = count(text, STEPS, 2) + count(text, DATES, 1);
	const looping = loops(text);
	const empty = text.trim().length < 20;
	const utility = caveats + 1.2 * steps - 1.1 * promises - phrases - (looping ? 3 : 0) - (empty ? 4 : 0);
	return { promises, phrases, caveats, steps, looping, utility };
}

/** How far two answers must be apart for a verdict; the standard deviation of a person's noise; below which neither may go out; above which one alone may. */
export const UTILITY_JUDGE = { tieBelow: 0.4, noise: 0.8, bothBadBelow: -1.5, goodAbove: 0.5 } as const;

/** A standard normal number (Box and Muller) for this person and text. */
function normal(seed: string, who: string, about: string): number {
	const radius = Math.sqrt(-2 * Math.log(1 - chance(seed, who, about, 'radius')));
	return radius * Math.cos(2 * Math.PI * chance(seed, who, about, 'angle'));
}

/** Annotators who judge by utility with noise of their own on every answer; they know nothing of who wrote it. */
export function utilityJudges(seed: string): Decide {
	return (who, { left, right }) => {
		const worth = (text: string) => readForm(text).utility + UTILITY_JUDGE.noise * normal(seed, who, text);
		const l = worth(left);
		if (right === null) return l > UTILITY_JUDGE.goodAbove ? 'good' : 'bad';
		const r = worth(right);
		if (Math.max(l, r) < UTILITY_JUDGE.bothBadBelow) return 'both_bad';
		if (Math.abs(l - r) < UTILITY_JUDGE.tieBelow) return 'tie';
		return l > r ? 'left' : 'right';
	};
}
