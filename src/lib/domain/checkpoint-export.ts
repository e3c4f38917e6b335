import * as v from 'valibot';
import type { TrainingRow } from './training-row.ts';
import type { WorkerCapabilities } from './worker-capabilities.ts';

/** Forms in which a checkpoint leaves, in the order in which a page offers them. */
export const EXPORT_FORMATS = ['adapter', 'merged', 'gptq', 'awq', 'gguf'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const GGUF_TYPES = ['f16', 'bf16', 'q8_0', 'f32'] as const;

const whole = (low: number, high: number) => v.pipe(v.number(), v.integer('a whole number'), v.minValue(low, `from ${low} to ${high}`), v.maxValue(high, `from ${low} to ${high}`));
/** What weights are rounded by: training rows, at most so many, joined and cut into blocks of so many tokens. */
const calibration = {
	groupSize: v.optional(v.picklist([32, 64, 128], '32, 64 or 128'), 128),
	samples: v.optional(whole(16, 2048), 256),
	blockTokens: v.optional(whole(128, 8192), 2048)
};

/** What an export is to be: its form, and what that form lets one choose. */
export const ExportPlan = v.variant(
	'format',
	[
		v.strictObject({ format: v.literal('adapter') }),
		v.strictObject({ format: v.literal('merged') }),
		v.strictObject({ format: v.literal('gptq'), bits: v.optional(v.picklist([4, 8], '4 or 8'), 4), ...calibration }),
		v.strictObject({ format: v.literal('awq'), ...calibration }),
		v.strictObject({ format: v.literal('gguf'), type: v.optional(v.picklist(GGUF_TYPES, GGUF_TYPES.join(', ')), 'f16') })
	],
	`one of ${EXPORT_FORMATS.join(', ')}`
);
export type ExportPlan = v.InferOutput<typeof ExportPlan>;
/** Formats that round the weights by looking at training rows. */
export type QuantPlan = Extract<ExportPlan, { samples: number }>;

/** How an export stands. `dropped`: it was made, and its files are kept no more. */
export const EXPORT_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'dropped'] as const;
export type ExportStatus = (typeof EXPORT_STATUSES)[number];

/** What of a checkpoint decides which forms it can take. */
export type Exportable = { kind: 'base' | 'adapter' | 'full'; /** False for a reward model. */ writes: boolean };

/** Why a checkpoint cannot take a form, whatever the machine; null: it can. */
export function refusedForm(format: ExportFormat, { kind, writes }: Exportable): string | null {
	if (kind === 'base') return 'The base model’s files are not kept here: it lies where the project says.';
	if (format === 'adapter' && kind === 'full') return 'This checkpoint is a whole model: it has no adapter of its own. Take it whole.';
	if (!writes && format !== 'adapter' && format !== 'merged') return 'A reward model gives scores and writes nothing: take it as adapter or whole.';
	return null;
}

/**
 * Whether an export's weights are others than those that were measured. Those of an adapter, or of a whole model taken
 * whole, go out byte for byte; adding an adapter to its model rounds, and fewer bits round more.
 */
export function changesWeights(format: ExportFormat, kind: Exportable['kind']): boolean {
	return format !== 'adapter' && !(format === 'merged' && kind === 'full');
}

/** Whether a form's weights are rounded by looking at training rows. */
export const isRounded = (format: ExportFormat): format is QuantPlan['format'] => format === 'gptq' || format === 'awq';

/** Whether a worker has what a form needs: a GPU to round weights on, a converter to GGUF. */
export function canMake(format: ExportFormat, { gpus, gguf }: Pick<WorkerCapabilities, 'gpus' | 'gguf'>): boolean {
	if (isRounded(format)) return gpus.length > 0;
	return format === 'gguf' ? gguf === true : true;
}

/** Whether a worker can run a form to measure it: rounded weights want a GPU. */
export function canMeasure(format: ExportFormat, { gpus }: Pick<WorkerCapabilities, 'gpus'>): boolean {
	return !isRounded(format) || gpus.length > 0;
}

/** Why no server that a worker starts can serve a form; null: one can. The firm's own may serve any. */
export function unservable(format: ExportFormat): string | null {
	return format === 'gguf' ? 'a form that vLLM or ms-swift loads: GGUF is for llama.cpp. Serve it by a server of your own and say which endpoint that is' : null;
}

/** What a form lacks of the files without which it is none; null: nothing. Of weights in several files every one is wanted, as their names count them. */
export function missingPart(format: ExportFormat, paths: readonly string[]): string | null {
	if (format === 'gguf') return paths.some((path) => path.endsWith('.gguf')) ? null : 'GGUF file';
	const config = format === 'adapter' ? 'adapter_config.json' : 'config.json';
	if (!paths.includes(config)) return config;
	const weights = paths.filter((path) => path.endsWith('.safetensors'));
	const [, name, of] = weights.map((path) => /^(.*)-\d{5}-of-(\d{5})\.safetensors$/.exec(path)).find((part) => part !== null) ?? [];
	if (of === undefined) return weights.length > 0 ? null : 'weights';
	return Array.from({ length: Number(of) }, (_, place) => `${name}-${String(place + 1).padStart(5, '0')}-of-${of}.safetensors`).find((path) => !weights.includes(path)) ?? null;
}

/** Why an export may not be what is promoted; null: it may. */
export function unfitToPromote(of: { status: ExportStatus; changed: boolean; evaluation: string | null }): 'not_made' | 'not_measured' | null {
	if (of.status !== 'succeeded') return 'not_made';
	return of.changed && of.evaluation !== 'succeeded' ? 'not_measured' : null;
}

/**
 * What of a training row the weights are rounded by: the conversation with its better answer, as the model shall write.
 * Null for an answer that was judged bad, and for rows with images: their placeholders would be read as text.
 */
export function calibrationRow(row: TrainingRow): { messages: TrainingRow['messages'] } | null {
	if ('label' in row && !row.label) return null;
	return row.images !== undefined && row.images.length > 0 ? null : { messages: row.messages };
}

/** What a form is called, the same in every language but for the first two. */
export function exportName(plan: ExportPlan, words: { adapter: string; merged: string }): string {
	switch (plan.format) {
		case 'gptq':
			return `GPTQ ${plan.bits}-bit g${plan.groupSize}`;
		case 'awq':
			return `AWQ 4-bit g${plan.groupSize}`;
		case 'gguf':
			return `GGUF ${plan.type.toUpperCase()}`;
		default:
			return words[plan.format];
	}
}

/** A command line without the folders of the host that ran it: what it was told, and the last part of each path. */
export function withoutFolders(command: readonly string[]): string[] {
	return command.map((word) => (word.startsWith('/') ? word.replace(/^.*\/(?=[^/])/, '') : word));
}
