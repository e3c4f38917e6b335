import type { AutomationStep } from '#lib/domain/automation.ts';
import { count } from '#lib/components/shell/format.ts';
import type { AutomationRecord, StepReason } from '#lib/server/db/automations.ts';
import * as m from '#lib/paraglide/messages.js';

const share = (value: number): string => value.toFixed(2);

/** What would happen now, and why. */
export function nowWords(step: AutomationStep): string {
	if (step.do === 'measure') return m.automation_now_measure();
	if (step.do === 'ask') return m.automation_now_ask();
	if (step.do === 'begin') return m.automation_now_begin();
	if (step.do === 'train_best') return m.automation_now_train_best();
	const { because } = step;
	switch (because.code) {
		case 'not_enough':
			return m.automation_hold_not_enough({ have: count(because.have), need: count(because.need) });
		case 'agreement_low':
			return m.automation_hold_agreement_low({ have: share(because.have), need: share(because.need) });
		case 'nothing_new':
			return m.automation_hold_nothing_new();
		case 'declined':
			return because.need === null ? m.automation_hold_declined_all() : m.automation_hold_declined({ have: count(because.have), need: count(because.need) });
		default:
			return { disabled: m.automation_hold_disabled, not_collecting: m.automation_hold_not_collecting, budget: m.automation_hold_budget, quiet: m.automation_hold_quiet, not_yet: m.automation_hold_not_yet, waits_for_approval: m.automation_hold_approval, sweeping: m.automation_hold_sweeping, agreement_unknown: m.automation_hold_agreement_unknown }[because.code]();
	}
}

/** What the record said when something was done. */
export function becauseWords({ complete, agreement }: Pick<StepReason, 'complete' | 'agreement'>): string {
	return agreement === null ? m.automation_because({ complete: count(complete) }) : m.automation_because_agreement({ complete: count(complete), agreement: share(agreement) });
}

/** What was done, and why. */
export function stepWords({ kind, because, byName }: AutomationRecord): string {
	const facts = becauseWords(because);
	if (kind === 'asked') return m.automation_step_asked({ because: facts });
	if (kind === 'approved') return m.automation_step_approved({ name: byName ?? m.notice_someone() });
	if (kind === 'declined') return m.automation_step_declined({ name: byName ?? m.notice_someone() });
	if (kind === 'swept') return m.automation_step_swept({ because: facts });
	return kind === 'begun' ? m.automation_step_begun({ because: facts }) : m.automation_step_refused({ because: facts });
}
