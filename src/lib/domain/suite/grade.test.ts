import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { languageOf, units } from './answer-text.ts';
import { Check, FIRST_SUITE, SuiteDefinition } from './check.ts';
import { jsonIn, passes, STYLE } from './grade.ts';
import type { AnswerAtHand, Tools } from './grade.ts';
import { loops, repeatFinder } from './repetition.ts';
import { similarity } from './similarity.ts';

const tools: Tools = { matches: ({ pattern }, text) => text.includes(pattern), conforms: (_, text) => jsonIn(text).startsWith('{') };
const answer = (text: string, more: Partial<AnswerAtHand> = {}): AnswerAtHand => ({ text, finish: 'stop', repeats: false, ...more });
const check = (of: Record<string, unknown>): Check => v.parse(Check, { name: 'c', ...of });

it('JSON is found alone or in one fenced block, whatever a model filled it with', () => {
	for (const text of ['{"a":1}', '```json\n{"a":1}\n```', ' ```\n\n{"a":1}\n \n``` \n']) expect(jsonIn(text).trim()).toBe('{"a":1}');
	for (const text of ['```js\n{}\n```', '```json {"a":1}```', '```', '```\n```', 'Here: ```json\n{}\n```']) expect(jsonIn(text)).toBe(text === '```\n```' ? '' : text);
	const endless = `\`\`\`json${'\n'.repeat(200_000)}`;
	expect(jsonIn(endless)).toBe(endless);
});

describe('passes', () => {
	it('what is wanted must be there, what is not wanted must not', () => {
		for (const wanted of [true, false]) {
			expect(passes(check({ kind: 'contains', texts: ['Limitation', 'deadline'], wanted }), answer('Mind the DEADLINE.'), tools)).toBe(wanted);
			expect(passes(check({ kind: 'contains', texts: ['limitation', 'deadline'], all: true, wanted }), answer('Mind the deadline.'), tools)).toBe(!wanted);
			expect(passes(check({ kind: 'regex', pattern: 'x', wanted }), answer('axb'), tools)).toBe(wanted);
			expect(passes(check({ kind: 'citation', wanted }), answer('See section 5.'), tools)).toBe(wanted);
			expect(passes(check({ kind: 'refusal', wanted }), answer('I cannot help with that.'), tools)).toBe(wanted);
		}
	});

	it('full-width letters and other cases are the same text unless case is said to matter', () => {
		expect(passes(check({ kind: 'contains', texts: ['ＶＡＴ'] }), answer('the vat'), tools)).toBe(true);
		expect(passes(check({ kind: 'contains', texts: ['VAT'], ignoreCase: false }), answer('the vat'), tools)).toBe(false);
	});

	it('counts length in words and Han characters', () => {
		expect(units('Don’t wait: 3.5 years, 诉讼时效三年。')).toEqual(['don’t', 'wait', '3.5', 'years', '诉', '讼', '时', '效', '三', '年']);
		expect(passes(check({ kind: 'length', max: 3 }), answer('one two three'), tools)).toBe(true);
		expect(passes(check({ kind: 'length', max: 3 }), answer('一二三四'), tools)).toBe(false);
		expect(passes(check({ kind: 'length', min: 1 }), answer(' \n'), tools)).toBe(false);
		expect(v.safeParse(Check, { name: 'c', kind: 'length', min: 5, max: 3 }).success).toBe(false);
		expect(v.safeParse(Check, { name: 'c', kind: 'length' }).success).toBe(false);
	});

	it('tells the language by the letters; mixed is neither', () => {
		expect(['The tenant may leave.', '承租人可以解除合同（见 BGB § 543）。', '1 2 3', 'Der 合同 contract 是 valid'].map(languageOf)).toEqual(['en', 'zh', null, null]);
	});

	it('says nothing where there is nothing to go by', () => {
		expect(passes(check({ kind: 'unfinished' }), answer('cut', { finish: null }), tools)).toBeNull();
		expect(passes(check({ kind: 'unfinished' }), answer('cut', { finish: 'length' }), tools)).toBe(false);
		expect(passes(check({ kind: 'exact_repeat' }), answer('a', { repeats: null }), tools)).toBeNull();
		expect(passes(check({ kind: 'rubric', endpointId: '00000000-0000-4000-8000-000000000000', question: 'Is it polite?' }), answer('a'), tools)).toBeNull();
	});

	it('takes JSON also from one fenced block, and nothing around it', () => {
		expect(jsonIn('```json\n{"a":1}\n```')).toBe('{"a":1}');
		expect(jsonIn('Here: ```json\n{"a":1}\n```')).toContain('Here');
	});

	it('never throws, whatever a model says', () => {
		const all = FIRST_SUITE.checks.concat(check({ name: 'l', kind: 'language', language: 'zh' }), check({ name: 's', kind: 'similarity', reference: 'a reference' }), check({ name: 'm', kind: 'length', max: 9 }));
		fc.assert(fc.property(fc.oneof(fc.string({ unit: 'grapheme-ascii' }), fc.string({ unit: 'binary-ascii' })), (text) => all.every((one) => typeof passes(one, answer(text), tools) === 'boolean')));
	});
});

