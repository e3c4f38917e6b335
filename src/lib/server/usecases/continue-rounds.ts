import { automationStep } from '../../domain/automation.ts';
import type { Automation } from '../../domain/automation.ts';
import { rolesFor } from '../../domain/permission.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Problem, Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as automations from '../db/automations.ts';
import type { StepReason } from '../db/automations.ts';
import * as members from '../db/members.ts';
import * as notifications from '../db/notifications.ts';
import * as rounds from '../db/rounds.ts';
import * as users from '../db/users.ts';
import { cloneRunIn } from './clone-run.ts';
import { freezeSnapshot } from './freeze-snapshot.ts';
import { readAgreement } from './read-agreement.ts';
import { readSweep } from './read-sweep.ts';
import { startRunIn } from './start-run.ts';
import { startSweepIn } from './start-sweep.ts';
import { inTransaction } from './transaction.ts';

/** One worker is at a project's automation so long at most: a freeze of a million comparisons takes a quarter of an hour. */
const HELD_SECONDS = 3600;

type At = { projectId: string; slug: string; round: number; roundId: string; settings: Automation; version: number; because: StepReason };

/** In whose name it acts: whoever set it, with the rights that they have now. */
async function standIn(app: Pick<App, 'db'>, userId: string): Promise<Actor | null> {
	const account = await users.get(app.db, userId);
	return account && account.deactivatedAt === null ? { userId, isAdmin: account.isAdmin, via: 'system', scopes: null } : null;
}

/** What is put in line: a run, or the sweep that tells with which settings. */
type Begun = { kind: 'begun'; snapshotId: string; runId: string } | { kind: 'swept'; snapshotId: string; sweepId: string };

/** Puts something in line together with the step that says so, where the round still stands as it was found: a look takes its time, and somebody may have gone on with it, or switched this off. */
async function putInLine(app: App, { projectId, round, roundId, version, because }: At, put: (tx: Tx) => Promise<Result<Begun>>): Promise<Result<null>> {
	return inTransaction(app.db, async (tx) => {
		await rounds.lock(tx, roundId);
		const [set, facts] = [await automations.get(tx, projectId), await automations.facts(tx, projectId)];
		if (!set?.settings.enabled || !facts.collecting || facts.roundId !== roundId) return fail('conflict', `Somebody went on with round ${round}, or switched this off.`);
		const begun = await put(tx);
		if (!begun.ok) return begun;
		const { kind, ...made } = begun.value;
		await automations.insertStep(tx, { projectId, roundId, kind, version, because, ...made });
		await record(tx, null, { action: kind === 'begun' ? 'automation.begin' : 'automation.sweep', projectId, subject: ['round', roundId], details: { ...because, ...made } });
		return ok(null);
	});
}

/** Freezes what was judged by the saved rule and puts a run on it in line, or a sweep; all that follows a run follows. */
async function begin(app: App, actor: Actor, at: At): Promise<Result<null>> {
	const { slug, settings } = at;
	const frozen = await freezeSnapshot(app, actor, { slug, rounds: [at.round], saved: { name: settings.rule } });
	if (!frozen.ok) return frozen;
	const { id: snapshotId } = frozen.value;
	return putInLine(app, at, async (tx) => {
		if (settings.sweep) {
			const started = await startSweepIn(app, tx, actor, { slug, snapshotId, recipe: settings.recipe, plan: settings.sweep });
			return started.ok ? ok({ kind: 'swept', snapshotId, sweepId: started.value.id }) : started;
		}
		const started = await startRunIn(app, tx, actor, { slug, snapshotId, recipe: settings.recipe });
		return started.ok ? ok({ kind: 'begun', snapshotId, runId: started.value.id }) : started;
	});
}

/** What came of an attempt to go on; `sweepEnds`: what was tried cannot be followed by itself, whatever is changed. */
type Attempted = Result<null> & { sweepEnds?: true };

