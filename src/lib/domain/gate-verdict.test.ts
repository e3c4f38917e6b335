import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Figure } from './cluster-bootstrap.ts';
import { Gate } from './gate.ts';
import type { GateRule } from './gate.ts';
import { gateVerdict } from './gate-verdict.ts';
import type { GateFacts, NamedDifference } from './gate-verdict.ts';
import * as v from 'valibot';

const figure = (value: number, half: number, more: Partial<Figure> = {}): Figure => ({ value, low: value - half, high: value + half, n: 100, groups: 100, tooFew: false, method: 'cluster_bootstrap', ...more });
const check = (name: string, difference: Figure, more: Partial<NamedDifference> = {}): NamedDifference => ({ kind: 'check', name, betterWhen: 'higher', difference: { difference, p: 0.5, groups: difference.groups }, ...more });
const nothing: GateFacts = { people: [], judgments: 0, agreement: null, heldOut: null, measures: [], form: null };
const gate = (...rules: GateRule[]): Gate => ({ level: 0.05, rules });
const outcomes = (of: Gate, facts: Partial<GateFacts>) => gateVerdict(of, { ...nothing, ...facts }).rules.map(({ name, outcome, unknown }) => (unknown ? [name, outcome, unknown] : [name, outcome]));

describe('what cannot be said does not hold', () => {
	it('nothing measured', () => {
		const all = gate({ kind: 'win_rate', above: 0.5 }, { kind: 'held_out', above: 0.5 }, { kind: 'check', name: null, margin: 0.05 }, { kind: 'benchmark', name: 'mmlu', margin: 0.02 }, { kind: 'agreement', atLeast: 0.4 }, { kind: 'judgments', atLeast: 1 });
		expect(outcomes(all, {})).toEqual([[null, 'unknown', 'not_measured'], [null, 'unknown', 'not_measured'], [null, 'unknown', 'not_measured'], ['mmlu', 'unknown', 'not_measured'], [null, 'unknown', 'not_measured'], [null, 'not_held']]);
		expect(gateVerdict(all, nothing).passed).toBe(false);
	});

	it('too few groups, and values that drift', () => {
		const rule = gate({ kind: 'win_rate', above: 0.5 });
		expect(outcomes(rule, { people: Array<number>(19).fill(1) })).toEqual([[null, 'unknown', 'too_few']]);
		expect(outcomes(rule, { people: [...Array<number>(200).fill(1), ...Array<number>(2000).fill(0)] })).toEqual([[null, 'unknown', 'drifted']]);
		expect(outcomes(gate({ kind: 'held_out', above: 0.5 }), { heldOut: figure(0.9, 0, { low: null, high: null, tooFew: true, groups: 9 }) })).toEqual([[null, 'unknown', 'too_few']]);
	});
});

