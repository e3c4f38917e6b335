import { choiceField, number, numberField, optionalField } from './field.ts';
import type { DefaultsFor } from './field.ts';

/** Settings of the losses. Each objective's recipe has those that `OBJECTIVE_FIELDS` gives it and no other. */
const reference = choiceField(
	{ base: { en: 'the base model', zh: '基座模型' }, parent: { en: 'the parent checkpoint', zh: '父检查点' } },
	{
		label: { en: 'Reference', zh: '参考模型' },
		help: { en: 'The model that the training must not drift away from: the project’s base or the parent checkpoint.', zh: '训练不应偏离的模型：项目的基座模型或父检查点。' },
		part: 'more',
		propose: () => 'parent',
		// Which folder it is, only the worker knows.
		flag: () => ({})
	}
);

const beta = (propose: number, help: { en: string; zh: string }) =>
	numberField(number(1e-4, 100), { label: { en: 'Beta', zh: 'Beta' }, help, part: 'main', propose: () => propose, flag: 'beta', sweep: 'log' });

const held = { en: 'How strongly the model is held to the reference; higher stays closer.', zh: '模型被参考模型约束的强度，越大越接近。' };

const lossType = choiceField(
	{ sigmoid: { en: 'sigmoid (DPO)', zh: 'sigmoid（DPO）' }, ipo: { en: 'IPO', zh: 'IPO' }, robust: { en: 'robust', zh: 'robust（抗噪）' } },
	{
		label: { en: 'Loss', zh: '损失' },
		help: { en: 'IPO stops pushing once the margin is reached and overfits less; robust expects that a share of the labels is wrong.', zh: 'IPO 在达到差距后不再推动，较少过拟合；robust 假定有一部分标签是错的。' },
		part: 'more',
		propose: () => 'sigmoid',
		flag: 'loss_type'
	}
);

const labelSmoothing = numberField(number(0, 0.49), {
	label: { en: 'Share of wrong labels', zh: '错误标签比例' },
	help: { en: 'The share of judgments that are expected to be the wrong way round; 0 trusts them all. Robust needs more than 0.', zh: '预计方向相反的判断所占比例；0 表示全部可信。robust 需要大于 0。' },
	unit: 'share',
	part: 'more',
	propose: () => 0,
	when: ({ lossType }) => lossType !== 'ipo',
	flag: 'label_smoothing',
	sweep: 'even'
});

const rpoAlpha = optionalField(number(0, 100), {
	label: { en: 'Fine-tuning weight', zh: '微调项权重' },
	help: { en: 'Weight of the plain fine-tuning term on the preferred answers; without it DPO at a high rate makes answers loop.', zh: '对优选回答的微调项权重；没有它，高学习率的 DPO 会让回答陷入重复。' },
	part: 'more',
	propose: () => 1,
	flag: 'rpo_alpha',
	sweep: 'even'
});

const weight = (label: { en: string; zh: string }, help: { en: string; zh: string }, flag: string) =>
	numberField(number(0.01, 100), { label, help, part: 'more', propose: () => 1, flag, sweep: 'log' });

const cpoAlpha = numberField(number(0, 100), {
	label: { en: 'Fine-tuning weight', zh: '微调项权重' },
	help: { en: 'Weight of the plain fine-tuning term on the preferred answers; 0 leaves it out, as the SimPO paper does.', zh: '对优选回答的微调项权重；0 表示不用，如 SimPO 论文。' },
	part: 'more',
	// Held together by it where the rate is high; the paper's own figure where it is low.
	propose: ({ objective, device }: DefaultsFor) => (objective === 'simpo' && device === 'gpu' ? 0 : 1),
	flag: 'cpo_alpha',
	sweep: 'even'
});

const simpoGamma = numberField(number(0, 20), {
	label: { en: 'Margin (gamma)', zh: '差距（gamma）' },
	help: { en: 'How much likelier, per token and times beta, the preferred answer shall be; the paper suggests 0.5 to 1.5.', zh: '优选回答每个词元（乘以 beta）应高出的似然；论文建议 0.5 到 1.5。' },
	part: 'main',
	propose: () => 1,
	flag: 'simpo_gamma',
	sweep: 'even'
});

const centerRewards = optionalField(number(0, 10), {
	label: { en: 'Centring of scores', zh: '分数居中' },
	help: { en: 'Pulls the mean score towards zero, so that scores of different prompts can be compared; 0.01 is usual.', zh: '把平均分拉向零，使不同提示的分数可以比较；常用 0.01。' },
	part: 'more',
	propose: () => 0.01,
	flag: 'center_rewards_coefficient',
	sweep: 'log'
});

/** Which loss settings an objective's recipe has, in the order of the form. */
export const OBJECTIVE_FIELDS = {
	dpo: { reference, beta: beta(0.1, held), lossType, labelSmoothing, rpoAlpha },
	kto: {
		reference,
		beta: beta(0.1, held),
		desirableWeight: weight({ en: 'Weight of good answers', zh: '好回答的权重' }, { en: 'Weight of good answers, to balance unequal numbers.', zh: '好回答的权重，用于平衡数量差异。' }, 'desirable_weight'),
		undesirableWeight: weight({ en: 'Weight of bad answers', zh: '坏回答的权重' }, { en: 'Weight of bad answers, to balance unequal numbers.', zh: '坏回答的权重，用于平衡数量差异。' }, 'undesirable_weight')
	},
	orpo: { beta: beta(0.1, { en: 'Weight of the preference term beside the imitation of preferred answers.', zh: '偏好项相对于模仿优选回答的权重。' }) },
	cpo: { beta: beta(0.1, { en: 'Scale of the difference between the two answers’ likelihoods.', zh: '两个回答似然差的缩放系数。' }), cpoAlpha },
	simpo: { beta: beta(2, { en: 'Scale of the difference between the two answers’ likelihoods per token; the paper uses 2 to 10.', zh: '两个回答每词元似然差的缩放系数；论文用 2 到 10。' }), simpoGamma, cpoAlpha },
	sft: {},
	rm: { centerRewards }
} as const;
