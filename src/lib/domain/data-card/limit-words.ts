import type { Locale } from '../rule-setting-words.ts';
import type { Limit } from './limits.ts';
import { count, figure, percent } from './numbers.ts';

type Of<C extends Limit['code']> = Extract<Limit, { code: C }>;
type Sayings = { [C in Limit['code']]: (limit: Of<C>) => string };

const EN: Sayings = {
	few_rows: ({ n }) => `Small: ${count(n, 'en')} training rows. A difference between two models trained on it may be chance.`,
	few_held_out: ({ n }) => `${count(n, 'en')} held-out comparisons: too few to measure on. Under 20 prompt groups no figure has an interval.`,
	no_dev: () => 'No development rows: nothing to choose settings or stop early by but the test rows, which must not be used for it.',
	length_bias: ({ value, low, high, n }) => `Length bias: the longer answer is the chosen one in ${percent(value, 'en')} of ${count(n, 'en')} pairs (95 % interval ${percent(low, 'en')} to ${percent(high, 'en')}). A model may learn to write at length.`,
	length_unsure: ({ value, n }) => `Whether the longer answer wins cannot be told: it does in ${percent(value, 'en')} of ${count(n, 'en')} pairs, of fewer than 20 prompt groups.`,
	labels_uneven: ({ share, n }) => `Uneven labels: ${percent(share, 'en')} of ${count(n, 'en')} answers are desirable. Weigh the losses.`,
	mostly_dropped: ({ share, n }) => `${count(n, 'en')} judgments (${percent(share, 'en')}) gave no row: what is left may not stand for what was judged.`,
	not_recorded: () => 'Frozen before this was recorded: who judged and how far they agreed is not known here.',
	single_judge: ({ n }) => `A single judge: all ${count(n, 'en')} votes come from one source. Agreement cannot be measured, and the preferences are that judge’s.`,
	one_judge_leads: ({ share, n }) => `One person gave ${percent(share, 'en')} of ${count(n, 'en')} votes.`,
	single_votes: ({ share, n }) => `${percent(share, 'en')} of ${count(n, 'en')} judged comparisons rest on one vote.`,
	agreement_none: () => 'No two people judged the same comparison, or all said the same: agreement is not defined.',
	agreement_unsure: ({ value, n }) => `Agreement α ${figure(value, 'en')} (n ${count(n, 'en')}) has no interval: too few prompt groups, or too little variation.`,
	low_agreement_unsure: ({ value, n }) => `Agreement α ${figure(value, 'en')} (n ${count(n, 'en')}) is low, and too few prompt groups were judged for an interval.`,
	low_agreement: ({ value, low, high, n }) => `Low agreement: α ${figure(value, 'en')} (95 % interval ${figure(low, 'en')} to ${figure(high, 'en')}, n ${count(n, 'en')}), under 0.667. What is preferred is disputed among those who judged.`,
	imported: ({ share, n }) => `${count(n, 'en')} votes (${percent(share, 'en')}) came with imports: under what guideline and conditions is not known here.`,
	model_judged: ({ share, n }) => `${count(n, 'en')} votes (${percent(share, 'en')}) were given by models.`,
	other_origin: ({ share, n }) => `${count(n, 'en')} votes (${percent(share, 'en')}) were given outside the judging desk, without its guideline.`,
	no_guideline: () => 'Judged without a written guideline.',
	guidelines: ({ n }) => `Judged under ${count(n, 'en')} versions of the guideline.`,
	people_left_out: ({ n }) => `The rule names ${count(n, 'en')} people whose judgments alone count, or do not.`,
	cycles: ({ n }) => `${count(n, 'en')} contradictions of the kind a over b over c over a are in it.`,
	neutralised: ({ n }) => `${count(n, 'en')} marks that a chat template would read were made harmless in the training rows; a model sees them a little changed.`,
	documents: ({ n }) => `${count(n, 'en')} documents are in it by their title only: nothing could be read of them.`,
	not_looked: () => 'Its texts were not looked through for personal or confidential data when they came in.',
	some_looked: () => 'Only some of the imports were looked through for personal or confidential data.',
	found_only_flagged: ({ n }) => `${count(n, 'en')} findings of personal or confidential data were only told of, not hidden.`
};

