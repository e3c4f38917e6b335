import type { Objective, Words } from './field.ts';

/** What is true of an objective whatever its settings. */
export type ObjectiveFacts = {
	/** “DPO, from pairs of answers”. */
	label: Words;
	/** How preferences become a loss, one sentence. */
	help: Words;
	/** Rows it learns from: pairs, labelled answers, or answers to imitate. */
	reads: 'pairs' | 'labels' | 'answers';
	/** Whether a second, frozen model holds the training back. */
	reference: boolean;
	/** Whether Megatron has it (ms-swift 4.6: dpo, kto, rm; SFT by its own command). */
	megatron: boolean;
	/** Whether the engine gives each of several processes as many rows as the others, and never draws the remainder (ms-swift 4.6: its own loader, which DPO and SFT have; the others' repeats rows). */
	evenShares: boolean;
	/** Whether the result writes text. A reward model gives a score instead. */
	generates: boolean;
};

/** The objectives, each with its facts; sources are the papers named. */
export const OBJECTIVE_FACTS: Readonly<Record<Objective, ObjectiveFacts>> = {
	/** Rafailov et al. 2023. */
	dpo: {
		label: { en: 'DPO, from pairs of answers', zh: 'DPO，使用成对回答' },
		help: { en: 'Makes the preferred answer likelier than the other, measured against a frozen reference model.', zh: '以冻结的参考模型为准，让优选回答比另一个更可能出现。' },
		reads: 'pairs', reference: true, megatron: true, evenShares: true, generates: true
	},
	/** Ethayarajh et al. 2024. */
	kto: {
		label: { en: 'KTO, from single answers', zh: 'KTO，使用单个回答' },
		help: { en: 'Learns from single answers that were called good or bad; no pairs are needed.', zh: '从被评为好或坏的单个回答中学习，不需要成对数据。' },
		reads: 'labels', reference: true, megatron: true, evenShares: false, generates: true
	},
	/** Hong et al. 2024. */
	orpo: {
		label: { en: 'ORPO, from pairs of answers', zh: 'ORPO，使用成对回答' },
		help: { en: 'Imitates the preferred answers and pushes the others away in one loss, without a reference model.', zh: '在一个损失中同时模仿优选回答并远离另一个，不需要参考模型。' },
		reads: 'pairs', reference: false, megatron: false, evenShares: false, generates: true
	},
	/** Xu et al. 2024. */
	cpo: {
		label: { en: 'CPO, from pairs of answers', zh: 'CPO，使用成对回答' },
		help: { en: 'Like DPO without the reference model, with a fine-tuning term that holds the text together.', zh: '类似 DPO，但不用参考模型，并带有保持文本质量的微调项。' },
		reads: 'pairs', reference: false, megatron: false, evenShares: false, generates: true
	},
	/** Meng et al. 2024. */
	simpo: {
		label: { en: 'SimPO, from pairs of answers', zh: 'SimPO，使用成对回答' },
		help: { en: 'Compares the average likelihood per token and asks for a margin; longer answers gain nothing by length.', zh: '比较每个词元的平均似然并要求一定差距，回答不会因为更长而占优。' },
		reads: 'pairs', reference: false, megatron: false, evenShares: false, generates: true
	},
	sft: {
		label: { en: 'SFT, on accepted answers', zh: 'SFT，模仿被接受的回答' },
		help: { en: 'Imitates accepted answers and rewrites; it does not see what was rejected.', zh: '模仿被接受的回答和改写；不看被拒绝的回答。' },
		reads: 'answers', reference: false, megatron: true, evenShares: true, generates: true
	},
	/** Bradley–Terry reward model, Ouyang et al. 2022. */
	rm: {
		label: { en: 'Reward model, from pairs of answers', zh: '奖励模型，使用成对回答' },
		help: { en: 'Learns to give the preferred answer the higher score. The result scores answers and can compare them in the checks of a project; it writes none.', zh: '学习给优选回答更高的分数。所得模型给回答打分，可在项目的回答检查中比较回答，但不会写回答。' },
		reads: 'pairs', reference: false, megatron: true, evenShares: false, generates: false
	}
};
