import { processesOf } from '../training-recipe.ts';
import type { TrainingRecipe } from '../training-recipe.ts';
import type { Advanced } from './advanced.ts';
import { OBJECTIVE_FACTS } from './objective-facts.ts';
import type { RecipeProblem } from './recipe-problems.ts';

/** A machine that could train: its GPUs and which of the engine's packages it has, by name. */
export type Host = { gpus: readonly { name: string; memoryBytes: number }[]; cpus: number; versions: Readonly<Record<string, string>>; /** What its operator calls it. */ labels?: readonly string[] };

/** Packages that a setting needs beside the engine, by the name under which a worker announces them. */
function packagesFor(recipe: TrainingRecipe): { field: 'tuner' | 'strategy' | 'advanced'; name: string }[] {
	return [
		...(isOn(recipe.advanced['use_liger_kernel']) ? [{ field: 'advanced' as const, name: 'liger-kernel' }] : []),
		...(recipe.tuner === 'qlora' ? [{ field: 'tuner' as const, name: 'bitsandbytes' }] : []),
		// The engine spreads a reference model that is held apart by a module of its own, which imports this.
		...(recipe.strategy === 'fsdp2' && recipe.tuner === 'full' && OBJECTIVE_FACTS[recipe.objective].reference ? [{ field: 'strategy' as const, name: 'msgspec' }] : []),
		...(recipe.strategy.startsWith('zero') ? [{ field: 'strategy' as const, name: 'deepspeed' }] : [])
	];
}

/** Whether the engine's parser reads a switch as on. */
const isOn = (given: Advanced[string] | undefined): boolean => /^(yes|true|t|y|1)$/i.test(String(given));

/** Packages that a run needs of the engine that trains it, beside those that every engine has. */
export function packagesWanted(recipe: TrainingRecipe): string[] {
	return [...packagesFor(recipe).map(({ name }) => name), ...(recipe.tracker === 'mlflow' ? ['mlflow'] : [])];
}

/** The setting that needs a GPU; null when processors will do. */
export function gpuOnlyField({ precision, strategy }: Pick<TrainingRecipe, 'precision' | 'strategy'>): 'precision' | 'strategy' | null {
	if (precision === 'fp16') return 'precision';
	return ['fsdp2', 'zero2', 'zero3', 'zero3_offload', 'megatron'].includes(strategy) ? 'strategy' : null;
}

/**
 * MLflow where nobody writes to one.
 * @param mlflow whether a living worker that could place the run does; undefined while none is known
 */
export function trackerProblems({ tracker }: Pick<TrainingRecipe, 'tracker'>, mlflow: boolean | undefined): RecipeProblem[] {
	if (tracker !== 'mlflow' || mlflow !== false) return [];
	return [{ field: 'tracker', code: 'no_mlflow', message: 'No living worker that could place this run writes to an MLflow: its operator names one (PLUMBLINE_MLFLOW_URI) and installs the package; see “Experiment trackers” in docs/operations.md.' }];
}

/** What no machine could do, then what none of the living ones can. With none known, only the former. */
export function hardwareProblems(recipe: TrainingRecipe, hosts: readonly Host[], machines?: number | null): RecipeProblem[] {
	const problems = impossible(recipe);
	if (machines != null && recipe.strategy !== 'single' && recipe.nodes > machines) {
		problems.push({ field: 'nodes', code: 'one_machine', message: 'A worker’s own host is one machine, and so is a job on Ray: place the run with Slurm or Kubernetes, or take one machine.' });
	}
	if (hosts.length === 0 && machines === undefined) return problems;
	// Its checkpoints have a layout of their own, which nothing here reads yet.
	if (recipe.strategy === 'megatron') return [...problems, { field: 'strategy', code: 'megatron_not_started', message: 'A run with Megatron is planned and its command made, but it is not started from here yet: take FSDP2 or DeepSpeed.' }];
	if (hosts.length === 0) return problems;
	const gpuOnly = gpuOnlyField(recipe);
	const withGpu = hosts.filter(({ gpus }) => gpus.length > 0);
	if (gpuOnly && withGpu.length === 0) return [...problems, { field: gpuOnly, code: 'needs_gpu', message: `${String(recipe[gpuOnly])} needs GPUs, and no living worker has one.` }];
	const perHost = recipe.strategy === 'single' ? 1 : recipe.gpus;
	const room = Math.max(...hosts.map(({ gpus, cpus }) => (gpus.length > 0 ? gpus.length : gpuOnly ? 0 : cpus)));
	if (perHost > room) problems.push({ field: 'gpus', code: 'too_few_gpus', message: `No living worker has ${perHost} devices; the largest has ${room}.`, detail: String(room) });
	for (const { field, name } of packagesFor(recipe)) {
		if (hosts.every(({ versions }) => versions[name] === undefined)) problems.push({ field, code: 'engine_lacks', message: `No living worker’s engine has the package ${name}; see “GPU hosts” in docs/operations.md.`, detail: name });
	}
	return problems;
}

function impossible(recipe: TrainingRecipe): RecipeProblem[] {
	const processes = processesOf(recipe);
	if (recipe.strategy === 'single') return [];
	if (processes < 2) return [{ field: 'gpus', code: 'one_process', message: 'Several devices were asked for, but one was given: take at least 2, or “single”.' }];
	if (recipe.strategy !== 'megatron') return [];
	const problems: RecipeProblem[] = [];
	if (!OBJECTIVE_FACTS[recipe.objective].megatron) problems.push({ field: 'strategy', code: 'megatron_lacks_objective', message: `Megatron in ms-swift has no ${recipe.objective.toUpperCase()}: take FSDP2 or DeepSpeed.` });
	if (recipe.tuner === 'qlora' || (recipe.tuner === 'lora' && recipe.dora)) problems.push({ field: 'tuner', code: 'megatron_lacks_tuner', message: 'Megatron in ms-swift trains LoRA or all weights, neither on 4 bits nor with DoRA.' });
	if (processes % (recipe.tensorParallel * recipe.pipelineParallel) !== 0) {
		problems.push({ field: 'tensorParallel', code: 'megatron_split', message: `${processes} devices cannot be split into groups of ${recipe.tensorParallel} × ${recipe.pipelineParallel}.` });
	}
	return problems;
}
