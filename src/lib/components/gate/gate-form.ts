import { Gate } from '#lib/domain/gate.ts';
import type { GateRule } from '#lib/domain/gate.ts';
import * as v from 'valibot';

/** A rule as it is typed: shares and margins in hundredths, as people say them. */
export type TypedRule = { key: number; kind: GateRule['kind']; number: string; name: string };

const HUNDREDTHS: readonly GateRule['kind'][] = ['win_rate', 'held_out', 'check', 'benchmark'];

/** What a kind of rule begins with. */
export const FIRST: Record<GateRule['kind'], string> = { win_rate: '50', held_out: '50', check: '5', benchmark: '2', agreement: '0.4', judgments: '100' };

const trimmed = (n: number): string => String(Math.round(n * 1e6) / 1e6);

/** A gate's rules as they are typed. */
export function typedRules(rules: readonly GateRule[]): TypedRule[] {
	return rules.map((rule, key) => {
		const number = 'above' in rule ? rule.above : 'margin' in rule ? rule.margin : rule.atLeast;
		return { key, kind: rule.kind, number: trimmed(HUNDREDTHS.includes(rule.kind) ? number * 100 : number), name: ('name' in rule && rule.name) || '' };
	});
}

/** A gate from what was typed, and what is wrong with it by rule. */
export function typedGate(level: string, rules: readonly TypedRule[]): { gate: Gate | null; wrong: { level: string | null; rules: Map<number, string>; all: string | null } } {
	const number = (text: string): number => (text.trim() === '' ? NaN : Number(text.trim().replace(',', '.')));
	const said = {
		level: Math.round(number(level) * 1e4) / 1e6,
		rules: rules.map(({ kind, number: text, name }) => {
			const value = HUNDREDTHS.includes(kind) ? Math.round(number(text) * 1e4) / 1e6 : number(text);
			if (kind === 'win_rate' || kind === 'held_out') return { kind, above: value };
			if (kind === 'check' || kind === 'benchmark') return { kind, name: name.trim() === '' ? null : name.trim(), margin: value };
			return { kind, atLeast: value };
		})
	};
	const parsed = v.safeParse(Gate, said);
	const wrong: ReturnType<typeof typedGate>['wrong'] = { level: null, rules: new Map(), all: null };
	if (parsed.success) return { gate: parsed.output, wrong };
	for (const issue of parsed.issues) {
		const [of, at] = (issue.path ?? []).map(({ key }) => key);
		if (of === 'level') wrong.level ??= issue.message;
		else if (typeof at === 'number') wrong.rules.set(at, wrong.rules.get(at) ?? issue.message);
		else wrong.all ??= issue.message;
	}
	return { gate: null, wrong };
}