const ZH: Sayings = {
	few_rows: ({ n }) => `规模小：仅 ${count(n, 'zh')} 条训练数据，据此训练的两个模型之间的差别可能出于偶然。`,
	few_held_out: ({ n }) => `留出的对比仅 ${count(n, 'zh')} 项，不足以衡量效果：题目组少于 20 个时，任何数值都没有区间。`,
	no_dev: () => '没有开发集数据：除测试集外，没有可用于选择设置或提前停止的数据，而测试集不得用于此。',
	length_bias: ({ value, low, high, n }) => `长度偏差：在 ${count(n, 'zh')} 对回答中，较长者胜出的占 ${percent(value, 'zh')}（95% 区间 ${percent(low, 'zh')} 至 ${percent(high, 'zh')}），模型可能因此学会写得更长。`,
	length_unsure: ({ value, n }) => `较长的回答是否更易胜出无法判断：在 ${count(n, 'zh')} 对中占 ${percent(value, 'zh')}，题目组不足 20 个。`,
	labels_uneven: ({ share, n }) => `标签不均：${count(n, 'zh')} 条回答中 ${percent(share, 'zh')} 为可取，请为损失加权。`,
	mostly_dropped: ({ share, n }) => `${count(n, 'zh')} 项评判（${percent(share, 'zh')}）未形成数据，余下的未必能代表全部评判。`,
	not_recorded: () => '冻结时尚未记录：由谁评判、一致程度如何，此处无从得知。',
	single_judge: ({ n }) => `仅一人评判：${count(n, 'zh')} 票均出自同一来源，无法衡量一致程度，所体现的是该人的偏好。`,
	one_judge_leads: ({ share, n }) => `${count(n, 'zh')} 票中有 ${percent(share, 'zh')} 出自同一人。`,
	single_votes: ({ share, n }) => `已评判的 ${count(n, 'zh')} 项对比中，${percent(share, 'zh')} 仅凭一票。`,
	agreement_none: () => '没有两人评判过同一对比，或所有人意见完全相同：一致程度无从定义。',
	agreement_unsure: ({ value, n }) => `一致系数 α ${figure(value, 'zh')}（n ${count(n, 'zh')}）没有区间：题目组太少，或差异太小。`,
	low_agreement_unsure: ({ value, n }) => `一致系数 α ${figure(value, 'zh')}（n ${count(n, 'zh')}）偏低，且题目组太少，没有区间。`,
	low_agreement: ({ value, low, high, n }) => `一致程度低：α ${figure(value, 'zh')}（95% 区间 ${figure(low, 'zh')} 至 ${figure(high, 'zh')}，n ${count(n, 'zh')}），低于 0.667，评判人之间对何者更优存在分歧。`,
	imported: ({ share, n }) => `${count(n, 'zh')} 票（${percent(share, 'zh')}）随导入而来，所依据的指引和条件此处无从得知。`,
	model_judged: ({ share, n }) => `${count(n, 'zh')} 票（${percent(share, 'zh')}）由模型给出。`,
	other_origin: ({ share, n }) => `${count(n, 'zh')} 票（${percent(share, 'zh')}）并非在评判台给出，未依据其指引。`,
	no_guideline: () => '评判时没有书面指引。',
	guidelines: ({ n }) => `评判依据的指引有 ${count(n, 'zh')} 个版本。`,
	people_left_out: ({ n }) => `规则指定了 ${count(n, 'zh')} 人，只采用或不采用其评判。`,
	cycles: ({ n }) => `其中有 ${count(n, 'zh')} 处循环矛盾（a 优于 b、b 优于 c、c 又优于 a）。`,
	neutralised: ({ n }) => `训练数据中有 ${count(n, 'zh')} 处会被对话模板识别的标记已作无害化处理，模型看到的文字因此略有不同。`,
	documents: ({ n }) => `有 ${count(n, 'zh')} 份文件仅含标题，内容无法读取。`,
	not_looked: () => '文字导入时未检查个人信息或机密信息。',
	some_looked: () => '仅部分导入检查过个人信息或机密信息。',
	found_only_flagged: ({ n }) => `有 ${count(n, 'zh')} 处个人信息或机密信息仅作提示，未作隐藏。`
};

const SAYINGS: Record<Locale, Sayings> = { en: EN, zh: ZH };

/** A limit as a sentence. */
export function limitWords(limit: Limit, locale: Locale): string {
	return (SAYINGS[locale][limit.code] as (of: Limit) => string)(limit);
}
