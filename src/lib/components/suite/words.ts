import { decimal } from '#lib/components/shell/format.ts';
import type { CheckKind } from '#lib/domain/suite/check.ts';
import { checkOnOwn } from '#lib/domain/suite/own-questions.ts';
import type { Against, NamedMeasure } from '#lib/domain/suite/measures.ts';
import type { RunProblem } from '#lib/domain/run-problem.ts';
import type { PairedDifference } from '#lib/domain/paired-difference.ts';
import * as m from '#lib/paraglide/messages.js';

/** A kind of check by name, and what passes. */
export const KIND: Record<CheckKind, { name: () => string; note: () => string }> = {
	over_commitment: { name: m.suite_kind_over_commitment, note: m.suite_kind_over_commitment_note },
	vagueness: { name: m.suite_kind_vagueness, note: m.suite_kind_vagueness_note },
	refusal: { name: m.suite_kind_refusal, note: m.suite_kind_refusal_note },
	citation: { name: m.suite_kind_citation, note: m.suite_kind_citation_note },
	loop: { name: m.suite_kind_loop, note: m.suite_kind_loop_note },
	unfinished: { name: m.suite_kind_unfinished, note: m.suite_kind_unfinished_note },
	exact_repeat: { name: m.suite_kind_exact_repeat, note: m.suite_kind_exact_repeat_note },
	language: { name: m.suite_kind_language, note: m.suite_kind_language_note },
	length: { name: m.suite_kind_length, note: m.suite_kind_length_note },
	contains: { name: m.suite_kind_contains, note: m.suite_kind_contains_note },
	regex: { name: m.suite_kind_regex, note: m.suite_kind_regex_note },
	similarity: { name: m.suite_kind_similarity, note: m.suite_kind_similarity_note },
	json_schema: { name: m.suite_kind_json_schema, note: m.suite_kind_json_schema_note },
	rubric: { name: m.suite_kind_rubric, note: m.suite_kind_rubric_note }
};

const OWN: { [name: string]: () => string } = { refusals: m.suite_measure_refusals, toxic: m.suite_measure_toxic, length: m.suite_measure_length, list: m.suite_measure_list, heading: m.suite_measure_heading, bold: m.suite_measure_bold };

/** What a measure is called: checks and benchmarks by the name that people gave them. */
export function measureName({ name, kind }: Pick<NamedMeasure, 'name' | 'kind'>): string {
	const own = kind === 'check' ? checkOnOwn(name) : null;
	if (own !== null) return m.suite_on_own({ name: own });
	return kind === 'check' || kind === 'rubric' || kind === 'benchmark' ? name : (OWN[name]?.() ?? name);
}

/** What a checkpoint is compared with. */
export const AGAINST_NAME: Record<Against, () => string> = { trained: m.suite_trained, parent: m.suite_parent, champion: m.suite_champion, base: m.suite_base };

/** “p 0.004”, “p < 0.0001”. */
export function pValue(p: number): string {
	return p < 0.0001 ? `p < ${decimal(0.0001, 4)}` : `p ${decimal(p, p < 0.01 ? 4 : p < 0.1 ? 3 : 2)}`;
}

/** Below this a difference is called one. */
const LEVEL = 0.05;

/** What a paired difference says: better, worse, moved (where neither way is better), or not to be told. */
export function verdictOf(measure: Pick<NamedMeasure, 'better'>, paired: PairedDifference | null): 'better' | 'worse' | 'moved' | 'unclear' | 'too_few' | 'none' {
	if (paired?.difference.value == null) return 'none';
	if (paired.p === null) return 'too_few';
	if (paired.p >= LEVEL || paired.difference.value === 0) return 'unclear';
	if (measure.better === null) return 'moved';
	return paired.difference.value > 0 === (measure.better === 'higher') ? 'better' : 'worse';
}

const MISSED: { [code: string]: () => string } = {
	not_json: m.suite_missed_not_json,
	no_verdict: m.suite_missed_no_verdict,
	endpoint_timeout: m.suite_missed_timeout,
	endpoint_busy: m.suite_missed_busy,
	endpoint_failed: m.suite_missed_failed,
	endpoint_unreachable: m.suite_missed_unreachable,
	endpoint_denied: m.suite_missed_denied,
	endpoint_refused: m.suite_missed_refused,
	endpoint_retired: m.suite_missed_retired,
	key_unreadable: m.suite_missed_key,
	answer_too_large: m.suite_missed_large,
	empty_answer: m.suite_missed_empty,
	upload_stays_here: m.suite_missed_upload,
	lists_unreadable: m.suite_missed_lists,
	judge_learned: m.suite_missed_learned,
	judge_reads_text: m.suite_missed_images,
	scoring_failed: m.suite_missed_scoring,
	not_finite: m.suite_missed_not_finite,
	not_asked: m.suite_missed_not_asked
};

/** Why a question to a model judge got no verdict. */
export const missedReason = (code: string): string => MISSED[code]?.() ?? code;

const UNSCORED: { [code: string]: () => string } = { benchmark_failed: m.benchmark_failed, benchmark_unreachable: m.benchmark_unreachable, benchmark_incomplete: m.benchmark_incomplete, benchmark_late: m.benchmark_late, install_failed: m.benchmark_not_installed };

/** Why a checkpoint has no score of a benchmark, where that has a name; null: its worker's words say it. */
export const unscoredReason = (problem: RunProblem | null): string | null => (problem ? (UNSCORED[problem.code]?.() ?? null) : m.benchmark_not_tried());