describe('a rule that tests', () => {
	it('holds beyond chance only', () => {
		const people = Array.from({ length: 100 }, (_, place) => (place % 5 < 4 ? 1 : 0));
		expect(gateVerdict(gate({ kind: 'win_rate', above: 0.5 }), { ...nothing, people }).passed).toBe(true);
		expect(gateVerdict(gate({ kind: 'win_rate', above: 0.75 }), { ...nothing, people }).passed).toBe(false);
		expect(outcomes(gate({ kind: 'held_out', above: 0.5 }), { heldOut: figure(0.6, 0.05) })).toEqual([[null, 'held']]);
		expect(outcomes(gate({ kind: 'held_out', above: 0.5 }), { heldOut: figure(0.6, 0.15) })).toEqual([[null, 'not_held']]);
	});

	it('asks of every check that it is not worse by the margin, whichever way is better', () => {
		const measures = [check('refuses', figure(0.01, 0.02)), check('vague', figure(0, 0.08)), check('promises', figure(-0.1, 0.04), { betterWhen: 'lower' }), check('mmlu', figure(-0.5, 0.01), { kind: 'benchmark' })];
		expect(outcomes(gate({ kind: 'check', name: null, margin: 0.05 }), { measures })).toEqual([['refuses', 'held'], ['vague', 'not_held'], ['promises', 'held']]);
		expect(outcomes(gate({ kind: 'check', name: 'refuses', margin: 0.05 }), { measures })).toEqual([['refuses', 'held']]);
		expect(outcomes(gate({ kind: 'benchmark', name: null, margin: 0.02 }), { measures })).toEqual([['mmlu', 'not_held']]);
	});

	it('is not certain of checks in which nothing ever differed: few groups show little', () => {
		const same = (groups: number) => outcomes(gate({ kind: 'check', name: null, margin: 0.05 }), { measures: [check('same', figure(0, 0, { groups, n: groups }))] });
		expect(same(20)).toEqual([['same', 'not_held']]);
		// A truth of −5 points would leave none of n groups worse with a chance of 0.95^n.
		expect([58, 59].map((groups) => same(groups)[0]?.[1])).toEqual(['not_held', 'held']);
	});

	it('is no surer where one group of twenty is better than where none differs', () => {
		const p = (value: number, half: number, groups: number) => gateVerdict(gate({ kind: 'check', name: 'a', margin: 0.05 }), { ...nothing, measures: [check('a', figure(value, half, { groups, n: groups }))] }).rules[0]?.p ?? NaN;
		expect(p(0.05, 0.02, 20)).toBeGreaterThan(0.1);
		expect(p(0.05, 0.02, 20)).toBeLessThan(p(0, 0, 20));
		// With many groups it is the error that decides.
		expect(p(0.05, 0.05, 2000)).toBeCloseTo(0.0000443, 6);
		expect(p(-0.06, 0, 2000)).toBe(1);
	});

	it('does not leave out a measure of which the parent has no figure', () => {
		const measures = [check('refuses', figure(0.1, 0.02)), { kind: 'check', name: 'judge', betterWhen: 'higher', difference: null } as const];
		const verdict = gateVerdict(gate({ kind: 'check', name: null, margin: 0.05 }), { ...nothing, measures });
		expect(verdict.rules.map(({ name, outcome, unknown }) => [name, outcome, unknown])).toEqual([['refuses', 'held', null], ['judge', 'unknown', 'not_measured']]);
		expect(verdict.passed).toBe(false);
	});

	it('is corrected for all tests of the gate: what alone would hold may not beside others', () => {
		const borderline = (name: string) => check(name, figure(0, 0.05 / 0.98));
		const alone = gateVerdict(gate({ kind: 'check', name: null, margin: 0.05 }), { ...nothing, measures: [borderline('a')] });
		expect(alone).toMatchObject({ passed: true, rules: [{ adjusted: alone.rules[0]?.p }] });
		expect(outcomes(gate({ kind: 'check', name: null, margin: 0.05 }), { measures: ['a', 'b', 'c'].map(borderline) })).toEqual([['a', 'not_held'], ['b', 'not_held'], ['c', 'not_held']]);
	});

	it('is not made easier by leaving another unmeasured', () => {
		const both = gate({ kind: 'held_out', above: 0.5 }, { kind: 'check', name: 'a', margin: 0.05 });
		const heldOut = figure(0.6, 0.1);
		expect(gateVerdict(both, { ...nothing, heldOut }).rules[0]?.adjusted).toBeGreaterThanOrEqual(gateVerdict(both, { ...nothing, heldOut, measures: [check('a', figure(0.5, 0.01))] }).rules[0]?.adjusted ?? 0);
	});
});

describe('agreement and number of judgments', () => {
	it('are thresholds, not tests', () => {
		const agreement = { value: 0.45, low: 0.2, high: 0.6, n: 90 };
		expect(outcomes(gate({ kind: 'agreement', atLeast: 0.45 }, { kind: 'judgments', atLeast: 100 }), { agreement, judgments: 99 })).toEqual([[null, 'held'], [null, 'not_held']]);
		expect(gateVerdict(gate({ kind: 'agreement', atLeast: 0.4 }), { ...nothing, agreement }).rules[0]).toMatchObject({ p: null, adjusted: null, value: 0.45, bound: 0.4 });
	});
});

