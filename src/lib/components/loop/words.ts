import { DATASET_OBJECTIVES } from '#lib/domain/preference-dataset.ts';
import { OBJECTIVE_FACTS } from '#lib/domain/recipe/objective-facts.ts';
import type { RunStatus } from '#lib/domain/run-state.ts';
import * as m from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';

/** Objectives to choose from, each with what it is in the reader's language. */
export const OBJECTIVE_CHOICES = DATASET_OBJECTIVES.map((value) => ({ value, name: () => OBJECTIVE_FACTS[value].label[getLocale()], help: () => OBJECTIVE_FACTS[value].help[getLocale()] }));

const ROUND_STATUSES = { collecting: m.home_round_collecting, training: m.home_round_training, evaluating: m.home_round_evaluating, decided: m.home_round_decided } as const;

/** Where a round is, in words. */
export function roundStatus(status: keyof typeof ROUND_STATUSES): string {
	return ROUND_STATUSES[status]();
}

const RUN_STATUSES: Record<RunStatus, () => string> = {
	queued: m.home_run_queued,
	waiting: m.home_run_waiting,
	preparing: m.home_run_preparing,
	running: m.home_run_running,
	stopping: m.home_run_stopping,
	succeeded: m.home_run_succeeded,
	failed: m.home_run_failed,
	cancelled: m.home_run_cancelled
};

/** How a run is, in words. */
export function runStatus(status: RunStatus): string {
	return RUN_STATUSES[status]();
}

type Tone = 'neutral' | 'active' | 'ok' | 'warn' | 'bad';
const RUN_TONES: Record<RunStatus, Tone> = { queued: 'neutral', waiting: 'warn', preparing: 'active', running: 'active', stopping: 'active', succeeded: 'ok', failed: 'bad', cancelled: 'neutral' };

/** The badge of a run. */
export function runTone(status: RunStatus): Tone {
	return RUN_TONES[status];
}

const DECISIONS = { promote: m.home_decision_promote, reject: m.home_decision_reject, more_data: m.home_decision_more_data, roll_back: m.home_decision_promote } as const;

/** A decision on a checkpoint, in words. */
export function decisionName(decision: keyof typeof DECISIONS): string {
	return DECISIONS[decision]();
}
