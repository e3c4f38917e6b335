import { automationStep } from '../../domain/automation.ts';
import type { Automation } from '../../domain/automation.ts';
import { rolesFor } from '../../domain/permission.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Problem, Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as automations from '../db/automations.ts';
import type { StepReason } from '../db/automations.ts';
import * as members from '../db/members.ts';
import * as notifications from '../db/notifications.ts';
import * as rounds from '../db/rounds.ts';
import * as users from '../db/users.ts';
import { freezeSnapshot } from './freeze-snapshot.ts';
import { readAgreement } from './read-agreement.ts';
import { startRunIn } from './start-run.ts';
import { inTransaction } from './transaction.ts';

/** One worker is at a project's automation so long at most: a freeze of a million comparisons takes a quarter of an hour. */
const HELD_SECONDS = 3600;

type At = { projectId: string; slug: string; round: number; roundId: string; settings: Automation; because: StepReason };

/** In whose name it acts: whoever set it, with the rights that they have now. */
async function standIn(app: Pick<App, 'db'>, userId: string): Promise<Actor | null> {
	const account = await users.get(app.db, userId);
	return account && account.deactivatedAt === null ? { userId, isAdmin: account.isAdmin, via: 'system', scopes: null } : null;
}

/** Freezes what was judged by the saved rule and puts a run on it in line, with the step that says so; all that follows a run follows. */
async function begin(app: App, actor: Actor | null, { projectId, slug, round, roundId, settings, because }: At): Promise<Result<null>> {
	if (!actor) return fail('forbidden', 'Whoever set this up is no longer active here. Somebody else must save it anew.');
	const frozen = await freezeSnapshot(app, actor, { slug, rounds: [round], saved: { name: settings.rule } });
	if (!frozen.ok) return frozen;
	return inTransaction(app.db, async (tx) => {
		// A freeze takes its time: somebody may have started a run meanwhile, or switched this off.
		await rounds.lock(tx, roundId);
		const [set, facts] = [await automations.get(tx, projectId), await automations.facts(tx, projectId)];
		if (!set?.settings.enabled || !facts.collecting || facts.roundId !== roundId) return fail('conflict', 'While the snapshot was frozen, somebody went on with the round, or switched this off.');
		const started = await startRunIn(app, tx, actor, { slug, snapshotId: frozen.value.id, recipe: settings.recipe });
		if (!started.ok) return started;
		const made = { snapshotId: frozen.value.id, runId: started.value.id };
		await automations.insertStep(tx, { projectId, roundId, kind: 'begun', because, ...made });
		await record(tx, null, { action: 'automation.begin', projectId, subject: ['round', roundId], details: { ...because, ...made } });
		return ok(null);
	});
}

/** Writes down why nothing was begun. */
async function refuse(app: Pick<App, 'db'>, { projectId, roundId, because }: At, { code, detail }: Problem): Promise<void> {
	await app.db.transaction(async (tx) => {
		await automations.insertStep(tx, { projectId, roundId, kind: 'refused', because: { ...because, problem: { code, detail } } });
		await record(tx, null, { action: 'automation.refused', projectId, subject: ['round', roundId], details: { ...because, code } });
	});
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
	if (!begun.ok) await refuse(app, at, begun.problem);
	return begun.ok ? 'begun' : 'refused';
}

/**
 * Looks at every project whose rounds go on by themselves, and does what is to be
 * done now; gives how many that were. Called by the workers; one is at a project
 * at a time. A run is in line together with the step that tells of it, or neither
 * is: what dies in between has begun nothing.
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
