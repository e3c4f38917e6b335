import { approvalOf, automationStep, runsOfBeginning } from '../../domain/automation.ts';
import type { Automation, AutomationStep } from '../../domain/automation.ts';
import type { Action } from '../../domain/permission.ts';
import { fail, ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { planProblems } from '../../domain/sweep-plan.ts';
import type { Objective } from '../../domain/training-recipe.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as automations from '../db/automations.ts';
import type { AutomationRecord, SetAutomation } from '../db/automations.ts';
import type { Executor } from '../db/client.ts';
import * as snapshotRules from '../db/snapshot-rules.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** Steps that are shown. */
const SHOWN = 50;

/** What an automation does. It acts with all rights of whoever set it; a token that lacks these must not come to them so. */
const ACTS: readonly Action[] = ['snapshot.create', 'run.start'];

/** What a project lets happen by itself: its settings, what it would do now and why, and what it did. */
export type AutomationView = { automation: Omit<SetAutomation, 'byUserId' | 'version'> | null; round: number; complete: number; now: AutomationStep | null; waitsForApproval: boolean; rules: string[]; steps: AutomationRecord[] };

/** A project's automation as it stands: what it would do now, and whether that waits for somebody's yes. */
export async function automationNow(db: Executor, projectId: string): Promise<{ set: SetAutomation | null; facts: Awaited<ReturnType<typeof automations.facts>>; now: AutomationStep | null; waitsForApproval: boolean }> {
	const [set, facts] = await Promise.all([automations.get(db, projectId), automations.facts(db, projectId)]);
	const now = set && automationStep(set.settings, { ...facts, version: set.version });
	return { set, facts, now, waitsForApproval: set !== null && set.settings.enabled && set.settings.approval && facts.collecting && approvalOf({ ...facts, version: set.version }) === 'asked' };
}

/** Reads a project's automation. */
export async function readAutomation(app: Pick<App, 'db'>, actor: Actor, slug: string): Promise<Result<AutomationView>> {
	const access = await allow(app.db, actor, { slug }, 'automation.read');
	if (!access.ok) return access;
	const { id } = access.value.project;
	const [{ set, facts, now, waitsForApproval }, steps, rules] = await Promise.all([automationNow(app.db, id), automations.steps(app.db, id, SHOWN), snapshotRules.list(app.db, id)]);
	return ok({
		automation: set && { settings: set.settings, byName: set.byName, setAt: set.setAt },
		round: facts.round,
		complete: facts.complete,
		now,
		waitsForApproval,
		rules: [...new Set(rules.map(({ name }) => name))],
		steps
	});
}

/** Sets what a project lets happen by itself. What it does from then on is done with the rights of whoever set it; a token with limited scopes must have those that it takes. */
export async function putAutomation(app: Pick<App, 'db'>, actor: Actor, input: { slug: string; settings: Automation }): Promise<Result<{ enabled: boolean }>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'automation.manage');
		if (!access.ok) return access;
		const projectId = access.value.project.id;
		const { settings } = input;
		const lacking = settings.enabled ? ACTS.find((action) => actor.scopes && !actor.scopes.includes(action)) : undefined;
		if (lacking) return fail('scope_missing', `This token lacks the scope “${lacking}” and so cannot have it done by itself.`);
		const rule = await snapshotRules.get(tx, { projectId, name: settings.rule, version: null });
		if (!rule) return wrongField('rule', `no rule is saved as “${settings.rule}”: save one where a snapshot is frozen`);
		if (settings.sweep) {
			const [wrong] = planProblems(settings.sweep, rule.objective as Objective);
			if (wrong) return wrongField('sweep', wrong.setting === null ? wrong.message : `${wrong.setting}: ${wrong.message}`);
			if (runsOfBeginning(settings) > settings.maxRunsPerWeek) return wrongField('maxRunsPerWeek', `at least ${runsOfBeginning(settings)}: the sweep’s runs and the one that follows them`);
		}
		await automations.put(tx, { projectId, settings, byUserId: actor.userId });
		await record(tx, actor, { action: 'automation.put', projectId, subject: ['project', projectId], details: { ...settings } });
		return ok({ enabled: settings.enabled });
	});
}
