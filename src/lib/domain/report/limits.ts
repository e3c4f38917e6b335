import { MIN_GROUPS } from '../cluster-bootstrap.ts';
import { limitWords } from '../data-card/limit-words.ts';
import { knownLimits } from '../data-card/limits.ts';
import { count } from '../data-card/numbers.ts';
import type { Locale } from '../rule-setting-words.ts';
import type { ReportFacts } from './facts.ts';
import type { REPORT } from './words.ts';

/** What a reader must know before they rely on the model, by rule. */
export function reportLimits(facts: ReportFacts, say: (key: keyof typeof REPORT) => string, locale: Locale): string[] {
	const { decision, gate, people, look, evaluation, overlaps, data, model } = facts;
	const counted = (key: keyof typeof REPORT, n: number) => `${say(key)} ${count(n, locale)}`;
	const notHeld = gate?.rules.filter(({ outcome }) => outcome !== 'held').length ?? 0;
	const judged = people !== null && people.comparisons > 0;
	const isBase = model.run === null;
	return [
		...(decision.overridden ? [say('limitOverridden')] : []),
		...(gate === null && decision.decision !== 'roll_back' ? [say('limitNoGate')] : []),
		...(notHeld > 0 ? [counted('limitNotHeld', notHeld)] : []),
		...(decision.fourEyes ? [] : [say('limitNoFourEyes')]),
		...(isBase ? [] : judged ? (people.groups < MIN_GROUPS ? [say('limitFewGroups')] : []) : [say('limitNoPeople')]),
		...(judged ? [say('limitJudges')] : []),
		...(look?.verdict === 'drifted' ? [say('limitDrifted')] : []),
		...(isBase || evaluation ? [] : [say('limitNotMeasured')]),
		...(overlaps > 0 ? [counted('limitOverlaps', overlaps)] : []),
		...(data ? knownLimits(data.manifest).map((limit) => `${say('limitData')} ${limitWords(limit, locale)}`) : [])
	];
}
