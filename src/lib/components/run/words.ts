import { CircleCheck, CirclePause, CircleStop, CircleX, Clock, Hourglass, LoaderCircle, OctagonX, Wrench } from '@lucide/svelte';
import type { Component } from 'svelte';
import { count, duration } from '#lib/components/shell/format.ts';
import type { LauncherName } from '#lib/domain/launcher.ts';
import type { DesiredState, RunStatus } from '#lib/domain/run-state.ts';
import { objectiveLabel } from './recipe-form.ts';
import type { Issue } from './recipe-form.ts';
import type { WaitingFor } from '#lib/domain/waiting-for.ts';
import * as m from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';

type Tone = 'neutral' | 'active' | 'ok' | 'warn' | 'bad';

/** A status as word, tone and icon: colour never speaks alone. */
const STATUS: Record<RunStatus, { word: () => string; tone: Tone; icon: Component<{ class?: string }> }> = {
	queued: { word: m.run_status_queued, tone: 'neutral', icon: Clock },
	waiting: { word: m.run_status_waiting, tone: 'neutral', icon: Hourglass },
	preparing: { word: m.run_status_preparing, tone: 'active', icon: Wrench },
	running: { word: m.run_status_running, tone: 'active', icon: LoaderCircle },
	stopping: { word: m.run_status_stopping, tone: 'warn', icon: CircleStop },
	succeeded: { word: m.run_status_succeeded, tone: 'ok', icon: CircleCheck },
	failed: { word: m.run_status_failed, tone: 'bad', icon: CircleX },
	cancelled: { word: m.run_status_cancelled, tone: 'neutral', icon: OctagonX }
};

/** The status of a run as people see it: one that was paused neither waits for a worker nor stops. */
export function statusLook(run: { status: RunStatus; desiredState: DesiredState }): (typeof STATUS)[RunStatus] {
	if (run.desiredState === 'pause' && run.status === 'waiting') return { word: m.run_status_paused, tone: 'warn', icon: CirclePause };
	if (run.desiredState === 'pause' && run.status === 'stopping') return { word: m.run_status_pausing, tone: 'warn', icon: CirclePause };
	return STATUS[run.status];
}

/** Where runs are placed, in words. */
export const LAUNCHER_NAMES: Record<LauncherName, () => string> = { local: m.run_launcher_local, slurm: () => 'Slurm', ray: () => 'Ray', kubernetes: () => 'Kubernetes' };

/** Why a run has not begun, and that nobody has to come back for it. */
export function waitingSentence(why: WaitingFor): string {
	if (why.code === 'paused') return m.run_waits_paused();
	if (why.code === 'stage') return m.run_waits_stage({ objective: why.objective.toUpperCase() });
	if (why.code === 'no_launcher') return m.run_waits_no_launcher({ launcher: LAUNCHER_NAMES[why.launcher]() });
	if (why.code === 'no_label') return m.run_waits_no_label({ labels: why.labels.join(', ') });
	if (why.code === 'no_worker') return m.run_waits_no_worker();
	if (why.code === 'draining') return m.run_waits_draining();
	if (why.code === 'too_few_gpus') return why.most === 0 ? m.run_waits_no_gpu() : m.run_waits_too_few_gpus({ gpus: count(why.gpus), most: count(why.most) });
	if (why.code === 'served') return m.run_waits_served();
	if (why.code === 'busy') return m.run_waits_busy();
	if (why.code === 'no_engine') return m.run_waits_no_engine();
	if (why.code === 'engine_installing') return m.run_waits_engine_installing({ done: count(why.done), total: count(why.total) });
	if (why.code === 'in_line') return m.run_waits_in_line({ ahead: why.ahead, shown: count(why.ahead) });
	return m.run_waits_starting();
}

/** What a run's status sentence is made of. */
export type StatusFacts = {
	status: RunStatus;
	desiredState: string;
	waitingFor: WaitingFor | null;
	step: number;
	maxSteps: number | null;
	attempt: number;
	checkpoint: { name: string } | null;
	problem: { code: string } | null;
	startedAt: string | null;
	finishedAt: string | null;
};

