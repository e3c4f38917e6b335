import { count } from '#lib/components/shell/format.ts';
import { MOST_POINTS } from '#lib/domain/sweep-plan.ts';
import type { SweepPlan } from '#lib/domain/sweep-plan.ts';
import type { RunStatus } from '#lib/domain/run-state.ts';
import * as m from '#lib/paraglide/messages.js';
import { settingName } from './differing-words.ts';
import type { SweepIssue } from './sweep-form.ts';
import { statusLook } from './words.ts';

const ISSUES: Record<SweepIssue['code'], () => string> = {
	none_named: m.sweep_issue_none_named,
	not_offered: m.run_issue_not_offered,
	length_twice: m.run_issue_length_twice,
	named_twice: m.sweep_issue_named_twice,
	too_many: () => m.sweep_issue_too_many({ most: count(MOST_POINTS) }),
	nothing_varies: m.sweep_issue_nothing_varies,
	bounds_crossed: m.sweep_issue_bounds_crossed,
	above_zero: m.sweep_issue_above_zero,
	whole: m.run_issue_not_whole,
	not_a_number: m.run_issue_not_a_number
};

/** What is wrong with a field of the form and what would be right. */
export function sweepIssueWords({ field, code }: SweepIssue): string {
	if (field === 'count') return m.sweep_issue_count({ most: count(MOST_POINTS) });
	if (field === 'seed') return m.sweep_issue_seed();
	return ISSUES[code]();
}

/** “Beta, Learning rate”: what a sweep tries. */
export function triedWords(objective: string, plan: SweepPlan): string {
	return Object.keys(plan.settings)
		.map((field) => settingName([objective], field))
		.join(m.sweep_list_comma());
}

/** “3 finished, 1 failed”: how many runs are in which state, in the order in which a run goes through them. */
export function statesWords(states: Partial<Record<RunStatus, number>>): string {
	const order: RunStatus[] = ['succeeded', 'failed', 'cancelled', 'running', 'stopping', 'preparing', 'waiting', 'queued'];
	return order
		.flatMap((status) => (states[status] ? [`${count(states[status])} ${statusLook({ status, desiredState: 'run' }).word()}`] : []))
		.join(m.sweep_list_comma());
}
