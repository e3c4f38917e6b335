import { ALL_RULES, detect } from './detect.ts';
import type { Kind } from './kind.ts';

/** Sums of money stand in every other legal answer, and name nobody. */
const RULES = ALL_RULES.filter(({ kind }) => kind !== 'amount');
/** Of a very long text the beginning is looked through: nobody may wait for a key press. */
const MOST_CHARS = 200_000;

const foundIn = (text: string): { kind: Kind; value: string }[] => detect(text.slice(0, MOST_CHARS), RULES).map(({ kind, start, end }) => ({ kind, value: text.slice(start, end) }));

/** Kinds of personal data in what somebody types, each once, as they come. `known`: what stood there before; what it holds too, the typist did not write. */
export function typedKinds(text: string, known = ''): Kind[] {
	const before = new Set(known === '' ? [] : foundIn(known).map(({ value }) => value));
	return [...new Set(foundIn(text).filter(({ value }) => !before.has(value)).map(({ kind }) => kind))];
}