describe('a form that is to be promoted', () => {
	const rules = gate({ kind: 'win_rate', above: 0.5 }, { kind: 'held_out', above: 0.5 }, { kind: 'check', name: null, margin: 0.05 });
	const trained = { people: Array<number>(100).fill(1), heldOut: figure(0.7, 0.05), measures: [check('refuses', figure(0.1, 0.02))] };
	const said = (form: GateFacts['form']) => gateVerdict(rules, { ...nothing, ...trained, form }).rules.map(({ rule, inForm, name, outcome, unknown }) => [rule.kind, inForm ?? false, name, outcome, unknown]);

	it('is asked what machines measure, besides the checkpoint as it was trained, and nothing about people', () => {
		expect(said({ heldOut: figure(0.7, 0.05), measures: [check('refuses', figure(-0.2, 0.02))] })).toEqual([
			['win_rate', false, null, 'held', null],
			['held_out', false, null, 'held', null],
			['held_out', true, null, 'held', null],
			['check', false, 'refuses', 'held', null],
			['check', true, 'refuses', 'not_held', null]
		]);
		expect(gateVerdict(rules, { ...nothing, ...trained }).passed).toBe(true);
		expect(gateVerdict(rules, { ...nothing, ...trained, form: { heldOut: trained.heldOut, measures: trained.measures } }).passed).toBe(true);
	});

	it('does not pass by what the checkpoint shows: what was not measured of it is not known', () => {
		expect(said({ heldOut: null, measures: [] }).filter(([, inForm]) => inForm)).toEqual([['held_out', true, null, 'unknown', 'not_measured'], ['check', true, null, 'unknown', 'not_measured']]);
	});
});

describe('a gate', () => {
	it('passes exactly when every rule holds', () => {
		const rules = fc.uniqueArray(fc.constantFrom<GateRule>({ kind: 'win_rate', above: 0.5 }, { kind: 'held_out', above: 0.5 }, { kind: 'judgments', atLeast: 30 }, { kind: 'agreement', atLeast: 0.3 }), { minLength: 1, selector: ({ kind }) => kind });
		const facts = fc.record({ people: fc.array(fc.constantFrom(0, 0.5, 1), { maxLength: 60 }), judgments: fc.nat(60), agreement: fc.option(fc.record({ value: fc.constantFrom(0.1, 0.5), low: fc.constant(null), high: fc.constant(null), n: fc.constant(9) })), heldOut: fc.option(fc.constantFrom(figure(0.9, 0.05), figure(0.5, 0.1))), measures: fc.constant([]), form: fc.constant(null) });
		fc.assert(
			fc.property(rules, facts, (of, found) => {
				const verdict = gateVerdict(gate(...of), found);
				expect(verdict.rules.length).toBe(of.length);
				expect(verdict.passed).toBe(verdict.rules.every(({ outcome }) => outcome === 'held'));
				for (const { p, adjusted } of verdict.rules) if (p !== null) expect(adjusted).toBeGreaterThanOrEqual(p);
			}),
			{ numRuns: 100 }
		);
	});

	it('refuses what means nothing, by field', () => {
		const wrong = (value: unknown) => v.safeParse(Gate, value).issues?.[0]?.path?.map(({ key }) => key);
		expect(wrong({ level: 0.5, rules: [{ kind: 'judgments', atLeast: 1 }] })).toEqual(['level']);
		expect(wrong({ level: 0.05, rules: [] })).toEqual(['rules']);
		expect(wrong({ level: 0.05, rules: [{ kind: 'win_rate', above: 1 }] })).toEqual(['rules', 0, 'above']);
		expect(wrong({ level: 0.05, rules: [{ kind: 'check', name: null, margin: -1 }] })).toEqual(['rules', 0, 'margin']);
		expect(wrong({ level: 0.05, rules: [{ kind: 'luck' }] })).toEqual(['rules', 0, 'kind']);
		expect(wrong({ level: 0.05, rules: [{ kind: 'judgments', atLeast: 1 }, { kind: 'judgments', atLeast: 2 }] })).toEqual(['rules']);
	});
});
