import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { Check } from '../../domain/suite/check.ts';
import { passes } from '../../domain/suite/grade.ts';
import { checkTools } from './tools.ts';

const check = (of: Record<string, unknown>): Check => v.parse(Check, { name: 'c', ...of });

function says(of: Record<string, unknown>, text: string): boolean | null {
	const one = check(of);
	const tools = checkTools([one]);
	if (!tools.ok) throw new Error(tools.problem.detail);
	return passes(one, { text, finish: null, repeats: null }, tools.value);
}

describe('patterns', () => {
	it('are found anywhere, in any case unless it is said to matter, line by line, in any script', () => {
		expect(says({ kind: 'regex', pattern: '^clause \\d+$' }, 'See\nClause 12\nbelow')).toBe(true);
		expect(says({ kind: 'regex', pattern: 'clause', ignoreCase: false }, 'Clause')).toBe(false);
		expect(says({ kind: 'regex', pattern: '一定.{0,4}胜诉' }, '您一定会胜诉')).toBe(true);
	});

	it('that hold JavaScript up for years cost nothing', () => {
		expect(says({ kind: 'regex', pattern: '(a+)+$' }, `${'a'.repeat(50_000)}!`)).toBe(false);
		expect(says({ kind: 'json_schema', schema: { type: 'string', pattern: '^(a+)+$' } }, JSON.stringify(`${'a'.repeat(50_000)}!`))).toBe(false);
	});

	it('that are none are refused by their field', () => {
		expect(checkTools([check({ kind: 'loop' }), check({ kind: 'regex', pattern: '(?<=a)b' })])).toMatchObject({ ok: false, problem: { errors: [{ field: 'checks[1].pattern' }] } });
		expect(checkTools([check({ kind: 'regex', pattern: '((a{1,100}){1,100}){1,100}' })])).toMatchObject({ ok: false, problem: { errors: [{ field: 'checks[0].pattern' }] } });
	});
});

describe('schemas', () => {
	const schema = { type: 'object', properties: { risk: { enum: ['low', 'high'] } }, required: ['risk'], additionalProperties: false };
	it('accept what they say, alone or in one fenced block, and nothing else', () => {
		expect(['{"risk":"low"}', '```json\n{"risk":"high"}\n```', '{"risk":"none"}', 'Risk: low', '{"risk":"low"', '{"risk":"low","x":1}', ''].map((text) => says({ kind: 'json_schema', schema }, text))).toEqual([true, true, false, false, false, false, false]);
	});

	it('that call themselves end, and those that are none are refused', () => {
		expect(says({ kind: 'json_schema', schema: { $ref: '#' } }, '{}')).toBe(false);
		expect(says({ kind: 'json_schema', schema: { type: 'array', items: { $ref: '#' } } }, `${'['.repeat(100_000)}${']'.repeat(100_000)}`)).toBe(false);
		for (const bad of [{ type: 'lawyer' }, { $ref: 'https://elsewhere.example/schema' }, { pattern: '(?=x)' }]) expect(checkTools([check({ kind: 'json_schema', schema: bad })]), JSON.stringify(bad)).toMatchObject({ ok: false, problem: { errors: [{ field: 'checks[0].schema' }] } });
	});

	const nested = (depth: number) => ({ $ref: `#/$defs/d${depth}`, $defs: Object.fromEntries([['d0', { type: 'object' }], ...Array.from({ length: depth }, (_, i) => [`d${i + 1}`, { allOf: [{ $ref: `#/$defs/d${i}` }, { $ref: `#/$defs/d${i}` }] }])]) });
	const compares = { allOf: Array.from({ length: 900 }, () => ({ uniqueItems: true })) };

	it.each([
		['references that double at each step', nested(40), '{}'],
		['a list compared with itself hundreds of times', compares, JSON.stringify(Array.from({ length: 17_000 }, (_, i) => i))],
		['a list in a list, looked at twice at each step', { items: { allOf: [{ $ref: '#' }, { $ref: '#' }] } }, `${'['.repeat(60)}${']'.repeat(60)}`]
	])('that would go on for hours are stopped, and nothing is said from there on: %s', (_what, slow, text) => {
		const [check1, check2] = [check({ kind: 'json_schema', schema: slow }), check({ kind: 'json_schema', schema })];
		const tools = checkTools([check1, check2], 50);
		if (!tools.ok) throw new Error(tools.problem.detail);
		const said = (one: Check) => passes(one, { text, finish: null, repeats: null }, tools.value);
		expect([said(check1), said(check2), said(check1)]).toEqual([null, null, null]);
	});

	it('that refer to the same many times are taken for what they say', () => {
		expect(['{}', '[]'].map((text) => says({ kind: 'json_schema', schema: nested(6) }, text))).toEqual([true, false]);
	});
});
