import * as v from 'valibot';

/** Objectives a recipe can train today. */
export const OBJECTIVES = ['dpo', 'kto', 'orpo'] as const;
export type Objective = (typeof OBJECTIVES)[number];

/** Where a run's numbers are computed. */
export type Device = 'cpu' | 'gpu';

/** Which linear layers get an adapter. Training the last ones only moves the loss, hardly the text. */
export const TARGET_MODULES = ['all-linear', 'attention', 'mlp'] as const;

const integer = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const number = (min: number, max: number) => v.pipe(v.number(), v.finite(), v.minValue(min), v.maxValue(max));

const shared = {
	loraRank: integer(1, 512),
	loraAlpha: integer(1, 1024),
	targetModules: v.picklist(TARGET_MODULES),
	learningRate: number(1e-8, 1),
	beta: number(1e-4, 100),
	/** Exactly one of the two says how long to train. */
	maxSteps: v.nullable(integer(1, 1_000_000)),
	epochs: v.nullable(number(0.01, 1000)),
	batchSize: integer(1, 1024),
	gradientAccumulation: integer(1, 1024),
	warmupRatio: number(0, 1),
	maxLength: integer(16, 1_000_000),
	saveSteps: integer(1, 1_000_000),
	seed: integer(0, 2 ** 31 - 1),
	reference: v.picklist(['base', 'parent'])
};

/** How a snapshot is trained: what a person may choose, checked, and nothing that belongs to one machine. */
export const TrainingRecipeSchema = v.variant('objective', [
	v.strictObject({ objective: v.literal('dpo'), ...shared, rpoAlpha: v.nullable(number(0, 100)) }),
	v.strictObject({ objective: v.literal('kto'), ...shared, desirableWeight: number(0.01, 100), undesirableWeight: number(0.01, 100) }),
	v.strictObject({ objective: v.literal('orpo'), ...shared })
]);
export type TrainingRecipe = v.InferOutput<typeof TrainingRecipeSchema>;
export type RecipeField =
	keyof typeof shared | 'objective' | 'rpoAlpha' | 'desirableWeight' | 'undesirableWeight';

/** Fields that say what an adapter is: one that is gone on with keeps them. */
export const ADAPTER_FIELDS = ['loraRank', 'loraAlpha', 'targetModules'] as const;
export type Adapter = Pick<TrainingRecipe, (typeof ADAPTER_FIELDS)[number]>;

/** The adapter that a recipe makes or goes on with. */
export function adapterOf({ loraRank, loraAlpha, targetModules }: Adapter): Adapter {
	return { loraRank, loraAlpha, targetModules };
}

/**
 * The recipe that a run starts from. The CPU one is measured to change what a 135M model writes (DPO with an SFT
 * term, all layers, 1e-3); plain DPO at this rate collapses, so do not drop `rpoAlpha` alone.
 */
export function recipeDefaults(objective: Objective, options: { device: Device }): TrainingRecipe {
	const cpu = options.device === 'cpu';
	const common = {
		loraRank: 16,
		loraAlpha: 32,
		targetModules: 'all-linear' as const,
		beta: 0.1,
		maxSteps: cpu ? 100 : null,
		epochs: cpu ? null : 1,
		batchSize: cpu ? 2 : 4,
		gradientAccumulation: cpu ? 1 : 4,
		warmupRatio: 0.05,
		maxLength: cpu ? 512 : 2048,
		saveSteps: cpu ? 25 : 100,
		seed: 42,
		reference: 'parent' as const
	};
	const learningRate = cpu ? 1e-3 : 5e-5;
	if (objective === 'dpo') return { objective, ...common, learningRate, rpoAlpha: 1 };
	// KTO has no SFT term to hold the text together and needs neighbours in its batch for the KL estimate.
	if (objective === 'kto') {
		return { objective, ...common, learningRate: cpu ? 2e-4 : 2e-5, batchSize: 4, desirableWeight: 1, undesirableWeight: 1 };
	}
	return { objective, ...common, learningRate, reference: 'base' };
}

