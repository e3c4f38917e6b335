import type { Action } from '#lib/domain/permission.ts';
import * as m from '#lib/paraglide/messages.js';

const NAMES: Record<Action, () => string> = {
	'project.create': m.account_scope_project_create,
	'project.read': m.account_scope_project_read,
	'project.configure': m.account_scope_project_configure,
	'guideline.read': m.account_scope_guideline_read,
	'members.read': m.account_scope_members_read,
	'members.manage': m.account_scope_members_manage,
	'import.create': m.account_scope_import_create,
	'import.read': m.account_scope_import_read,
	'import_source.manage': m.account_scope_import_source_manage,
	'endpoint.manage': m.account_scope_endpoint_manage,
	'webhook.manage': m.account_scope_webhook_manage,
	'endpoint.read': m.account_scope_endpoint_read,
	'deployment.manage': m.account_scope_deployment_manage,
	'deployment.read': m.account_scope_deployment_read,
	'gateway.manage': m.account_scope_gateway_manage,
	'generation.start': m.account_scope_generation_start,
	'generation.read': m.account_scope_generation_read,
	'desensitisation.manage': m.account_scope_desensitisation_manage,
	'finding.review': m.account_scope_finding_review,
	'original.read': m.account_scope_original_read,
	'artifact.read': m.account_scope_artifact_read,
	'task.judge': m.account_scope_task_judge,
	'judgment.void': m.account_scope_judgment_void,
	'judgment.adjudicate': m.account_scope_judgment_adjudicate,
	'gold.manage': m.account_scope_gold_manage,
	'walls.manage': m.account_scope_walls_manage,
	'comment.read': m.account_scope_comment_read,
	'comment.write': m.account_scope_comment_write,
	'assignment.manage': m.account_scope_assignment_manage,
	'assignment.own': m.account_scope_assignment_own,
	'judgment.read': m.account_scope_judgment_read,
	'judgment.own': m.account_scope_judgment_own,
	'agreement.read': m.account_scope_agreement_read,
	'round.read': m.account_scope_round_read,
	'snapshot.create': m.account_scope_snapshot_create,
	'snapshot.read': m.account_scope_snapshot_read,
	'snapshot.data': m.account_scope_snapshot_data,
	'run.start': m.account_scope_run_start,
	'run.cancel': m.account_scope_run_cancel,
	'run.read': m.account_scope_run_read,
	'checkpoint.read': m.account_scope_checkpoint_read,
	'checkpoint.decide': m.account_scope_checkpoint_decide,
	'suite.manage': m.account_scope_suite_manage,
	'archive.export': m.account_scope_archive_export,
	'archive.import': m.account_scope_archive_import,
	'fleet.read': m.account_scope_fleet_read,
	'fleet.manage': m.account_scope_fleet_manage,
	'user.manage': m.account_scope_user_manage,
	'audit.verify': m.account_scope_audit_verify
};

/** What a scope allows, in the reader's language. */
export function scopeName(action: Action): string {
	return NAMES[action]();
}
