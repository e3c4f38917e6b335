import { automationStep } from '../../domain/automation.ts';
import type { Automation } from '../../domain/automation.ts';
import { rolesFor } from '../../domain/permission.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as automations from '../db/automations.ts';
import type { StepReason } from '../db/automations.ts';
import * as members from '../db/members.ts';
import * as notifications from '../db/notifications.ts';
import * as users from '../db/users.ts';
import { freezeSnapshot } from './freeze-snapshot.ts';
import { readAgreement } from './read-agreement.ts';
import { startRun } from './start-run.ts';

/** One worker is at a project's automation so long at most: a freeze of a million comparisons takes a quarter of an hour. */
const HELD_SECONDS = 3600;

type At = { projectId: string; slug: string; round: number; roundId: string; settings: Automation; because: StepReason };

/** In whose name it acts: whoever set it, with the rights that they have now. */
async function standIn(app: Pick<App, 'db'>, userId: string): Promise<Actor | null> {
	const account = await users.get(app.db, userId);
	return account && account.deactivatedAt === null ? { userId, isAdmin: account.isAdmin, via: 'system', scopes: null } : null;
}

/** Freezes what was judged by the saved rule and puts a run on it in line; all that follows a run follows. */
async function begin(app: App, actor: Actor | null, at: At): Promise<Result<{ snapshotId: string; runId: string }>> {
	if (!actor) return fail('forbidden', 'Whoever set this up is no longer active here. Somebody else must save it anew.');
	const frozen = await freezeSnapshot(app, actor, { slug: at.slug, rounds: [at.round], saved: { name: at.settings.rule } });
	if (!frozen.ok) return frozen;
	// A freeze takes its time: somebody may have started a run meanwhile, or switched this off.
	const [set, facts] = [await automations.get(app.db, at.projectId), await automations.facts(app.db, at.projectId)];
	if (!set?.settings.enabled || !facts.collecting || facts.roundId !== at.roundId) return fail('conflict', 'While the snapshot was frozen, somebody went on with the round, or switched this off.');
	const started = await startRun(app, actor, { slug: at.slug, snapshotId: frozen.value.id, recipe: at.settings.recipe });
	return started.ok ? ok({ snapshotId: frozen.value.id, runId: started.value.id }) : started;
}

/** Lets people know that an automation asks, and writes down that it did. */
async function ask(app: Pick<App, 'db'>, at: At): Promise<void> {
	await app.db.transaction(async (tx) => {
		const stepId = await automations.insertStep(tx, { projectId: at.projectId, roundId: at.roundId, kind: 'asked', because: at.because });
		const able: readonly string[] = rolesFor('run.start');
		const people = (await members.list(tx, at.projectId)).filter(({ role, deactivatedAt }) => deactivatedAt === null && able.includes(role));
		await notifications.notify(tx, { projectId: at.projectId, kind: 'approval', subjectId: stepId, comparisonId: null, userIds: people.map(({ userId }) => userId) });
		await record(tx, null, { action: 'automation.ask', projectId: at.projectId, subject: ['round', at.roundId], details: { ...at.because } });
	});
}

/** How long an agreement that was too low is taken as read: measuring it takes a core for a second and more. */
const MEASURED_MS = 60_000;

/** Agreement as this worker last measured it, by project. */
export type Measured = Map<string, { round: number; complete: number; at: number; agreement: number | null }>;

/** Nominal α of a round's judgments; null: too few to say. Measured again when more was judged, and not more than once a minute. */
async function agreementOf(app: App, actor: Actor | null, of: { projectId: string; slug: string; round: number; complete: number; now: string }, measured: Measured): Promise<number | null> {
	const known = measured.get(of.projectId);
	const at = Date.parse(of.now);
	if (known?.round === of.round && (known.complete === of.complete || at - known.at < MEASURED_MS)) return known.agreement;
	const read = actor && (await readAgreement(app, actor, { slug: of.slug, round: of.round }));
	const agreement = read?.ok ? read.value.alphaNominal.value : null;
	measured.set(of.projectId, { round: of.round, complete: of.complete, at, agreement });
	return agreement;
}

/** Does what one project's automation is to do now. Gives what that was. */
async function continueRound(app: App, projectId: string, measured: Measured): Promise<'nothing' | 'asked' | 'begun' | 'refused'> {
	const set = await automations.get(app.db, projectId);
	if (!set) return 'nothing';
	const { roundId, round, ...found } = await automations.facts(app.db, projectId);
	const facts = { ...found, setAt: set.setAt };
	const { slug } = await members.projectById(app.db, projectId);
	const actor = await standIn(app, set.byUserId);
	let step = automationStep(set.settings, facts);
	if (step.do === 'measure') step = automationStep(set.settings, { ...facts, agreement: await agreementOf(app, actor, { projectId, slug, round, ...facts }, measured) });
	if (step.do === 'nothing' || step.do === 'measure') return 'nothing';
	const at: At = { projectId, slug, round, roundId, settings: set.settings, because: step.because };
	if (step.do === 'ask') {
		await ask(app, at);
		return 'asked';
	}
	const begun = await begin(app, actor, at);
	const { because } = at;
	await app.db.transaction(async (tx) => {
		await automations.insertStep(tx, { projectId, roundId, ...(begun.ok ? { kind: 'begun', because, ...begun.value } : { kind: 'refused', because: { ...because, problem: { code: begun.problem.code, detail: begun.problem.detail } } }) });
		await record(tx, null, { action: begun.ok ? 'automation.begin' : 'automation.refused', projectId, subject: ['round', roundId], details: begun.ok ? { ...because, ...begun.value } : { ...because, code: begun.problem.code } });
	});
	return begun.ok ? 'begun' : 'refused';
}

/**
 * Looks at every project whose rounds go on by themselves, and does what is to be
 * done now; gives how many that were. Called by the workers; one is at a project
 * at a time, and what it had begun when it died shows in the round: a run that is
 * in line is not begun again.
 */
export async function continueRounds(app: App, measured: Measured = new Map()): Promise<number> {
	let done = 0;
	for (const projectId of await automations.enabled(app.db)) {
		const held = await automations.hold(app.db, projectId, HELD_SECONDS);
		if (held === null) continue;
		try {
			if ((await continueRound(app, projectId, measured)) !== 'nothing') done += 1;
		} catch (error) {
			app.log.warn({ err: error, projectId }, 'a round could not be continued');
		} finally {
			await automations.release(app.db, projectId, held);
		}
	}
	return done;
}