function steps(n: number): string {
	return m.run_steps({ n, shown: count(n) });
}

/** What only takes its turn: of a run that has begun already, that it goes on from its last save is then what to say. */
const TURNS: ReadonlySet<WaitingFor['code']> = new Set(['starting', 'busy', 'in_line']);

function inLineSentence({ waitingFor, step, attempt }: Pick<StatusFacts, 'waitingFor' | 'step' | 'attempt'>): string {
	const why = waitingFor ?? { code: 'starting' };
	if (why.code === 'paused') return m.run_says_paused({ steps: steps(step) });
	return attempt > 0 && TURNS.has(why.code) ? m.run_says_requeued() : waitingSentence(why);
}

/**
 * A run's status in one sentence.
 * @param placed what an outside scheduler last said of its job
 */
export function statusSentence(run: StatusFacts, placed: Record<string, unknown> | null = null): string {
	const took = run.startedAt && run.finishedAt ? duration((Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000) : '';
	if (run.status === 'queued' || run.status === 'waiting') return inLineSentence(run);
	if (run.status === 'preparing' && placed) {
		const facts = { launcher: LAUNCHER_NAMES[placed['launcher'] as LauncherName]?.() ?? String(placed['launcher']), job: String(placed['job']), detail: String(placed['detail'] ?? '—') };
		return placed['state'] === 'waiting' ? m.run_says_placed_waiting(facts) : m.run_says_placed_running(facts);
	}
	if (run.status === 'preparing') return run.attempt > 1 ? m.run_says_preparing_again({ attempt: count(run.attempt) }) : m.run_says_preparing();
	if (run.status === 'running') return run.step === 0 ? m.run_says_loading() : run.maxSteps === null ? m.run_says_running_open({ step: count(run.step) }) : m.run_says_running({ step: count(run.step), max: count(run.maxSteps) });
	if (run.status === 'stopping' && run.desiredState === 'pause') return m.run_says_pausing();
	if (run.status === 'stopping') return run.desiredState === 'cancel_discard' ? m.run_says_stopping_discard() : m.run_says_stopping_keep();
	if (run.status === 'succeeded') return took ? m.run_says_succeeded({ steps: steps(run.step), took }) : m.run_says_succeeded_plain({ steps: steps(run.step) });
	if (run.status === 'failed') return problemWords(run.problem?.code ?? '');
	return run.checkpoint ? m.run_says_cancelled_kept({ checkpoint: run.checkpoint.name }) : m.run_says_cancelled();
}

const PROBLEM_WORDS: Record<string, () => string> = {
	out_of_memory: m.run_problem_out_of_memory,
	disk_full: m.run_problem_disk_full,
	unknown_flag: m.run_problem_engine_mismatch,
	unsupported_template: m.run_problem_unsupported_model,
	unsupported_model: m.run_problem_unsupported_model,
	base_reads_text: m.run_problem_base_reads_text,
	base_reads_images: m.run_problem_base_reads_images,
	layers_unknown: m.run_problem_layers_unknown,
	missing_package: m.run_problem_engine_mismatch,
	missing_dataset: m.run_problem_data,
	row_too_long: m.run_problem_row_too_long,
	row_refused: m.run_problem_data,
	artifact_damaged: m.run_problem_artifact_damaged,
	not_a_number: m.run_problem_not_a_number,
	start_failed: m.run_problem_start_failed,
	killed: m.run_problem_killed,
	scoring_failed: m.run_problem_scoring_failed,
	worker_failed: m.run_problem_worker_failed,
	worker_lost: m.run_problem_worker_lost,
	out_of_reach: m.run_problem_out_of_reach,
	stage_failed: m.run_problem_stage_failed,
	snapshot_overlaps: m.run_problem_snapshot_overlaps,
	model_missing: m.run_problem_model_missing,
	python_missing: m.run_problem_not_installed,
	install_failed: m.run_problem_not_installed,
	torch_missing: m.run_problem_not_installed,
	torch_is_cuda: m.run_problem_not_installed,
	incomplete_checkpoint: m.run_problem_incomplete,
	stopped_early: m.run_problem_incomplete,
	rows_lost: m.run_problem_rows_lost,
	checkpoint_refused: m.run_problem_checkpoint_broken,
	broken_model: m.run_problem_checkpoint_broken,
	kto_rows: m.run_problem_kto_rows,
	lengths_unknown: m.run_problem_data,
	stop_file: m.run_problem_stop_file,
	model_runs_code: m.run_problem_model_runs_code,
	not_finite: m.run_problem_not_finite,
	worker_stopped: m.run_problem_worker_stopped,
	paused: m.run_status_paused,
	stopped: m.run_says_cancelled,
	discarded: m.run_says_cancelled
};

/** What went wrong, in one sentence; null for a code that has none of its own. */
export function knownProblem(code: string): string | null {
	return PROBLEM_WORDS[code]?.() ?? null;
}

/** What went wrong with a run, in one sentence; what exactly, and what to do, stands beside it. */
export function problemWords(code: string): string {
	return knownProblem(code) ?? m.run_problem_other();
}

/** “DPO, from pairs”; another objective by its short name. */
export function objectiveWords(objective: string): string {
	return objectiveLabel(objective, getLocale());
}

const ISSUE_WORDS: Record<Issue['code'], (limit: string, detail: string) => string> = {
	missing: () => m.run_issue_missing(),
	not_a_number: () => m.run_issue_not_a_number(),
	not_whole: () => m.run_issue_not_whole(),
	too_small: (limit) => m.run_issue_too_small({ limit }),
	too_large: (limit) => m.run_issue_too_large({ limit }),
	not_offered: () => m.run_issue_not_offered(),
	kto_batch_of_one: () => m.run_issue_kto_batch_of_one(),
	kto_one_kind_only: () => m.run_issue_kto_one_kind_only(),
	robust_needs_share: () => m.run_issue_robust_needs_share(),
	parent_adapter_differs: (_, value) => m.run_issue_parent_adapter_differs({ value }),
	full_needs_merge: () => m.run_issue_full_needs_merge(),
	reward_needs_merge: () => m.run_issue_reward_needs_merge(),
	reference_is_parent: () => m.run_issue_reference_is_parent(),
	parent_is_reward_model: () => m.run_issue_parent_is_reward_model(),
	experts_alone: () => m.run_issue_experts_alone(),
	length_missing: () => m.run_issue_missing(),
	length_twice: () => m.run_issue_length_twice(),
	save_after_end: () => m.run_issue_save_after_end(),
	batch_over_rows: () => m.run_issue_batch_over_rows(),
	no_rows: () => m.run_issue_no_rows(),
	rows_too_long: (_, rows) => m.run_issue_rows_too_long({ rows }),
	rows_unseen: (_, rows) => m.run_issue_rows_unseen({ rows }),
	warmup_is_all: () => m.run_issue_warmup_is_all(),
	advanced_refused: (_, name) => m.run_issue_advanced_refused({ name }),
	sequence_not_spread: () => m.run_issue_sequence_not_spread(),
	layers_not_spread: () => m.run_issue_layers_not_spread(),
	one_process: () => m.run_issue_one_process(),
	needs_gpu: () => m.run_issue_needs_gpu(),
	too_few_gpus: (_, most) => m.run_issue_too_few_gpus({ most }),
	engine_lacks: (_, name) => m.run_issue_engine_lacks({ name }),
	megatron_lacks_objective: () => m.run_issue_megatron_lacks_objective(),
	megatron_lacks_tuner: () => m.run_issue_megatron_lacks_tuner(),
	megatron_split: () => m.run_issue_megatron_split(),
	megatron_not_started: () => m.run_issue_megatron_not_started(),
	one_machine: () => m.run_issue_one_machine(),
	no_mlflow: () => m.run_issue_no_mlflow()
};

/** What is wrong with a field and what would be right. */
export function issueWords(issue: Issue): string {
	return ISSUE_WORDS[issue.code](issue.limit === undefined ? '' : String(issue.limit), issue.detail ?? '');
}
