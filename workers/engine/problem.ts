import type { RunProblem } from '#lib/domain/run-problem.ts';

/** Every expected way in which an engine, its environment or its process fails. */
export type EngineProblemCode =
	| 'out_of_memory'
	| 'unknown_flag'
	| 'missing_dataset'
	| 'unsupported_template'
	| 'unsupported_model'
	| 'base_reads_text'
	| 'base_reads_images'
	| 'layers_unknown'
	| 'row_refused'
	| 'row_too_long'
	| 'missing_package'
	| 'disk_full'
	| 'killed'
	| 'not_a_number'
	| 'engine_failed'
	| 'stopped_early'
	| 'incomplete_checkpoint'
	| 'rows_lost'
	| 'checkpoint_refused'
	| 'merge_failed'
	| 'gpu_missing'
	| 'converter_missing'
	| 'calibration_missing'
	| 'conversion_failed'
	| 'lengths_unknown'
	| 'template_changed'
	| 'kto_rows'
	| 'stop_file'
	| 'model_runs_code'
	| 'model_missing'
	| 'unreadable_model'
	| 'python_missing'
	| 'torch_missing'
	| 'torch_is_cuda'
	| 'install_failed'
	| 'start_failed'
	| 'out_of_reach'
	| 'server_failed'
	| 'server_mute'
	| 'broken_model'
	| 'scoring_failed'
	| 'benchmark_failed'
	| 'benchmark_unreachable'
	| 'benchmark_incomplete'
	| 'benchmark_late'
	| 'not_finite';

/** An expected failure as a value; it fits the run's row as it is. */
export type EngineProblem = RunProblem & { code: EngineProblemCode; hint: string };

/** A value, or why there is none. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; problem: EngineProblem };

/** A successful outcome. */
export function value<T>(it: T): Outcome<T> {
	return { ok: true, value: it };
}

/** A failed outcome. */
export function problem(code: EngineProblemCode, message: string, hint: string): { ok: false; problem: EngineProblem } {
	return { ok: false, problem: { code, message, hint } };
}