/** Puts a run in line with the best settings of a sweep. Where none can be called the best, a person chooses: the first of several that cannot be told apart would be luck. */
async function trainBest(app: App, actor: Actor, at: At, sweepId: string): Promise<Attempted> {
	const sweep = await readSweep(app, actor, sweepId);
	if (!sweep.ok) return sweep;
	const { ranking, snapshot } = sweep.value;
	const { best } = ranking;
	if (best === null) {
		const why = ranking.order.length === 0 ? 'No run of the sweep came to a score. Its page says what became of each.' : 'None of the sweep’s runs can be called the best: there are too few questions to tune on. Compare them on the sweep’s page, and start the one that you choose.';
		return { ...fail('conflict', why), sweepEnds: true };
	}
	return putInLine(app, at, async (tx) => {
		const started = await cloneRunIn(app, tx, actor, best);
		return started.ok ? ok({ kind: 'begun', snapshotId: snapshot.id, runId: started.value.id }) : started;
	});
}

/** Lets those know of a step who may start runs: what it waits for, or could not do, they can do. */
async function tellStarters(tx: Tx, { projectId, kind, stepId }: { projectId: string; kind: 'approval' | 'refused'; stepId: string }): Promise<void> {
	const able: readonly string[] = rolesFor('run.start');
	const people = (await members.list(tx, projectId)).filter(({ role, deactivatedAt }) => deactivatedAt === null && able.includes(role));
	await notifications.notify(tx, { projectId, kind, subjectId: stepId, comparisonId: null, userIds: people.map(({ userId }) => userId) });
}

/** Writes down why nothing was begun. */
async function refuse(app: Pick<App, 'db'>, { projectId, roundId, version, because }: At, { code, detail }: Problem, sweepEnds: boolean): Promise<void> {
	await app.db.transaction(async (tx) => {
		const stepId = await automations.insertStep(tx, { projectId, roundId, kind: 'refused', version, because: { ...because, problem: { code, detail }, ...(sweepEnds ? { sweepEnds } : {}) } });
		await tellStarters(tx, { projectId, kind: 'refused', stepId });
		await record(tx, null, { action: 'automation.refused', projectId, subject: ['round', roundId], details: { ...because, code } });
	});
}

/** Lets people know that an automation asks, and writes down that it did. */
async function ask(app: Pick<App, 'db'>, at: At): Promise<void> {
	await app.db.transaction(async (tx) => {
		const stepId = await automations.insertStep(tx, { projectId: at.projectId, roundId: at.roundId, kind: 'asked', version: at.version, because: at.because });
		await tellStarters(tx, { projectId: at.projectId, kind: 'approval', stepId });
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

async function act(app: App, actor: Actor | null, at: At, sweepId: string | null): Promise<Attempted> {
	if (!actor) return fail('forbidden', 'Whoever set this up is no longer active here. Somebody else must save it anew.');
	return sweepId === null ? begin(app, actor, at) : trainBest(app, actor, at, sweepId);
}

/** Does what one project's automation is to do now. Gives what that was. */
async function continueRound(app: App, projectId: string, measured: Measured): Promise<'nothing' | 'asked' | 'begun' | 'refused'> {
	const set = await automations.get(app.db, projectId);
	if (!set) return 'nothing';
	const { roundId, round, ...found } = await automations.facts(app.db, projectId);
	const facts = { ...found, version: set.version };
	const { slug } = await members.projectById(app.db, projectId);
	const actor = await standIn(app, set.byUserId);
	let step = automationStep(set.settings, facts);
	if (step.do === 'measure') step = automationStep(set.settings, { ...facts, agreement: await agreementOf(app, actor, { projectId, slug, round, ...facts }, measured) });
	if (step.do === 'nothing' || step.do === 'measure') return 'nothing';
	const at: At = { projectId, slug, round, roundId, settings: set.settings, version: set.version, because: step.because };
	if (step.do === 'ask') {
		await ask(app, at);
		return 'asked';
	}
	const begun = await act(app, actor, at, step.do === 'train_best' && facts.sweep ? facts.sweep.id : null);
	if (!begun.ok) await refuse(app, at, begun.problem, begun.sweepEnds ?? false);
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
