import type { JsonValue } from './manifest.ts';
import type { Words } from './recipe/field.ts';
import type { RuleSetting } from './rule-difference.ts';

/** A language of the product. */
export type Locale = keyof Words;

/** What each setting of a rule is called, in a card that leaves the server as on a page. */
const NAMES: Record<RuleSetting, Words> = {
	objective: { en: 'Objective', zh: '训练目标' },
	rounds: { en: 'Rounds', zh: '轮次' },
	origins: { en: 'Whose judgments', zh: '评判来源' },
	annotators: { en: 'People', zh: '人员' },
	aggregation: { en: 'From votes to a verdict', zh: '由评判得出结论的方式' },
	minAgreement: { en: 'Least agreement', zh: '最低一致度' },
	strength: { en: 'How clearly somebody preferred', zh: '偏好强弱' },
	criteria: { en: 'Only where', zh: '筛选条件' },
	criterion: { en: 'Learns from', zh: '学习依据' },
	includeRewrites: { en: 'Rewrites', zh: '改写' },
	maxChars: { en: 'Longest row, characters', zh: '单条最大字符数' },
	'caps.prompt': { en: 'Most rows of a prompt', zh: '每个题目的条数上限' },
	'caps.source': { en: 'Most rows of a source', zh: '每个来源的条数上限' },
	'caps.tag': { en: 'Most rows of a tag', zh: '每个标签的条数上限' },
	'caps.length': { en: 'Most rows of a length', zh: '每个长度段的条数上限' },
	matchLength: { en: 'Lengths matched', zh: '长度匹配' }
};

const VALUES: Readonly<Record<string, Words>> = {
	workspace: { en: 'people of this workspace', zh: '本工作区人员' },
	import: { en: 'imports', zh: '导入' },
	playground: { en: 'playground', zh: '试用' },
	feedback: { en: 'feedback of users', zh: '用户反馈' },
	model: { en: 'models', zh: '模型' },
	majority: { en: 'majority', zh: '多数' },
	unanimity: { en: 'unanimity', zh: '一致同意' },
	dawid_skene: { en: 'weighed by each judge’s errors (Dawid–Skene)', zh: '按评判人误差加权（Dawid–Skene）' },
	each: { en: 'a row per judgment', zh: '每项评判一条' },
	ignore: { en: 'not looked at', zh: '不考虑' },
	margin: { en: 'a margin in the rows', zh: '写入数据作为差值' },
	clear_only: { en: 'only clear preferences', zh: '仅取明显偏好' },
	smallest: { en: 'as many as the smallest has', zh: '与最少的一类相同' }
};
const NONE: Words = { en: 'none', zh: '无' };
const EVERYBODY: Words = { en: 'everybody', zh: '所有人' };
const THE_VERDICT: Words = { en: 'the verdict', zh: '结论' };
const YES: Words = { en: 'yes', zh: '是' };
const NO: Words = { en: 'no', zh: '否' };

/** What a setting is called. */
export function settingName(setting: RuleSetting, locale: Locale): string {
	return NAMES[setting][locale];
}

const word = (value: JsonValue, locale: Locale): string => VALUES[String(value)]?.[locale] ?? String(value);
const list = (words: readonly string[], locale: Locale): string => words.join(locale === 'zh' ? '、' : ', ');

/** How many people a rule names: their ids, or in a manifest only their number. */
function peopleOf(value: { [key: string]: JsonValue }): number {
	const { people } = value;
	return Array.isArray(people) ? people.length : Number(people);
}

function annotators(value: { [key: string]: JsonValue }, locale: Locale): string {
	const n = peopleOf(value);
	if (value['mode'] === 'only') return locale === 'zh' ? `仅 ${n} 人` : `only ${n} of them`;
	return locale === 'zh' ? `除 ${n} 人外` : `all but ${n}`;
}

function criteria(value: readonly JsonValue[], locale: Locale): string {
	const tests = value.map((test) => {
		const { key, is } = test as { key: string; is: string };
		if (is === 'equal') return locale === 'zh' ? `“${key}”两侧相同` : `“${key}” is equal`;
		return locale === 'zh' ? `“${key}”与结论一致` : `“${key}” sides with the verdict`;
	});
	return list(tests, locale);
}

/** What a setting says, in words. Names of people are never told. */
export function settingValue(setting: RuleSetting, value: JsonValue, locale: Locale): string {
	if (typeof value === 'boolean') return (value ? YES : NO)[locale];
	if (value === null) return (setting === 'annotators' ? EVERYBODY : setting === 'criterion' ? THE_VERDICT : NONE)[locale];
	if (setting === 'objective') return String(value).toUpperCase();
	if (setting === 'minAgreement') return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(Number(value) * 100)}\u202f%`;
	if (Array.isArray(value)) return value.length === 0 ? NONE[locale] : setting === 'criteria' ? criteria(value, locale) : list(value.map((one) => word(one, locale)), locale);
	if (typeof value === 'object') return annotators(value, locale);
	return typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : word(value, locale);
}
