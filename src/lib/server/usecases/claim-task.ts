import { completePolicy, mixesIn } from '../../domain/judging-policy.ts';
import { opposite, sideOrder } from '../../domain/presentation.ts';
import type { SideOrder } from '../../domain/presentation.ts';
import { drawPurpose, sideOrderApart } from '../../domain/work-mix.ts';
import type { JudgingForm } from '../../domain/judging-form.ts';
import type { Mode } from '../../domain/verdict.ts';
import type { StoredDraft } from '../../domain/draft.ts';
import type { Message } from '../../domain/message.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { Actor } from '../auth/actor.ts';
import { newSecret, secretHash } from '../auth/secrets.ts';
import type { App } from '../app.ts';
import * as assignedSlots from '../db/assigned-slots.ts';
import type { Db, Tx } from '../db/client.ts';
import * as drafts from '../db/drafts.ts';
import * as gold from '../db/gold.ts';
import type { Project } from '../db/members.ts';
import * as openPlaces from '../db/open-places.ts';
import * as progress from '../db/progress.ts';
import type { FreeSlot } from '../db/slots.ts';
import * as tasks from '../db/tasks.ts';
import { MAX_LIVE_LEASES } from '../db/tasks.ts';
import type { LeasedTask, OwnTask } from '../db/tasks.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** How long a client waits before it asks again when there was nothing. */
export const RETRY_AFTER_SECONDS = 15;

/** A pair as the annotator sees it: left and right, no source. */
export type ClaimedTask = {
	taskId: string;
	leaseToken: string;
	leaseExpiresAt: string;
	mode: Mode;
	prompt: { messages: Message[] };
	left: { messages: Message[] };
	right: { messages: Message[] } | null;
	guideline: { version: number; body: string } | null;
	/** What is asked besides the verdict; null: nothing but an optional rationale. */
	form: { version: number; form: JudgingForm } | null;
	/** What was typed on it before, on whatever device. */
	draft: StoredDraft | null;
};

/** A turn without its speaker's name: an import may have put the model's there. */
export const unnamed = (messages: Message[]): Message[] => messages.map(({ role, content }) => ({ role, content }));

/** A task that was just leased, with the token that goes with it. */
type Leased = { task: LeasedTask; leaseToken: string };

/** A leased task as its holder sees it: sides in their order, no names. */
export function shown({ task, leaseToken }: Leased, draft: StoredDraft | null = null): ClaimedTask {
	const [left, right] = task.sideOrder === 'ab' || task.b === null ? [task.a, task.b] : [task.b, task.a];
	return {
		taskId: task.taskId,
		leaseToken,
		leaseExpiresAt: task.leaseExpiresAt,
		mode: task.mode,
		prompt: { messages: unnamed(task.prompt) },
		left: { messages: unnamed(left) },
		right: right === null ? null : { messages: unnamed(right) },
		guideline: task.guideline,
		form: task.form,
		draft
	};
}

type Claimer = { project: Project; roundId: string; actor: Actor; claimKey: string | null; /** Tasks the person was leased in this round. */ had: number; /** Whether work was ever assigned to them. */ assigned: boolean };

async function leaseSlot(tx: Tx, who: Claimer, slot: FreeSlot, { keepsPlace = false } = {}): Promise<Leased | null> {
	const leaseToken = newSecret();
	const task = await tasks.lease(tx, {
		slot,
		projectId: who.project.id,
		roundId: who.roundId,
		userId: who.actor.userId,
		via: who.actor.via,
		sideOrder: sideOrder({ seed: who.project.seed, comparison: slot.contentHash, position: slot.position }),
		leaseTokenHash: secretHash(leaseToken),
		leaseSeconds: who.project.leaseSeconds,
		claimKey: who.claimKey,
		keepsPlace
	});
	return task && { task, leaseToken };
}

/** Leases a comparison apart from its places, under a lease like any other: nothing in it tells. */
async function leaseApart(tx: Tx, who: Claimer, of: { comparisonId: string; purpose: 'gold' | 'repeat'; sideOrder: SideOrder }): Promise<Leased> {
	const leaseToken = newSecret();
	const task = await tasks.leaseApart(tx, {
		...of,
		projectId: who.project.id,
		roundId: who.roundId,
		userId: who.actor.userId,
		via: who.actor.via,
		leaseTokenHash: secretHash(leaseToken),
		leaseSeconds: who.project.leaseSeconds,
		claimKey: who.claimKey
	});
	return { task, leaseToken };
}

