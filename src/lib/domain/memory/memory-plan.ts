import { OBJECTIVE_FACTS } from '../recipe/objective-facts.ts';
import { sharedBy } from '../recipe/shared-rows.ts';
import { processesOf, replicasOf } from '../training-recipe.ts';
import type { Device, TrainingRecipe } from '../training-recipe.ts';
import { activationBytes, scoreBytes, scoredTokens } from './activations.ts';
import type { Sequences } from './activations.ts';
import { adapterParameters, countParameters } from './model-shape.ts';
import type { ModelShape } from './model-shape.ts';

/** Bytes on one device, by what holds them; on CPU of all processes of a machine, which share its memory. */
export type MemoryParts = {
	weights: number;
	/** The frozen second model, where one is held apart. An adapter's reference is the model with the adapter switched off. */
	reference: number;
	adapter: number;
	gradients: number;
	optimiser: number;
	/** What the backward pass needs of the forward pass. */
	activations: number;
	/** Scores over the vocabulary, with their gradients. */
	logits: number;
	/** What is held for a moment: the optimiser's step, layers gathered from other devices. */
	buffers: number;
	/** The driver's context and what the allocator cannot use. */
	margin: number;
};

export type MemoryPlan = {
	parts: MemoryParts;
	/** Peak on one device, in bytes: the batch and the optimiser's step never stand at the same time. */
	total: number;
	/** Bytes that lie in the host's memory: what is offloaded, or what FSDP2 gathers there to save it. */
	host: number;
	parameters: { total: number; trained: number };
};

/** Bytes of a weight: 4 bits and 0.127 bits of constants for NF4 with double quantisation (Dettmers et al. 2023, section 3). */
const NF4 = (4 + 0.127) / 8;

/** cuBLAS, kernels and the driver's context on today's GPUs, measured between 0.5 and 0.8 GB. */
const CONTEXT = 0.75e9;

/** Python with torch, transformers and the engine, before a model is loaded: measured 0.9 GB. */
const INTERPRETER = 0.9e9;

/** Share of what comes and goes that the caching allocator holds without use. */
const FRAGMENTATION = 0.1;

const bytesOf = { bf16: 2, fp16: 2, fp32: 4 } as const;

/** Into how many parts weights, gradients and optimiser state are cut (Rajbhandari et al. 2020: stage 2 cuts the last two, stage 3 all). */
function shards(recipe: TrainingRecipe): { weights: number; gradients: number; optimiser: number } {
	const n = processesOf(recipe);
	if (recipe.strategy === 'zero2') return { weights: 1, gradients: n, optimiser: n };
	if (recipe.strategy === 'zero3' || recipe.strategy === 'zero3_offload' || recipe.strategy === 'fsdp2') return { weights: n, gradients: n, optimiser: n };
	if (recipe.strategy === 'megatron') {
		const cut = recipe.tensorParallel * recipe.pipelineParallel;
		return { weights: cut, gradients: cut, optimiser: cut * replicasOf(recipe) };
	}
	return { weights: 1, gradients: 1, optimiser: 1 };
}

/** Parameters of what reads images that are left as they are while all others learn. */
function stillOf({ images }: ModelShape, { freezeVit, freezeAligner }: TrainingRecipe): number {
	return images === null ? 0 : (freezeVit ? images.encoder : 0) + (freezeAligner ? images.joint : 0);
}

/** Parameters of the adapter on the image encoder, where that learns too. */
function adapterOnEncoder({ images }: ModelShape, { freezeVit, targetModules, loraRank }: TrainingRecipe): number {
	return images !== null && !freezeVit && targetModules === 'all-linear' ? loraRank * images.sides : 0;
}

/**
 * Memory of one device while a recipe trains, from the model's shape alone. Static parts are counted exactly; activations
 * follow Korthikanti et al. 2022 as `activationBytes` has it for today's blocks. docs/planner.md states the error against
 * published and measured peaks.
 */
