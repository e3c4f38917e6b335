import type { ColumnRole } from '#lib/domain/import-shapes/column-mapping.ts';
import type { ShapeName } from '#lib/domain/import-shapes/shape.ts';
import * as m from '#lib/paraglide/messages.js';

/** What a shape is called; the names of tools are the same in every language. */
export const SHAPE_NAMES: Readonly<Record<ShapeName, () => string>> = {
	plumbline: m.import_shape_name_plumbline,
	prompts: m.import_shape_name_prompts,
	ms_swift: () => 'ms-swift',
	llama_factory: () => 'LLaMA-Factory',
	openai: m.import_shape_name_openai,
	chat_log: m.import_shape_name_chat_log,
	hh_rlhf: m.import_shape_name_hh_rlhf,
	ultrafeedback: m.import_shape_name_ultrafeedback,
	helpsteer: m.import_shape_name_helpsteer,
	arena: m.import_shape_name_arena,
	label_studio: () => 'Label Studio',
	argilla: () => 'Argilla',
	potato: () => 'Potato',
	doccano: () => 'doccano',
	columns: m.import_shape_name_columns
};

/** What a column of a table may be. */
export const ROLE_NAMES: Readonly<Record<ColumnRole, () => string>> = {
	prompt: m.import_role_prompt,
	chosen: m.import_role_chosen,
	rejected: m.import_role_rejected,
	answerA: m.import_role_answer_a,
	answerB: m.import_role_answer_b,
	verdict: m.import_role_verdict,
	margin: m.import_role_margin,
	answer: m.import_role_answer,
	label: m.import_role_label,
	system: m.import_role_system,
	group: m.import_role_group,
	matter: m.import_role_matter,
	language: m.import_role_language,
	annotator: m.import_role_annotator,
	time: m.import_role_time
};