async function leaseGold(tx: Tx, who: Claimer, warmUp: boolean): Promise<Leased | null> {
	const { project, actor: { userId } } = who;
	const item = await gold.nextGold(tx, { projectId: project.id, userId, warmUp });
	return item && leaseApart(tx, who, { comparisonId: item.comparisonId, purpose: 'gold', sideOrder: sideOrderApart({ seed: project.seed, comparison: item.contentHash, userId }) });
}

/** Gold or a repeat where the project's policy draws it and there is one for this person; null: a counting pair it is. */
async function drawApart(tx: Tx, who: Claimer): Promise<Leased | null> {
	const policy = completePolicy(who.project.judgingPolicy);
	if (!mixesIn(policy)) return null;
	const { project, roundId } = who;
	const { userId } = who.actor;
	const draw = (met: number) => drawPurpose({ seed: project.seed, userId, had: who.had, gold: met, policy });
	const drawn = draw(policy.warmUp === 0 ? 0 : await gold.metBy(tx, project.id, userId));
	const warmUp = drawn === 'warm_up' ? await leaseGold(tx, who, true) : null;
	if (warmUp) return warmUp;
	// No item of the warm-up is left for this person: it is over for them, and all is mixed as after it.
	const then = drawn === 'warm_up' ? draw(policy.warmUp) : drawn;
	if (then === 'gold') return leaseGold(tx, who, false);
	if (then !== 'repeat') return null;
	const again = await gold.nextRepeat(tx, { projectId: project.id, roundId, userId, after: policy.repeatAfter });
	return again?.sideOrder ? leaseApart(tx, who, { comparisonId: again.comparisonId, purpose: 'repeat', sideOrder: opposite(again.sideOrder) }) : null;
}

/** The next pair of what was assigned to the person, or delegated to them now: by due date, then in the queue's order, gold and repeats mixed in as ever. */
async function leaseAssigned(tx: Tx, who: Claimer): Promise<Leased | null> {
	if (!who.assigned) return null;
	const { userId } = who.actor;
	for (const batch of await assignedSlots.batches(tx, { projectId: who.project.id, roundId: who.roundId, userId })) {
		for (const from of batch.cursor >= 0 ? [batch.cursor, -1] : [-1]) {
			for (let slot = await assignedSlots.nextAssigned(tx, { assignmentId: batch.id, userId, after: from }); slot; ) {
				const apart = await drawApart(tx, who);
				if (apart) return apart;
				const task = await leaseSlot(tx, who, slot, { keepsPlace: true });
				if (task) {
					await assignedSlots.moveTo(tx, { assignmentId: batch.id, userId, cursor: slot.orderKey });
					return task;
				}
				slot = await assignedSlots.nextAssigned(tx, { assignmentId: batch.id, userId, after: slot.orderKey });
			}
		}
		await assignedSlots.nothingIn(tx, { assignmentId: batch.id, userId });
	}
	return null;
}

/** The next pair: assigned work first, then the queue. Gold and repeats are mixed into real work, never given for want of it. */
async function leaseNext(tx: Tx, who: Claimer, cursor: number, found: FreeSlot | null): Promise<Leased | null> {
	const assigned = await leaseAssigned(tx, who);
	if (assigned) return assigned;
	const { roundId, actor: { userId } } = who;
	const lease = async (slot: FreeSlot) => (await drawApart(tx, who)) ?? leaseSlot(tx, who, slot);
	const near = found ?? (await openPlaces.nextNear(tx, { roundId, userId, after: cursor }));
	const task = near && (await lease(near));
	if (task) return task;
	// Little is left, or little of it is for this person: everything is looked at, at once.
	for (let after: openPlaces.OpenPlace | null = null; ; ) {
		const page = await openPlaces.list(tx, { roundId, userId, cursor, after });
		after = page.at(-1) ?? null;
		if (!after) return null;
		for (const wait of [false, true]) {
			for (let left = page, slot = await openPlaces.lockOne(tx, left, { userId, cursor, wait }); slot; slot = await openPlaces.lockOne(tx, left, { userId, cursor, wait })) {
				const { id } = slot;
				const task = await lease(slot);
				if (task) return task;
				left = left.filter((place) => place.id !== id);
			}
		}
	}
}