export function planMemory(shape: ModelShape, asked: TrainingRecipe, sequences: Sequences, device: Device = 'gpu'): MemoryPlan {
	// On CPU weights are loaded and kept in fp32, and “auto” keeps activations.
	const recipe: TrainingRecipe = device === 'gpu' ? asked : { ...asked, precision: 'fp32', gradientCheckpointing: asked.gradientCheckpointing === 'on' ? 'on' : 'off' };
	const size = bytesOf[recipe.precision];
	const { total, linear } = countParameters(shape);
	const full = recipe.tuner === 'full';
	// peft keeps adapters in fp32, and so does the engine all weights that are to learn in fp16, and accelerate all that it cuts
	// by FSDP2 (`fsdp2_prepare_model`); else they are trained as they are loaded.
	const trainedSize = full && recipe.precision !== 'fp16' && recipe.strategy !== 'fsdp2' ? size : 4;
	const cut = shards(recipe);
	const offload = recipe.strategy === 'zero3_offload';
	const deepspeed = recipe.strategy.startsWith('zero') || recipe.strategy === 'megatron';

	// Experts are no linear layers, and stay as they are.
	const adapter = full ? 0 : adapterParameters(shape, recipe.targetModules, recipe.loraRank, recipe.dora) + adapterOnEncoder(shape, recipe);
	const trained = full ? total - stillOf(shape, recipe) : adapter;
	const weightBytes = recipe.tuner === 'qlora' ? linear * NF4 + (total - linear) * size : full ? trained * trainedSize + (total - trained) * size : total * size;
	const heldApart = full && OBJECTIVE_FACTS[recipe.objective].reference;
	const frozen = total * size;
	// Adam's two moments (Kingma and Ba 2015); DeepSpeed and Megatron keep fp32 copies and moments (Rajbhandari et al. 2020, section 3.1: K = 12).
	const optimiserBytes = trained * (deepspeed ? 12 : 2 * trainedSize);
	// DDP keeps them twice: where they arise, and side by side in the buckets that it sends (accelerate leaves `gradient_as_bucket_view` off).
	const gradients = ((recipe.strategy === 'ddp' ? 2 : 1) * trained * trainedSize) / cut.gradients;
	const weights = weightBytes / cut.weights;

	const rows = recipe.batchSize * (OBJECTIVE_FACTS[recipe.objective].reads === 'pairs' ? 2 : 1);
	const length = Math.min(sequences.longest, recipe.maxLength);
	// Spread along its length, a row is scored whole: its answer is no longer known by its place.
	const spread = sharedBy(recipe.advanced, 'sequence_parallel_size') || 1;
	const activations = activationBytes(shape, recipe, rows * length) / (recipe.strategy === 'megatron' ? recipe.tensorParallel : spread);
	const logits = scoreBytes(shape, recipe.objective, rows * (spread > 1 ? length : scoredTokens(recipe, sequences))) / spread;
	// Two blocks at a time lie whole on a device that holds only parts, in the precision that computes; the optimiser's step
	// makes one temporary of each gradient.
	const computing = recipe.tuner === 'qlora' ? weightBytes : total * size;
	const gathered = cut.weights > 1 && recipe.strategy !== 'megatron' ? (2 * computing) / shape.layers : 0;
	const step = (offload ? 0 : trained * trainedSize) / cut.optimiser;

	const moving = Math.max(activations + logits + gathered, step);
	const parts: MemoryParts = {
		weights: offload ? 0 : weights,
		reference: heldApart && !offload ? frozen / cut.weights : 0,
		adapter: (adapter * 4) / (cut.weights > 1 ? cut.weights : 1),
		gradients,
		optimiser: offload ? 0 : optimiserBytes / cut.optimiser,
		activations,
		logits,
		buffers: moving - activations - logits,
		margin: (device === 'gpu' ? CONTEXT : INTERPRETER) + FRAGMENTATION * moving
	};
	if (device === 'cpu' && recipe.strategy !== 'single') for (const part of Object.keys(parts) as (keyof MemoryParts)[]) parts[part] *= recipe.gpus;
	const offloaded = offload ? (weightBytes + (heldApart ? frozen : 0) + optimiserBytes) / recipe.nodes : 0;
	// The whole model, then the whole state of the optimiser.
	const saved = recipe.strategy === 'fsdp2' ? Math.max(weightBytes + adapter * 4, optimiserBytes) : 0;
	return {
		parts,
		total: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0),
		host: offloaded + saved,
		parameters: { total: total + adapter, trained }
	};
}
