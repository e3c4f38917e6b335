import type { JudgingForm } from '#lib/domain/judging-form.ts';
import type { Mode } from '#lib/domain/verdict.ts';

/**
 * The pairs on the desk: one is shown, up to two more are leased and prepared
 * behind it, so that the next is there the moment a key is pressed. Pure of
 * browser and network: both come in as parts.
 */
export type TextPart = { type: 'text'; text: string };
export type ImagePart = { type: 'image'; artifact: string; alt?: string };
export type DocumentPart = { type: 'document'; artifact: string; title?: string };
export type Content = string | readonly (TextPart | ImagePart | DocumentPart | { type: string })[];
export type Message = { role: string; content: Content };

/** A leased pair as the API gives it. */
export type HeldTask = {
	taskId: string;
	leaseToken: string;
	leaseExpiresAt: string;
	mode: Mode;
	prompt: { messages: Message[] };
	left: { messages: Message[] };
	/** Null in single-answer mode. */
	right: { messages: Message[] } | null;
	guideline: { version: number; body: string } | null;
	/** What is asked besides the verdict; null (or missing, in what an older page kept): nothing but an optional rationale. */
	form?: { version: number; form: JudgingForm } | null;
	/** What was typed on it before, on whatever device. */
	draft?: { body: Record<string, unknown>; revision: number } | null;
};

export type ClaimAnswer =
	| { kind: 'task'; task: HeldTask }
	/** Nothing to do now. */
	| { kind: 'none'; afterMs: number }
	/** Too many pairs at a time, or too fast. */
	| { kind: 'wait'; afterMs: number }
	| { kind: 'offline' }
	| { kind: 'signed_out' }
	/** `unsure`: the server may have leased a pair before it failed. */
	| { kind: 'problem'; problem: { code?: string; detail?: string }; unsure: boolean };

export type BeatAnswer = { kind: 'renewed'; leaseExpiresAt: string } | { kind: 'lost' } | { kind: 'unknown' };

/** What the desk shows when there is no pair: why, and when it looks again. */
export type QueueStatus =
	| { kind: 'loading' }
	| { kind: 'ready' }
	| { kind: 'none'; lookAgainAt: number }
	/** All leases are taken by judgments that have not arrived yet. */
	| { kind: 'held_up' }
	| { kind: 'offline' }
	| { kind: 'signed_out' }
	| { kind: 'problem'; problem: { code?: string; detail?: string } };

export type TaskQueueParts = {
	claim: (idempotencyKey: string) => Promise<ClaimAnswer>;
	heartbeat: (task: HeldTask) => Promise<BeatAnswer>;
	/** Leases survive a reload: the server counts them, so the device must not forget them. */
	keep: (tasks: HeldTask[]) => Promise<void>;
	recall: () => Promise<HeldTask[]>;
	/** Tasks with a judgment on its way are not shown again. */
	answered: () => Promise<Set<string>>;
	/** Judgments and skips on their way whose leases still count: the server would hand out one of those pairs again. */
	onTheWay: () => number;
	/** Whether the shown pair has something typed that must not be swept away. */
	touched: (taskId: string) => boolean;
	newKey: () => string;
	now: () => number;
	later: (run: () => void, ms: number) => () => void;
	changed: (tasks: readonly HeldTask[], status: QueueStatus) => void;
	/** The pair on the screen went to somebody else and was replaced. */
	lost?: (taskId: string) => void;
	beatMs: number;
	limit?: number;
};

export type TaskQueue = {
	start: () => Promise<void>;
	/** Takes the shown pair off the desk; the next one moves up at once. */
	finish: (taskId: string) => void;
	/** Fills up, e.g. after a judgment arrived and its lease ended. */
	refill: () => Promise<void>;
	/** Renews all leases now, e.g. after the computer slept. */
	beat: () => Promise<void>;
	close: () => void;
};

const RETRY = { offline: 5_000, problem: 15_000, signed_out: 10_000 } as const;
const SOONEST = 1_000;

