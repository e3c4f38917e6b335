import type { JudgingForm } from '#lib/domain/judging-form.ts';

/** What risk officers are asked besides the verdict; the links lead into the guideline beside them. */
export const FORM_EN: JudgingForm = {
	strength: true,
	criteria: [
		{ key: 'accuracy', name: 'Accuracy', help: 'Right for the case asked, with its condition. [Examples](#accuracy)', required: true },
		{ key: 'risk_appetite', name: 'Risk appetite', help: 'Would we carry it? Too timid is a fault too. [Where the line runs](#risk-appetite)', required: false },
		{ key: 'over_commitment', name: 'Over-commitment', help: 'Keeps open what nobody has decided. [Examples](#over-commitment)', required: false },
		{ key: 'tone', name: 'Tone', help: '', required: false }
	],
	reasons: [
		{ key: 'promises', name: 'Promises too much' },
		{ key: 'too_vague', name: 'Says nothing usable' },
		{ key: 'wrong_rule', name: 'Wrong rule' },
		{ key: 'too_strict', name: 'Too strict' },
		{ key: 'condition_missing', name: 'Condition missing' },
		{ key: 'next_step', name: 'Clear next step' }
	],
	spans: [
		{ key: 'over_commitment', name: 'Over-commitment' },
		{ key: 'vague', name: 'Vague' },
		{ key: 'wrong_rule', name: 'Wrong rule' },
		{ key: 'missing_caveat', name: 'Missing caveat' }
	],
	rewrite: true,
	rationale: 'optional'
};

/** The same aspects for who judges in Chinese. */
export const FORM_ZH: JudgingForm = {
	...FORM_EN,
	criteria: [
		{ key: 'accuracy', name: '准确', help: '对所问的情形说得对，条件讲全。[例子](#准确)', required: true },
		{ key: 'risk_appetite', name: '风险偏好', help: '我们愿不愿意承担？过于保守也是毛病。[界线在哪里](#风险偏好)', required: false },
		{ key: 'over_commitment', name: '过度承诺', help: '没定的事，有没有说死？[例子](#过度承诺)', required: false },
		{ key: 'tone', name: '语气', help: '', required: false }
	],
	reasons: [
		{ key: 'promises', name: '承诺过多' },
		{ key: 'too_vague', name: '没有可用内容' },
		{ key: 'wrong_rule', name: '规则错误' },
		{ key: 'too_strict', name: '过于保守' },
		{ key: 'condition_missing', name: '漏了前提' },
		{ key: 'next_step', name: '下一步清楚' }
	],
	spans: [
		{ key: 'over_commitment', name: '过度承诺' },
		{ key: 'vague', name: '空泛' },
		{ key: 'wrong_rule', name: '规则错误' },
		{ key: 'missing_caveat', name: '缺少前提' }
	]
};
