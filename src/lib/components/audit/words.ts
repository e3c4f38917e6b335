import { whyVoid } from '#lib/components/history/words.ts';
import { decisionName } from '#lib/components/loop/words.ts';
import { roleName } from '#lib/components/members/roles.ts';
import { HEALTH_WORDS } from '#lib/components/run/health-words.ts';
import { failedTitle } from '#lib/components/run/export-words.ts';
import { knownProblem, problemWords } from '#lib/components/run/words.ts';
import { modelServerProblem } from '#lib/components/serving/words.ts';
import { count } from '#lib/components/shell/format.ts';
import { problemTitle } from '#lib/components/ui/problem-title.ts';
import type { AuditAct, AuditFacts, AuditTopic } from '#lib/domain/audit-acts.ts';
import { isRole } from '#lib/domain/permission.ts';
import { HEALTH_RULES } from '#lib/domain/run-health.ts';
import type { AuditView } from '#lib/server/usecases/read-audit.ts';
import * as m from '#lib/paraglide/messages.js';

/** What an act is about. */
export const TOPIC: Record<AuditTopic, () => string> = { people: m.audit_topic_people, rules: m.audit_topic_rules, data: m.audit_topic_data, training: m.audit_topic_training, decisions: m.audit_topic_decisions, serving: m.audit_topic_serving };

/** What was done, in a few words. */
export const ACT: Record<AuditAct, () => string> = {
	'member.put': m.audit_act_member_put,
	'member.remove': m.audit_act_member_remove,
	'member.skills': m.audit_act_member_skills,
	'wall.raise': m.audit_act_wall_raise,
	'wall.lift': m.audit_act_wall_lift,
	'group.put': m.audit_act_group_put,
	'group.remove': m.audit_act_group_remove,
	'assignment.create': m.audit_act_assignment_create,
	'assignment.end': m.audit_act_assignment_end,
	'assignment.overdue': m.audit_act_assignment_overdue,
	'delegation.create': m.audit_act_delegation_create,
	'delegation.end': m.audit_act_delegation_end,
	'project.create': m.audit_act_project_create,
	'guideline.put': m.audit_act_guideline_put,
	'form.put': m.audit_act_form_put,
	'policy.put': m.audit_act_policy_put,
	'gold.put': m.audit_act_gold_put,
	'gold.retire': m.audit_act_gold_retire,
	'gate.put': m.audit_act_gate_put,
	'four_eyes.put': m.audit_act_four_eyes_put,
	'suite.put': m.audit_act_suite_put,
	'automation.put': m.audit_act_automation_put,
	'desensitisation.put': m.audit_act_desensitisation_put,
	'snapshot_rule.put': m.audit_act_snapshot_rule_put,
	'grouping.put': m.audit_act_grouping_put,
	'webhook.create': m.audit_act_webhook_create,
	'webhook.retire': m.audit_act_webhook_retire,
	'webhook.send_again': m.audit_act_webhook_send_again,
	'import.publish': m.audit_act_import_publish,
	'import.refused': m.audit_act_import_refused,
	'import.failed': m.audit_act_import_failed,
	'import.rescan': m.audit_act_import_rescan,
	'import.discard': m.audit_act_import_discard,
	'import.undo': m.audit_act_import_undo,
	'near_duplicate.decide': m.audit_act_near_duplicate_decide,
	'original.read': m.audit_act_original_read,
	'judgment.void': m.audit_act_judgment_void,
	'adjudication.decide': m.audit_act_adjudication_decide,
	'adjudication.send_back': m.audit_act_adjudication_send_back,
	'judgment.export': m.audit_act_judgment_export,
	'round.open': m.audit_act_round_open,
	'snapshot.freeze': m.audit_act_snapshot_freeze,
	'snapshot.export': m.audit_act_snapshot_export,
	'archive.export': m.audit_act_archive_export,
	'archive.import': m.audit_act_archive_import,
	'run.start': m.audit_act_run_start,
	'run.pause': m.audit_act_run_pause,
	'run.continue': m.audit_act_run_continue,
	'run.cancel': m.audit_act_run_cancel,
	'run.cancelled': m.audit_act_run_cancelled,
	'run.failed': m.audit_act_run_failed,
	'run.stopped_by_rule': m.audit_act_run_stopped_by_rule,
	'sweep.start': m.audit_act_sweep_start,
	'sweep.cancel': m.audit_act_sweep_cancel,
	'automation.ask': m.audit_act_automation_ask,
	'automation.approve': m.audit_act_automation_approve,
	'automation.decline': m.audit_act_automation_decline,
	'automation.begin': m.audit_act_automation_begin,
	'automation.sweep': m.audit_act_automation_sweep,
	'automation.refused': m.audit_act_automation_refused,
	'checkpoint.register': m.audit_act_checkpoint_register,
	'evaluation.finish': m.audit_act_evaluation_finish,
	'evaluation.fail': m.audit_act_evaluation_fail,
	'evaluation.stop': m.audit_act_evaluation_stop,
	'evaluation.again': m.audit_act_evaluation_again,
	'generation.stop': m.audit_act_generation_stop,
	'suite.run': m.audit_act_suite_run,
	'suite.finish': m.audit_act_suite_finish,
	'suite.cancel': m.audit_act_suite_cancel,
	'suite.again': m.audit_act_suite_again,
	'generation.start': m.audit_act_generation_start,
	'generation.cancel': m.audit_act_generation_cancel,
	'generation.again': m.audit_act_generation_again,
	'generation.fail': m.audit_act_generation_fail,
	'checkpoint.propose': m.audit_act_checkpoint_propose,
	'checkpoint.decide': m.audit_act_checkpoint_decide,
	'checkpoint.withdraw': m.audit_act_checkpoint_withdraw,
	'checkpoint.decline': m.audit_act_checkpoint_decline,
	'decision.report': m.audit_act_decision_report,
	'report.export': m.audit_act_report_export,
	'export.start': m.audit_act_export_start,
	'export.finish': m.audit_act_export_finish,
	'export.fail': m.audit_act_export_fail,
	'export.cancel': m.audit_act_export_cancel,
	'export.again': m.audit_act_export_again,
	'export.drop': m.audit_act_export_drop,
	'export.take': m.audit_act_export_take,
	'checkpoint.export': m.audit_act_checkpoint_export,
	'deployment.create': m.audit_act_deployment_create,
	'deployment.drain': m.audit_act_deployment_drain,
	'deployment.resume': m.audit_act_deployment_resume,
	'deployment.end': m.audit_act_deployment_end,
	'model_server.create': m.audit_act_model_server_create,
	'model_server.restart': m.audit_act_model_server_restart,
	'model_server.end': m.audit_act_model_server_end,
	'model_server.give_up': m.audit_act_model_server_give_up,
	'endpoint.create': m.audit_act_endpoint_create,
	'endpoint.put': m.audit_act_endpoint_put,
	'endpoint.retire': m.audit_act_endpoint_retire,
	'gateway.put': m.audit_act_gateway_put,
	'gateway_key.issue': m.audit_act_gateway_key_issue,
	'gateway_key.revoke': m.audit_act_gateway_key_revoke,
	'gateway.draw': m.audit_act_gateway_draw,
	'gateway.judge': m.audit_act_gateway_judge,
	'feedback.bring': m.audit_act_feedback_bring
};

