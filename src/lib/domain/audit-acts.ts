import type { Action } from './permission.ts';

/** What an act is about, as its page offers to narrow them. */
export const AUDIT_TOPICS = ['people', 'rules', 'data', 'training', 'decisions', 'serving'] as const;
export type AuditTopic = (typeof AUDIT_TOPICS)[number];

const people = (needs: Action) => ({ topic: 'people' as const, needs });
const rules = (needs: Action) => ({ topic: 'rules' as const, needs });
const data = (needs: Action) => ({ topic: 'data' as const, needs });
const training = (needs: Action) => ({ topic: 'training' as const, needs });
const decisions = (needs: Action) => ({ topic: 'decisions' as const, needs });
const serving = (needs: Action) => ({ topic: 'serving' as const, needs });

/**
 * Acts of the audit that its page tells, each with what somebody must be allowed to see who reads of it. What is done
 * to a single question or answer – judging, skipping, talking – is in the record too, and has pages of its own.
 */
export const AUDIT_ACTS = {
	'member.put': people('members.read'),
	'member.remove': people('members.read'),
	'member.skills': people('members.read'),
	'wall.raise': people('walls.manage'),
	'wall.lift': people('walls.manage'),
	'group.put': people('assignment.manage'),
	'group.remove': people('assignment.manage'),
	'assignment.create': people('assignment.manage'),
	'assignment.end': people('assignment.manage'),
	'assignment.overdue': people('assignment.manage'),
	'delegation.create': people('assignment.manage'),
	'delegation.end': people('assignment.manage'),

	'project.create': rules('project.read'),
	'guideline.put': rules('guideline.read'),
	'form.put': rules('project.read'),
	'policy.put': rules('project.read'),
	'gold.put': rules('gold.manage'),
	'gold.retire': rules('gold.manage'),
	'gate.put': rules('checkpoint.read'),
	'four_eyes.put': rules('checkpoint.read'),
	'suite.put': rules('checkpoint.read'),
	'automation.put': rules('automation.read'),
	'desensitisation.put': rules('desensitisation.manage'),
	'snapshot_rule.put': rules('snapshot.read'),
	'grouping.put': rules('import.read'),
	'webhook.create': rules('webhook.manage'),
	'webhook.retire': rules('webhook.manage'),
	'webhook.send_again': rules('webhook.manage'),

	'import.publish': data('import.read'),
	'import.refused': data('import.read'),
	'import.failed': data('import.read'),
	'import.rescan': data('import.read'),
	'import.discard': data('import.read'),
	'import.undo': data('import.read'),
	'near_duplicate.decide': data('import.read'),
	'original.read': data('original.read'),
	'judgment.void': data('judgment.read'),
	'adjudication.decide': data('judgment.read'),
	'adjudication.send_back': data('judgment.read'),
	'judgment.export': data('judgment.read'),
	'round.open': data('round.read'),
	'snapshot.freeze': data('snapshot.read'),
	'snapshot.export': data('snapshot.read'),
	'archive.export': data('archive.export'),
	'archive.import': data('archive.export'),

	'run.start': training('run.read'),
	'run.pause': training('run.read'),
	'run.continue': training('run.read'),
	'run.cancel': training('run.read'),
	'run.cancelled': training('run.read'),
	'run.failed': training('run.read'),
	'run.stopped_by_rule': training('run.read'),
	'sweep.start': training('run.read'),
	'sweep.cancel': training('run.read'),
	'automation.ask': training('automation.read'),
	'automation.approve': training('automation.read'),
	'automation.decline': training('automation.read'),
	'automation.begin': training('automation.read'),
	'automation.sweep': training('automation.read'),
	'automation.refused': training('automation.read'),
	'checkpoint.register': training('checkpoint.read'),
	'evaluation.finish': training('checkpoint.read'),
	'evaluation.fail': training('checkpoint.read'),
	'evaluation.stop': training('checkpoint.read'),
	'evaluation.again': training('checkpoint.read'),
	'generation.stop': training('checkpoint.read'),
	'suite.run': training('checkpoint.read'),
	'suite.finish': training('checkpoint.read'),
	'suite.cancel': training('checkpoint.read'),
	'suite.again': training('checkpoint.read'),
	'generation.start': training('generation.read'),
	'generation.cancel': training('generation.read'),
	'generation.again': training('generation.read'),
	'generation.fail': training('generation.read'),

	'checkpoint.propose': decisions('checkpoint.read'),
	'checkpoint.decide': decisions('checkpoint.read'),
	'checkpoint.withdraw': decisions('checkpoint.read'),
	'checkpoint.decline': decisions('checkpoint.read'),
	'decision.report': decisions('checkpoint.read'),
	'report.export': decisions('checkpoint.read'),

	'export.start': serving('checkpoint.read'),
	'export.finish': serving('checkpoint.read'),
	'export.fail': serving('checkpoint.read'),
	'export.cancel': serving('checkpoint.read'),
	'export.again': serving('checkpoint.read'),
	'export.drop': serving('checkpoint.read'),
	'export.take': serving('checkpoint.read'),
	'checkpoint.export': serving('checkpoint.read'),
	'deployment.create': serving('deployment.read'),
	'deployment.drain': serving('deployment.read'),
	'deployment.resume': serving('deployment.read'),
	'deployment.end': serving('deployment.read'),
	'model_server.create': serving('deployment.read'),
	'model_server.restart': serving('deployment.read'),
	'model_server.end': serving('deployment.read'),
	'model_server.give_up': serving('deployment.read'),
	'endpoint.create': serving('endpoint.read'),
	'endpoint.put': serving('endpoint.read'),
	'endpoint.retire': serving('endpoint.read'),
	'gateway.put': serving('gateway.manage'),
	'gateway_key.issue': serving('gateway.manage'),
	'gateway_key.revoke': serving('gateway.manage'),
	'gateway.draw': serving('import.read'),
	'gateway.judge': serving('import.read'),
	'feedback.bring': serving('import.read')
} as const satisfies Record<string, { topic: AuditTopic; needs: Action }>;

export type AuditAct = keyof typeof AUDIT_ACTS;

/** Names of all acts, in the order of the table. */
export const AUDIT_ACT_NAMES = Object.keys(AUDIT_ACTS) as AuditAct[];

/** What judging and asking write with every answer, and what nobody reads as an act: an index leaves it out. */
export const EVERYDAY_ACTS = ['task.claim', 'judgment.submit', 'judgment.supersede', 'judgment.correct', 'slot.fill', 'task.skip', 'bookmark.put', 'bookmark.remove', 'guideline.read', 'comment.add', 'playground.prefer', 'feedback.give'] as const;

/** Facts of an entry that its reader is told: what it was, never whom or what it was about in words. */
const TOLD = ['version', 'objective', 'rows', 'accepted', 'role', 'decision', 'overridden', 'code', 'rule', 'number', 'format', 'split', 'reason', 'complete', 'points', 'added'] as const;
export type AuditFacts = Partial<Record<(typeof TOLD)[number], string | number | boolean>>;

/** What of an entry's details is told. What comes in versions is named by them: `…/3`. */
export function toldFacts(details: Readonly<Record<string, unknown>> | null, subjectId = ''): AuditFacts {
	const version = /\/(\d+)$/.exec(subjectId)?.[1];
	const told: AuditFacts = version === undefined ? {} : { version: Number(version) };
	for (const name of TOLD) {
		const value = details?.[name];
		if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') told[name] = value;
	}
	return told;
}
