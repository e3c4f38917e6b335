import type { CardTable } from '../data-card/data-card.ts';
import { count } from '../data-card/numbers.ts';
import type { GateRule } from '../gate.ts';
import type { GateVerdict, RuleVerdict } from '../gate-verdict.ts';
import type { Locale } from '../rule-setting-words.ts';
import type { ReportFacts } from './facts.ts';
import type { REPORT } from './words.ts';

type Say = (key: keyof typeof REPORT) => string;

/** 0.5824 → “58.2 %”, with a space at which no line breaks; in Chinese without one. */
function share(value: number, locale: Locale): string {
	return `${new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: 'negative' }).format(value * 100).replace('-', '−')}${locale === 'zh' ? '' : '\u202f'}%`;
}

function plain(value: number, locale: Locale, digits = 3): string {
	return new Intl.NumberFormat(locale, { maximumFractionDigits: digits, signDisplay: 'negative' }).format(value).replace('-', '−');
}

type Shown = { value: number | null; low: number | null; high: number | null; n: number; groups?: number };

/** What the table of figures holds: each with its interval and what it is of. */
export function evaluationTable({ evaluation, people, look, decision: { form } }: ReportFacts, say: Say, locale: Locale): CardTable {
	const line = (name: string, figure: Shown | null | undefined, show: (value: number) => string): string[][] => {
		if (!figure || figure.value === null) return [];
		const { value, low, high, n, groups } = figure;
		return [[name, show(value), low === null || high === null ? say('none') : `${show(low)} – ${show(high)}`, count(n, locale), groups === undefined ? say('none') : count(groups, locale)]];
	};
	const asShare = (value: number) => share(value, locale);
	const asPlain = (value: number) => plain(value, locale);
	const judged = people !== null && people.comparisons > 0;
	return {
		columns: [say('measure'), say('estimate'), say('interval'), 'n', say('groups')],
		rows: [
			...line(say('winRate'), judged ? people.winRate : null, asShare),
			...line(say('winRateAnyTime'), judged && look ? { ...look, n: look.judgments } : null, asShare),
			...line(say('bothBad'), judged ? people.bothBadRate : null, asShare),
			...line(say('withoutBothBad'), judged ? people.withoutBothBad : null, asShare),
			...line(say('accuracy'), evaluation?.checkpoint.accuracy, asShare),
			...line(say('parentAccuracy'), evaluation?.parent.accuracy, asShare),
			...line(say('risen'), evaluation?.checkpoint.versusParent?.risen, asShare),
			...line(say('auc'), evaluation?.single?.checkpoint.auc, asPlain),
			...line(say('drift'), evaluation?.drift?.fromBase, asPlain),
			...line(say('formAccuracy'), form?.results?.checkpoint.accuracy, asShare),
			...line(say('formRisen'), form?.results?.checkpoint.versusParent?.risen, asShare),
			...line(say('formDrift'), form?.results?.drift?.fromParent, asPlain)
		],
		numbers: true
	};
}

function bound(rule: GateRule, say: Say, locale: Locale): string {
	if ('above' in rule) return `${say('above')} ${share(rule.above, locale)}`;
	if ('margin' in rule) return `${say('above')} ${share(-rule.margin, locale)}`;
	return `${say('least')} ${plain(rule.atLeast, locale)}`;
}

function found({ rule, value, low, high, n }: RuleVerdict, say: Say, locale: Locale): string {
	if (value === null) return say('none');
	const show = (one: number) => ('atLeast' in rule ? plain(one, locale) : share(one, locale));
	return `${show(value)}${low === null || high === null ? '' : ` (${show(low)} – ${show(high)})`}${rule.kind === 'judgments' ? '' : `, n ${count(n, locale)}`}`;
}

function ruleName({ rule, name, inForm }: RuleVerdict, say: Say): string {
	return [name === null ? say(rule.kind) : `${say(rule.kind)}: ${name}`, ...(inForm ? [say('inForm')] : [])].join(' · ');
}

/** A gate's rules with what became of each. */
export function gateTable({ rules }: GateVerdict, say: Say, locale: Locale): CardTable {
	return {
		columns: [say('rule'), say('found'), say('must'), 'p', say('verdict')],
		rows: rules.map((one) => [ruleName(one, say), found(one, say, locale), bound(one.rule, say, locale), one.adjusted === null ? say('none') : one.adjusted < 0.001 ? '<\u00a00.001' : plain(one.adjusted, locale), say(one.outcome)]),
		numbers: false
	};
}