const isDecision = (name: unknown): name is Parameters<typeof decisionName>[0] => name === 'promote' || name === 'reject' || name === 'more_data';

/** A number by a message that counts. */
const counted = (value: AuditFacts[keyof AuditFacts], words: (n: string) => string): string | null => (typeof value === 'number' ? words(count(value)) : null);

/** Why something failed, from the code of its entry, for the acts that tell of a failure: a code means one thing of a run and another of what a person asked for. Null: no more is known than that it failed. */
const WHY: Partial<Record<AuditAct, (code: string) => string | null>> = {
	'automation.refused': problemTitle,
	'run.failed': problemWords,
	'evaluation.fail': knownProblem,
	'generation.fail': knownProblem,
	'export.fail': (code) => (code === 'gpu_missing' || code === 'converter_missing' ? failedTitle(code) : knownProblem(code)),
	'model_server.give_up': modelServerProblem
};

/** What is known of an act beside its name, in words: whom, which version, how much, how it ended. */
export function factWords({ act, about, facts }: Pick<AuditView, 'act' | 'about' | 'facts'>): string[] {
	const health = act === 'run.stopped_by_rule' ? HEALTH_RULES.find((one) => one === facts.rule) : undefined;
	return [
		about,
		typeof facts.role === 'string' && isRole(facts.role) ? roleName(facts.role) : null,
		isDecision(facts.decision) ? decisionName(facts.decision) : facts.decision === 'roll_back' ? m.checkpoint_rolled_back() : null,
		facts.overridden === true ? m.audit_overridden() : null,
		counted(facts.number, (round) => m.run_round({ round })),
		counted(facts.version, (n) => m.audit_version({ n })),
		typeof facts.objective === 'string' ? facts.objective.toUpperCase() : null,
		counted(facts.rows ?? facts.accepted, (n) => m.audit_rows({ n })),
		counted(facts.added, (n) => m.audit_gold({ n })),
		counted(facts.points, (n) => m.audit_points({ n })),
		counted(facts.complete, (n) => m.audit_complete({ n })),
		health === undefined ? null : HEALTH_WORDS[health].name(),
		act === 'judgment.void' && typeof facts.reason === 'string' ? whyVoid(facts.reason) : null,
		...[facts.format, facts.split].map((name) => (typeof name === 'string' ? name : null)),
		typeof facts.code === 'string' ? (WHY[act]?.(facts.code) ?? null) : null
	].filter((word) => word !== null);
}