describe('loops', () => {
	it('finds words, stretches and sentences that come back', () => {
		for (const text of ['very '.repeat(9), 'You should sue. '.repeat(5), '您可以起诉，'.repeat(5), `${'The court may decide otherwise in such a case. So it is. '.repeat(4)}`]) expect(loops(text), text).toBe(true);
	});
	it('leaves lists, emphasis and ordinary answers alone', () => {
		for (const text of ['no, no, no, never', 'Send it. Keep a copy. Send it again. Keep a copy of that.', '1. 2. 3. 4. 5. 6. 7. 8. 9.', 'Pay 10 euros, 10 euros and again 10 euros.', '']) expect(loops(text), text).toBe(false);
	});
});

describe('repeatFinder', () => {
	const long = (from: number, to: number) => Array.from({ length: to - from }, (_, place) => `w${from + place}`).join(' ');
	it('finds whole answers whatever their spaces, and runs of 50 words inside others', () => {
		const finder = repeatFinder(['Send  a letter.', long(0, 60), long(100, 149), '', 'Something new.']);
		for (const training of ['send a\nletter', `before ${long(5, 58)} after`, `${long(100, 149)} more`]) finder.see(training);
		expect(finder.repeats()).toEqual([true, true, false, false, false]);
	});
});

describe('similarity', () => {
	it('is 1 for the same text, 0 for nothing shared, and grows with what is shared', () => {
		expect(similarity('Send a letter.', 'Send a  letter.')).toBeCloseTo(1, 12);
		expect(similarity('abc', 'xyz')).toBe(0);
		expect(similarity('', 'a')).toBe(0);
		expect(similarity('请先书面通知房东', '请先书面通知房东退还押金')).toBeGreaterThan(similarity('请先报警', '请先书面通知房东退还押金'));
	});
	it('is chrF2: "abcd" against "abce" worked by hand', () => {
		// n = 1: 3 of 4; 2: 2 of 3; 3: 1 of 2; 4: 0 of 1. Precision = recall = (3/4 + 2/3 + 1/2 + 0) / 4.
		expect(similarity('abcd', 'abce')).toBeCloseTo((3 / 4 + 2 / 3 + 1 / 2) / 4, 12);
	});
	it('stays between 0 and 1', () => {
		fc.assert(fc.property(fc.string(), fc.string(), (one, other) => similarity(one, other) >= 0 && similarity(one, other) <= 1 + 1e-12));
	});
});

describe('SuiteDefinition', () => {
	it('takes the first suite as it is, and refuses what cannot work by field', () => {
		expect(v.parse(SuiteDefinition, FIRST_SUITE)).toEqual(FIRST_SUITE);
		const path = (definition: unknown) => {
			const parsed = v.safeParse(SuiteDefinition, definition);
			return parsed.success ? [] : parsed.issues.map((issue) => v.getDotPath(issue));
		};
		expect(path({ checks: [{ name: 'a', kind: 'loop' }, { name: 'a', kind: 'refusal' }] })).toEqual(['checks.1.name']);
		expect(path({ checks: [], temperature: 0, samples: 2 })).toEqual(['samples']);
		expect(path({ checks: [], prompts: 1000, samples: 8 })).toEqual(['samples']);
		expect(path({ checks: [{ name: 'a', kind: 'magic' }] })).toEqual(['checks.0.kind']);
	});
});

describe('style', () => {
	it('sees lists, headings and bold', () => {
		expect([STYLE.list('a\n- b'), STYLE.list('1. a'), STYLE.list('one - two'), STYLE.heading('## A'), STYLE.heading('#1'), STYLE.bold('a **b** c'), STYLE.bold('2 ** 3')]).toEqual([true, true, false, true, false, true, false]);
	});
});