/** Rows of one optimizer step, over all processes. */
export function totalBatch(recipe: Pick<TrainingRecipe, 'batchSize' | 'gradientAccumulation'>, processes = 1): number {
	return recipe.batchSize * recipe.gradientAccumulation * processes;
}

/** Optimizer steps that the engine will run, computed as transformers' trainer does. */
export function plannedSteps(recipe: TrainingRecipe, rows: number, processes = 1): number {
	if (recipe.maxSteps !== null) return recipe.maxSteps;
	const batches = Math.ceil(rows / (recipe.batchSize * processes));
	const stepsPerEpoch = Math.max(Math.ceil(batches / recipe.gradientAccumulation), 1);
	return Math.ceil((recipe.epochs ?? 1) * stepsPerEpoch);
}

/** What a recipe is checked against. */
export type RecipeContext = {
	/** Training rows of the snapshot, in the objective's own unit. */
	rows: number;
	/** True when the run starts from the base model, without an adapter. */
	parentIsBase: boolean;
	/** The parent's adapter, when it has one: the engine goes on with that one, whatever the recipe says. */
	parentAdapter?: Adapter;
	/** Processes that train together. */
	processes?: number;
	/** KTO: all rows are desirable, or none is. */
	oneKindOnly?: boolean;
};

export type RecipeProblem = {
	field: RecipeField;
	code:
		| 'kto_batch_of_one'
		| 'kto_one_kind_only'
		| 'orpo_has_no_reference'
		| 'parent_rank_differs'
		| 'parent_alpha_differs'
		| 'parent_targets_differ'
		| 'length_missing'
		| 'length_twice'
		| 'save_after_end'
		| 'batch_over_rows'
		| 'no_rows'
		| 'warmup_is_all';
	message: string;
};

/**
 * Why this recipe cannot work on these rows, field by field; empty when it can. The engine would find the same
 * only after minutes of loading, or never. A KTO remainder of one row is no problem: it is dropped and reported.
 */
export function recipeProblems(recipe: TrainingRecipe, context: RecipeContext): RecipeProblem[] {
	const problems: RecipeProblem[] = [];
	const add = (field: RecipeField, code: RecipeProblem['code'], message: string) => problems.push({ field, code, message });
	const batch = totalBatch(recipe, context.processes);

	if (context.rows < 1) add('batchSize', 'no_rows', 'There are no rows to train on.');
	else if (batch > context.rows) {
		add('batchSize', 'batch_over_rows', `One step takes ${batch} rows, there are only ${context.rows}.`);
	}
	if (recipe.maxSteps === null && recipe.epochs === null) add('maxSteps', 'length_missing', 'Set steps or epochs.');
	else if (recipe.maxSteps !== null && recipe.epochs !== null) add('epochs', 'length_twice', 'Set steps or epochs, not both.');
	else if (context.rows >= 1) {
		const steps = plannedSteps(recipe, context.rows, context.processes);
		// Only a chosen number of steps can contradict itself; with epochs a short run simply saves once, at its end.
		if (recipe.maxSteps !== null && recipe.saveSteps > steps) {
			add('saveSteps', 'save_after_end', `The run ends after ${steps} steps, before the first save at ${recipe.saveSteps}.`);
		}
	}
	if (recipe.warmupRatio >= 1) add('warmupRatio', 'warmup_is_all', 'The whole run would be warm-up.');
	if (recipe.objective === 'kto') {
		if (batch < 2) add('batchSize', 'kto_batch_of_one', 'KTO compares each row with a neighbour: take a batch of at least 2.');
		if (context.oneKindOnly) {
			add('objective', 'kto_one_kind_only', 'KTO needs desirable and undesirable rows; all of these are of one kind.');
		}
	}
	if (recipe.objective === 'orpo' && recipe.reference === 'parent') {
		add('reference', 'orpo_has_no_reference', 'ORPO trains without a reference model: choose the base.');
	}
	const adapter = context.parentIsBase ? undefined : context.parentAdapter;
	if (adapter && adapter.loraRank !== recipe.loraRank) add('loraRank', 'parent_rank_differs', `The parent's adapter has rank ${adapter.loraRank}; a run that continues it keeps that.`);
	if (adapter && adapter.loraAlpha !== recipe.loraAlpha) add('loraAlpha', 'parent_alpha_differs', `The parent's adapter has alpha ${adapter.loraAlpha}; a run that continues it keeps that.`);
	if (adapter && adapter.targetModules !== recipe.targetModules) add('targetModules', 'parent_targets_differ', `The parent's adapter is on the layers “${adapter.targetModules}”; a run that continues it keeps those.`);
	return problems;
}

