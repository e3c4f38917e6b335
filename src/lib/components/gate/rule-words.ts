import { decimal, percent } from '#lib/components/shell/format.ts';
import type { GateRule } from '#lib/domain/gate.ts';
import { checkOnOwn } from '#lib/domain/suite/own-questions.ts';
import type { RuleVerdict } from '#lib/domain/gate-verdict.ts';
import * as m from '#lib/paraglide/messages.js';

const WORDS: Record<GateRule['kind'], { name: () => string; help: () => string }> = {
	win_rate: { name: m.gate_kind_win_rate, help: m.gate_help_win_rate },
	held_out: { name: m.gate_kind_held_out, help: m.gate_help_held_out },
	check: { name: m.gate_kind_check, help: m.gate_help_check },
	benchmark: { name: m.gate_kind_benchmark, help: m.gate_help_benchmark },
	agreement: { name: m.gate_kind_agreement, help: m.gate_help_agreement },
	judgments: { name: m.gate_kind_judgments, help: m.gate_help_judgments }
};

/** A kind of rule in words. */
export const kindName = (kind: GateRule['kind']): string => WORDS[kind].name();
export const kindHelp = (kind: GateRule['kind']): string => WORDS[kind].help();

const MEASURED: { [name: string]: () => string } = { refusals: m.suite_measure_refusals, toxic: m.suite_measure_toxic };

/** A check as people named it, on own questions said so; what every run measures besides, in the reader's language. */
function checkName(name: string): string {
	const own = checkOnOwn(name);
	return own === null ? (MEASURED[name]?.() ?? name) : m.suite_on_own({ name: own });
}

/** What a verdict is about: the rule in words with its check or benchmark, and whether of the form that is to be promoted. */
export function verdictName({ rule, name, inForm }: Pick<RuleVerdict, 'rule' | 'name' | 'inForm'>): string {
	const said = ruleName(rule, name === null || rule.kind !== 'check' ? name : checkName(name));
	return inForm ? m.gate_in_form({ rule: said }) : said;
}

/** A rule in words, with the check or benchmark it is about. */
export function ruleName(rule: GateRule, name: string | null = 'name' in rule ? rule.name : null): string {
	return name === null ? kindName(rule.kind) : m.gate_named({ kind: kindName(rule.kind), name });
}

/** What a rule asks for: “above 50 %”. */
export function ruleBound(rule: GateRule): string {
	switch (rule.kind) {
		case 'win_rate':
		case 'held_out':
			return m.gate_bound_above({ bound: percent(rule.above) });
		case 'check':
		case 'benchmark':
			return m.gate_bound_margin({ bound: decimal(rule.margin * 100, 1) });
		case 'agreement':
			return m.gate_bound_least({ bound: decimal(rule.atLeast) });
		case 'judgments':
			return m.gate_bound_least({ bound: decimal(rule.atLeast, 0) });
	}
}

const UNKNOWN = { not_measured: m.gate_unknown_not_measured, too_few: m.gate_unknown_too_few, drifted: m.gate_unknown_drifted };

/** A rule's verdict as word, tone and, where nothing is known, why. */
export function outcomeWords({ rule, outcome, unknown }: RuleVerdict): { word: string; tone: 'ok' | 'warn' | 'neutral'; why: string | null } {
	if (outcome === 'held') return { word: m.gate_holds(), tone: 'ok', why: null };
	if (outcome === 'unknown') return { word: m.gate_unknown(), tone: 'neutral', why: unknown ? UNKNOWN[unknown]() : null };
	return { word: rule.kind === 'agreement' || rule.kind === 'judgments' ? m.gate_below() : m.gate_not_holds(), tone: 'warn', why: null };
}

/** A p-value as people read it. */
export function shownP(p: number): string {
	return p < 0.001 ? `< ${decimal(0.001, 3)}` : decimal(p, 3);
}