/** The same request again (its answer was lost): the same task under a new lease token. */
async function repeatClaim(tx: Tx, who: Claimer, before: OwnTask, liveNow: number): Promise<Result<Leased | null>> {
	if (before.projectId !== who.project.id) return fail('key_reused', 'This Idempotency-Key was used for a claim in another project. Use a new one.');
	const held = before.state === 'live' && (before.live || liveNow < MAX_LIVE_LEASES) && (before.purpose !== 'counting' || (await tasks.lockHeldSlot(tx, before.id)) !== null);
	if (!held) return fail('conflict', 'The task of this claim is over. Claim again with a new Idempotency-Key.');
	const leaseToken = newSecret();
	const task = await tasks.renewToken(tx, before.id, secretHash(leaseToken), who.project.leaseSeconds);
	return ok(task && { task, leaseToken });
}

/**
 * Leases the next pair to a person; null when there is nothing to do for them.
 * Who already holds three live leases gives one back: the newest of another
 * project or an earlier round, whose page was left for this one; and with all
 * three in this round gets the oldest again under a new lease, because a page
 * that was reloaded has lost its tokens. Nobody is told to wait for themselves.
 */
export async function claimTask(
	app: { db: Db } & Partial<App>,
	actor: Actor,
	input: { slug: string; claimKey?: string | null }
): Promise<Result<ClaimedTask | null>> {
	return inTransaction(app.db, async (tx) => {
		const claimed = await claim(tx, actor, input);
		if (!claimed.ok) return claimed;
		const leased = claimed.value;
		return ok(leased && shown(leased, leased.task.drafted ? await drafts.standing(tx, leased.task.taskId) : null));
	});
}

async function claim(tx: Tx, actor: Actor, input: { slug: string; claimKey?: string | null }): Promise<Result<Leased | null>> {
	const claimKey = input.claimKey ?? null;
	// Sent together, in this order: the person is locked before their tasks are read. A refusal takes the lock's row back with it.
	const [place, access, own, next] = await Promise.all([
		progress.lockNewest(tx, input.slug, actor.userId),
		allow(tx, actor, { slug: input.slug }, 'task.judge'),
		tasks.ownTasks(tx, actor.userId, claimKey),
		openPlaces.nextNewest(tx, { slug: input.slug, userId: actor.userId, claimKey })
	]);
	if (!access.ok) return access;
	if (!access.value.role) return fail('forbidden', 'Only members of the project judge. Give yourself the role of annotator or reviewer first.');
	const { project } = access.value;
	if (!place) throw new Error(`project ${project.id} has no round`);
	const { roundId, cursor, claimed, assigned } = place;
	const who: Claimer = { project, roundId, actor, claimKey, had: claimed, assigned };
	const repeated = own.find((task) => task.claimed);
	const live = own.filter((task) => task.live);
	if (repeated) return repeatClaim(tx, who, repeated, live.length);
	const elsewhere = live.findLast((task) => task.roundId !== roundId);
	if (live.length >= MAX_LIVE_LEASES && !elsewhere) {
		for (const task of live) {
			const { comparisonId, purpose, sideOrder } = task;
			if (purpose === 'gold' || purpose === 'repeat') {
				await tasks.lapse(tx, task.id);
				return ok(await leaseApart(tx, who, { comparisonId, purpose, sideOrder }));
			}
			const slot = await tasks.lockHeldSlot(tx, task.id);
			if (!slot) continue;
			await tasks.lapse(tx, task.id);
			const again = await leaseSlot(tx, who, slot);
			if (again) return ok(again);
		}
		return fail('too_many_leases', `You hold ${live.length} tasks. Judge or skip one first.`, { facts: { retryAfter: RETRY_AFTER_SECONDS } });
	}
	// A round that was opened between the two statements is for the next claim.
	const task = await leaseNext(tx, who, cursor, next?.roundId === roundId ? next : null);
	if (task && live.length >= MAX_LIVE_LEASES && elsewhere) await tasks.lapse(tx, elsewhere.id);
	return ok(task);
}
