import { exportName } from '#lib/domain/checkpoint-export.ts';
import type { ExportFormat, ExportPlan } from '#lib/domain/checkpoint-export.ts';
import type { FormChoice } from '#lib/server/usecases/list-exports.ts';
import * as m from '#lib/paraglide/messages.js';

/** What a form is for, in a sentence. */
export const EXPORT_ABOUT: Record<ExportFormat, () => string> = { adapter: m.export_about_adapter, merged: m.export_about_merged, gptq: m.export_about_gptq, awq: m.export_about_awq, gguf: m.export_about_gguf };

/** A form with its settings, as people call it. */
export const formName = (plan: ExportPlan): string => exportName(plan, { adapter: m.export_adapter(), merged: m.export_merged() });

/** A checkpoint in a form, as people call it; null: as it was trained. */
export const inFormName = (name: string, plan: ExportPlan | null): string => (plan === null ? name : m.export_in_form({ name, form: formName(plan) }));

/** A form before its settings are chosen. */
export const FORMAT_NAMES: Record<ExportFormat, () => string> = { adapter: m.export_adapter, merged: m.export_merged, gptq: () => 'GPTQ', awq: () => 'AWQ', gguf: () => 'GGUF' };

/** Why a form cannot be had, or not at once; empty: it can. */
export function formNote({ format, refused, able }: FormChoice): string {
	if (refused !== null) return format === 'adapter' ? m.export_refused_whole() : m.export_refused_reward();
	if (able) return '';
	return format === 'gguf' ? m.export_no_converter() : format === 'gptq' || format === 'awq' ? m.export_no_gpu() : m.export_no_worker();
}

/** What an export that failed says first, in the reader's language. */
export function failedTitle(code: string | undefined): string {
	return code === 'gpu_missing' ? m.export_failed_gpu() : code === 'converter_missing' ? m.export_failed_converter() : m.export_failed();
}
