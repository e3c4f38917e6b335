import { describe, expect, it } from 'vitest';
import { RULE_KINDS, USUAL_GATE } from '#lib/domain/gate.ts';
import { FIRST, typedGate, typedRules } from './gate-form.ts';

describe('a gate as it is typed', () => {
	it('comes back as it was', () => {
		expect(typedGate('5', typedRules(USUAL_GATE.rules)).gate).toEqual(USUAL_GATE);
	});

	it('begins every kind of rule with something that may stand', () => {
		for (const kind of RULE_KINDS) expect(typedGate('5', [{ key: 0, kind, number: FIRST[kind], name: '' }]).gate?.rules).toHaveLength(1);
	});

	it('says of each rule and of the level what is wrong', () => {
		const wrong = typedGate('', [
			{ key: 0, kind: 'win_rate', number: '150', name: '' },
			{ key: 1, kind: 'judgments', number: '2.5', name: '' },
			{ key: 2, kind: 'check', number: 'five', name: ' vague ' }
		]);
		expect(wrong.gate).toBeNull();
		expect([wrong.wrong.level !== null, [...wrong.wrong.rules.keys()]]).toEqual([true, [0, 1, 2]]);
		expect(typedGate('5', []).wrong.all).not.toBeNull();
		expect(typedGate('5', typedRules([...USUAL_GATE.rules, ...USUAL_GATE.rules])).wrong.all).toContain('twice');
	});
});