/** One field as the form explains it. */
export type FieldHelp = { key: RecipeField; unit: string; en: string; zh: string };

/** Every field of a recipe, in the order of the form, with one sentence that says what it does. */
export const fieldHelp: readonly FieldHelp[] = [
	{ key: 'objective', unit: '', en: 'How preferences become a loss: DPO and ORPO learn from pairs, KTO from single good or bad answers.', zh: '偏好如何变成损失：DPO 和 ORPO 用成对回答，KTO 用单个好或坏的回答。' },
	{ key: 'reference', unit: '', en: 'The model that the training must not drift away from: the project’s base or the parent checkpoint.', zh: '训练不应偏离的模型：项目的基座模型或父检查点。' },
	{ key: 'beta', unit: '', en: 'How strongly the model is held to the reference; higher stays closer. In ORPO, the weight of the preference term.', zh: '模型被参考模型约束的强度，越大越接近；在 ORPO 中是偏好项的权重。' },
	{ key: 'rpoAlpha', unit: '', en: 'Weight of the plain fine-tuning term on the preferred answers; without it DPO at a high rate makes answers loop.', zh: '对优选回答的微调项权重；没有它，高学习率的 DPO 会让回答陷入重复。' },
	{ key: 'desirableWeight', unit: '', en: 'Weight of good answers, to balance unequal numbers.', zh: '好回答的权重，用于平衡数量差异。' },
	{ key: 'undesirableWeight', unit: '', en: 'Weight of bad answers, to balance unequal numbers.', zh: '坏回答的权重，用于平衡数量差异。' },
	{ key: 'learningRate', unit: '', en: 'Size of each update; too high breaks the language, too low changes nothing.', zh: '每次更新的幅度；太高会破坏语言能力，太低则没有变化。' },
	{ key: 'maxSteps', unit: 'steps', en: 'Number of updates before the run ends.', zh: '训练结束前的更新次数。' },
	{ key: 'epochs', unit: 'epochs', en: 'How often every row is seen, instead of a number of steps.', zh: '每行数据被看到的次数，可代替步数。' },
	{ key: 'batchSize', unit: 'rows', en: 'Rows computed at once; more needs more memory.', zh: '一次计算的行数，越多占用内存越大。' },
	{ key: 'gradientAccumulation', unit: 'batches', en: 'Batches gathered before one update, for a larger batch in the same memory.', zh: '每次更新前累积的批数，在相同内存下得到更大的批量。' },
	{ key: 'warmupRatio', unit: 'share', en: 'Share of the run during which the learning rate rises from zero.', zh: '学习率从零上升阶段所占的比例。' },
	{ key: 'maxLength', unit: 'tokens', en: 'Longest conversation with its answer. A longer row ends the run with an error: nothing is cut or left out in silence.', zh: '对话加回答的最大长度。只要有更长的行，训练就会报错终止：不会悄悄截断或排除。' },
	{ key: 'loraRank', unit: '', en: 'Capacity of the adapter; more can learn more and overfit more.', zh: '适配器的容量；越大学得越多，也越容易过拟合。' },
	{ key: 'loraAlpha', unit: '', en: 'Strength of the adapter, usually twice its rank.', zh: '适配器的强度，通常为秩的两倍。' },
	{ key: 'targetModules', unit: '', en: 'Which layers learn; all of them is what changes the text.', zh: '哪些层参与学习；训练全部层才能真正改变文本。' },
	{ key: 'saveSteps', unit: 'steps', en: 'Steps between saves; a crash loses at most this many.', zh: '两次保存之间的步数；崩溃时最多损失这么多步。' },
	{ key: 'seed', unit: '', en: 'Start of all random numbers: the same seed repeats the run.', zh: '所有随机数的起点：相同的种子可重现训练。' }
];