/** Opens the desk's queue. */
export function createTaskQueue(parts: TaskQueueParts): TaskQueue {
	const limit = parts.limit ?? 3;
	let held: HeldTask[] = [];
	let status: QueueStatus = { kind: 'loading' };
	let closed = false;
	let filling: Promise<void> | null = null;
	let wanted = false;
	let claimKey: string | null = null;
	let stopBeat: (() => void) | null = null;
	let stopRetry: (() => void) | null = null;

	function publish(): void {
		if (closed) return;
		parts.changed(held, held.length > 0 ? { kind: 'ready' } : status);
	}
	function set(tasks: HeldTask[]): void {
		held = tasks;
		void parts.keep(tasks).catch(() => undefined);
	}
	function retryIn(ms: number): void {
		stopRetry?.();
		stopRetry = closed ? null : parts.later(() => void refill(), Math.max(SOONEST, ms));
	}

	function room(): boolean {
		return held.length + parts.onTheWay() < limit;
	}

	/** One claim; true when another may be tried at once. */
	async function claimOne(): Promise<boolean> {
		// The key is kept until an answer came: a claim whose answer was lost gives the same pair again.
		claimKey ??= parts.newKey();
		const answer = await parts.claim(claimKey);
		if (closed) return false;
		if (answer.kind !== 'offline' && !(answer.kind === 'problem' && answer.unsure)) claimKey = null;
		switch (answer.kind) {
			case 'task':
				if (!held.some((task) => task.taskId === answer.task.taskId)) set([...held, answer.task]);
				status = { kind: 'ready' };
				publish();
				return true;
			case 'none':
				status = { kind: 'none', lookAgainAt: parts.now() + Math.max(SOONEST, answer.afterMs) };
				retryIn(answer.afterMs);
				break;
			case 'wait':
				if (held.length === 0) status = { kind: 'loading' };
				retryIn(answer.afterMs);
				break;
			case 'problem':
				status = { kind: 'problem', problem: answer.problem };
				retryIn(RETRY.problem);
				break;
			default:
				status = { kind: answer.kind };
				retryIn(RETRY[answer.kind]);
		}
		publish();
		return false;
	}

	function refill(): Promise<void> {
		if (closed) return Promise.resolve();
		stopRetry?.();
		stopRetry = null;
		if (filling) {
			wanted = true;
			return filling;
		}
		filling = (async () => {
			do {
				wanted = false;
				while (room() && !closed && (await claimOne()));
			} while (wanted && !closed);
			if (held.length < limit && !room()) {
				if (held.length === 0) status = { kind: 'held_up' };
				publish();
				retryIn(RETRY.offline);
			}
		})().finally(() => {
			filling = null;
		});
		return filling;
	}

	/** Renews one lease. A lost pair leaves the desk unless somebody is working on it: a late judgment still counts as one. */
	async function renew(task: HeldTask): Promise<void> {
		const answer = await parts.heartbeat(task);
		if (closed || answer.kind === 'unknown') return;
		if (answer.kind === 'renewed') {
			set(held.map((one) => (one.taskId === task.taskId ? { ...one, leaseExpiresAt: answer.leaseExpiresAt } : one)));
			return;
		}
		const shown = held[0]?.taskId === task.taskId;
		if (!held.some((one) => one.taskId === task.taskId) || (shown && parts.touched(task.taskId))) return;
		set(held.filter((one) => one.taskId !== task.taskId));
		if (shown) parts.lost?.(task.taskId);
		publish();
	}

	async function beat(): Promise<void> {
		await Promise.all(held.map(renew));
		if (!closed && held.length < limit && status.kind !== 'none') void refill();
	}
	function keepBeating(): void {
		stopBeat = parts.later(() => {
			void beat().finally(() => {
				if (!closed) keepBeating();
			});
		}, parts.beatMs);
	}

	return {
		start: async () => {
			const [recalled, answered] = await Promise.all([parts.recall().catch(() => []), parts.answered().catch(() => new Set<string>())]);
			held = recalled.filter((task) => !answered.has(task.taskId)).slice(0, limit);
			await Promise.all(held.map(renew));
			if (closed) return;
			publish();
			keepBeating();
			await refill();
		},
		finish: (taskId) => {
			set(held.filter((task) => task.taskId !== taskId));
			if (held.length === 0 && status.kind === 'ready') status = { kind: 'loading' };
			publish();
			// Filling waits for the judgment to arrive and end its lease; this is the fallback.
			if (!stopRetry || held.length === 0) retryIn(SOONEST);
		},
		refill,
		beat,
		close: () => {
			closed = true;
			stopBeat?.();
			stopRetry?.();
		}
	};
}
