import { totalBatch } from '../training-recipe.ts';
import type { Device, TrainingRecipe } from '../training-recipe.ts';
import { recomputes } from './activations.ts';
import { planMemory } from './memory-plan.ts';
import type { Sequences } from './activations.ts';
import type { MemoryPlan } from './memory-plan.ts';
import type { ModelShape } from './model-shape.ts';

/** Devices of one machine, all alike: its GPUs, or its processor and memory as one. */
export type Devices = { kind: Device; name: string; memoryBytes: number; count: number; /** Of GPUs: their machine's own memory. Left out where it is not known. */ hostBytes?: number };

/** Above this share a small error of the plan would end the run: it is called tight. */
const TIGHT = 0.92;

export type Fit = 'fits' | 'tight' | 'too_large';

const fitIn = (bytes: number, memoryBytes: number): Fit => (bytes > memoryBytes ? 'too_large' : bytes > TIGHT * memoryBytes ? 'tight' : 'fits');

/** Whether a plan fits a device's memory, and whether what lies beside it fits the machine's own. */
export function fitsOf(plan: Pick<MemoryPlan, 'total' | 'host'>, { memoryBytes, hostBytes = Infinity }: Pick<Devices, 'memoryBytes' | 'hostBytes'>): { device: Fit; host: Fit } {
	return { device: fitIn(plan.total, memoryBytes), host: fitIn(plan.host, hostBytes) };
}

/** The worse of the two. */
export function fitOf(plan: Pick<MemoryPlan, 'total' | 'host'>, devices: Pick<Devices, 'memoryBytes' | 'hostBytes'>): Fit {
	const { device, host } = fitsOf(plan, devices);
	return (['too_large', 'tight', 'fits'] as const).find((fit) => device === fit || host === fit) ?? 'fits';
}

/** What to change so that a recipe fits, and the plan it then has. */
export type Change = { settings: Partial<Pick<TrainingRecipe, 'batchSize' | 'gradientAccumulation' | 'gradientCheckpointing' | 'tuner' | 'strategy' | 'gpus' | 'maxLength'>>; plan: MemoryPlan };

/** What decides which ways there are, beside the recipe. `assumed`: the rows' lengths are not known. `startable`: whether the recipe with its changes would be started, as far as the changes decide that. */
export type Circumstances = { assumed: boolean; startable: (changed: TrainingRecipe) => boolean };

/** The ways out, cheapest in quality first; each builds on those before it. */
function ways(recipe: TrainingRecipe, devices: Devices, of: Pick<Circumstances, 'assumed'>): Change['settings'][] {
	const steps: Change['settings'][] = [];
	// Processes on one processor share its memory.
	if (devices.kind === 'cpu' && recipe.strategy === 'ddp' && recipe.nodes === 1) steps.push({ strategy: 'single', gpus: 1 });
	// As many rows an update as before, one after the other.
	if (recipe.batchSize > 1) steps.push({ batchSize: 1, gradientAccumulation: recipe.batchSize * recipe.gradientAccumulation });
	if (!recomputes(recipe) || (devices.kind === 'cpu' && recipe.gradientCheckpointing === 'auto')) steps.push({ gradientCheckpointing: 'on' });
	if (devices.kind === 'gpu' && devices.count > 1 && (recipe.strategy === 'single' || recipe.strategy === 'ddp')) steps.push({ strategy: 'fsdp2', gpus: devices.count });
	// On CPU 4-bit weights are unpacked for every step, which gains nothing.
	const smaller = devices.kind === 'gpu' ? [{ tuner: 'qlora' as const }] : [];
	if (recipe.tuner === 'lora') steps.push(...smaller);
	if (recipe.tuner === 'full') steps.push({ tuner: 'lora' }, ...smaller);
	// A run that refuses rows that are too long would be refused for what a shorter length saves.
	if (of.assumed || recipe.tooLong !== 'refuse') for (const maxLength of [4096, 2048, 1024, 512]) if (maxLength < recipe.maxLength) steps.push({ maxLength });
	if (devices.kind === 'gpu' && devices.count > 1 && recipe.tuner === 'full') steps.push({ strategy: 'zero3_offload', gpus: devices.count });
	return steps;
}

/** What some of the ways change together. More devices read more rows at a time, so fewer are gathered: as near to the batch that was asked for as whole numbers allow. */
function together(recipe: TrainingRecipe, taken: readonly Change['settings'][]): Change['settings'] {
	// What a way says of gathering is of its own batch: together it may be as it was, which is no change.
	const { gradientAccumulation: _, ...rest } = Object.assign({}, ...taken) as Change['settings'];
	const rowsAtATime = totalBatch({ ...withSettings(recipe, rest), gradientAccumulation: 1 });
	const gathered = Math.max(1, Math.round(totalBatch(recipe) / rowsAtATime));
	return gathered === recipe.gradientAccumulation ? rest : { ...rest, gradientAccumulation: gathered };
}

/** The ways one more of which is taken each time, without any set that would not be started: such a way is left for when another makes room for it. */
function* widening(all: readonly Change['settings'][], startable: (taken: readonly Change['settings'][]) => boolean): Generator<Change['settings'][]> {
	let taken: Change['settings'][] = [];
	let aside: Change['settings'][] = [];
	for (const way of all) {
		const waiting = [way, ...aside];
		aside = [];
		for (const one of waiting) {
			if (!startable([...taken, one])) {
				aside.push(one);
				continue;
			}
			taken = [...taken, one];
			yield taken;
		}
	}
}

/**
 * The smallest set of changes after which a recipe fits with room to spare and would be started; null when none here is
 * enough. A length is only shortened where the rest does not do it.
 */
export function changeThatFits(shape: ModelShape, recipe: TrainingRecipe, sequences: Sequences, devices: Devices, of: Circumstances): Change | null {
	const plan = (settings: Change['settings']) => planMemory(shape, withSettings(recipe, settings), sequences, devices.kind);
	const startable = (taken: readonly Change['settings'][]) => of.startable(withSettings(recipe, together(recipe, taken)));
	const fits = (taken: readonly Change['settings'][]) => fitOf(plan(together(recipe, taken)), devices) === 'fits';
	for (const found of widening(ways(recipe, devices, of), startable)) {
		if (!fits(found)) continue;
		let taken = found;
		// What came before and is not needed after all is left as it was.
		for (const one of found) {
			const fewer = taken.filter((other) => other !== one);
			if (fewer.length > 0 && fits(fewer) && startable(fewer)) taken = fewer;
		}
		const settings = together(recipe, taken);
		return { settings, plan: plan(settings) };
	}
	return null;
}

function withSettings(recipe: TrainingRecipe, settings: Change['settings']): TrainingRecipe {
	return { ...recipe, ...settings } as TrainingRecipe;
}
