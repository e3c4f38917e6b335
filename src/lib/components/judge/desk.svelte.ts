import { v4 as newKey } from 'uuid';
import { claimPair, fetchDraft, renewLease, saveDraft, setBookmark } from './api.ts';
import { PLAIN_FORM } from '#lib/domain/judging-form.ts';
import type { JudgingForm, ShownCriterionVerdict, Strength } from '#lib/domain/judging-form.ts';
import { asDraft, emptyDraft, isEmpty, keepDraft, keepTasks, recallDraft, recallTasks, sweepDrafts } from './device.ts';
import type { Draft } from './device.ts';
import { createDraftSync } from './draft-sync.ts';
import { outbox, waiting } from './outbox-view.svelte.ts';
import type { Feedback, SkipReason, Verdict } from './outbox.ts';
import { withSpan } from './marks.ts';
import { asksIn, given, missing, withCriterion, withReason } from './opinion.ts';
import type { Opinion } from './opinion.ts';
import { Stopwatch } from './stopwatch.ts';
import { createTaskQueue } from './task-queue.ts';
import type { HeldTask, QueueStatus, TaskQueue } from './task-queue.ts';
import type { ShownRewrite } from '#lib/domain/rewrite.ts';
import type { ShownSpan } from '#lib/domain/span.ts';
import type { Mode } from '#lib/domain/verdict.ts';

/** Shortest time a pair is on the screen before a key judges it: a key struck twice must not judge unread answers. */
const SHORTEST_LOOK_MS = 300;

/** The pair judged last, which undo opens again. */
type Judged = Opinion & { task: HeldTask; key: string };

/** A verdict that was given before all that the form requires was there. */
export type Pending = { verdict: Verdict; strength: Strength | null };

export type DeskOptions = { userId: string; slug: string; leaseSeconds: number; onLost: () => void; /** What was typed on another device came onto the desk. */ onTakenOver: () => void; /** Language of the page, and the version of the program, which each judgment keeps. */ language: () => string; clientVersion: string };

/** The judge's desk: which pair lies on it, what is typed, and what a key does. */
export class Desk {
	tasks = $state.raw<readonly HeldTask[]>([]);
	status = $state.raw<QueueStatus>({ kind: 'loading' });
	/** Another tab of this person works on this project. */
	elsewhere = $state(false);
	reopened = $state.raw<Judged | null>(null);
	last = $state.raw<Judged | null>(null);
	rationale = $state('');
	/** Verdicts by criterion's key, as shown. */
	criteria = $state.raw<Record<string, ShownCriterionVerdict>>({});
	/** Keys of the chosen reasons. */
	reasons = $state.raw<string[]>([]);
	/** Marked in the answers. */
	spans = $state.raw<ShownSpan[]>([]);
	/** An answer as it should have been. */
	rewrite = $state.raw<ShownRewrite | null>(null);
	/** Tasks whose pairs were bookmarked here. */
	bookmarks = $state.raw<ReadonlySet<string>>(new Set());
	/** Their notes, as typed here. */
	bookmarkNotes = $state.raw<ReadonlyMap<string, string>>(new Map());
	pending = $state.raw<Pending | null>(null);
	/** What was right of the warm-up item before, until the next verdict. */
	feedback = $state.raw<Feedback | null>(null);
	/** Judged and passed on since the page opened, for the header's counts. */
	judgedHere = $state(0);
	doneHere = $state(0);

	readonly #options: DeskOptions;
	readonly #queue: TaskQueue;
	#shownTask = '';
	#shownAt = 0;
	readonly #watch = new Stopwatch();
	#held: HeldTask | null = null;
	readonly #sync;
	readonly #draft = (): Draft => ({ rationale: this.rationale, criteria: this.criteria, reasons: this.reasons, spans: this.spans, rewrite: this.rewrite });
	#close: (() => void)[] = [];

	constructor(options: DeskOptions) {
		this.#options = options;
		const { userId, slug } = options;
		this.#sync = createDraftSync<Draft>({
			save: async (taskId, draft) => {
				const task = this.#held;
				if (task?.taskId !== taskId) return { kind: 'over' };
				const answer = await saveDraft(userId, task, draft);
				return answer.kind === 'standing' ? { kind: 'standing', draft: { ...answer.draft, body: asDraft(answer.draft.body) } } : answer;
			},
			read: async (taskId) => {
				const found = await fetchDraft(userId, taskId);
				return found === null || found === 'unknown' ? found : { ...found, body: asDraft(found.body) };
			},
			keep: (taskId, draft) => void keepDraft(userId, taskId, draft).catch(() => undefined),
			takeOver: (draft) => {
				this.#fill(draft);
				options.onTakenOver();
			},
			isEmpty,
			later: (run, ms) => {
				const timer = setTimeout(run, ms);
				return () => clearTimeout(timer);
			}
		});
		this.#queue = createTaskQueue({
			claim: async (key) => {
				// What was held up goes out first: a lease that lapsed meanwhile would bring its own pair again.
				if (waiting().some((entry) => entry.slug === slug && entry.trouble !== null)) await outbox.wake();
				return claimPair(userId, slug, key);
			},
			heartbeat: (task) => renewLease(userId, task),
			keep: (tasks) => keepTasks(userId, slug, tasks),
			recall: () => recallTasks(userId, slug),
			answered: async () => new Set((await outbox.all()).map((entry) => entry.taskId)),
			onTheWay: () => waiting().filter((entry) => entry.slug === slug && Date.now() - entry.createdAt < options.leaseSeconds * 1000).length,
			touched: () => !isEmpty({ ...this.#draft(), rationale: this.rationale.trim() }) || this.reopened !== null,
			newKey,
			now: () => Date.now(),
			later: (run, ms) => {
				const timer = setTimeout(run, ms);
				return () => clearTimeout(timer);
			},
			changed: (tasks, status) => {
				this.tasks = tasks;
				this.status = status;
				this.#settleView();
			},
			lost: options.onLost,
			beatMs: (options.leaseSeconds * 1000) / 3
		});
	}

	/** The pair on the screen. */
	get current(): HeldTask | null {
		return this.reopened?.task ?? this.tasks[0] ?? null;
	}

	/** Starts work; only one tab a person and project holds the desk. `take` moves it here. */
	open(take = false, again = false): void {
		this.elsewhere = false;
		const locks = (navigator as { locks?: LockManager }).locks;
		if (!locks) return this.#begin();
		const name = `plumbline:desk:${this.#options.userId}/${this.#options.slug}`;
		const held = new Promise<void>((release) => this.#close.push(release));
		locks
			.request(name, take ? { steal: true } : { ifAvailable: true }, async (lock) => {
				if (!lock) {
					// A page that is just going away lets go a moment later.
					if (again) this.elsewhere = true;
					else setTimeout(() => this.open(false, true), 250);
					return;
				}
				this.#begin();
				await held;
			})
			.catch(() => {
				this.close();
				this.elsewhere = true;
			});
	}

	#begin(): void {
		const visible = (): void => {
			if (document.visibilityState !== 'visible') return void this.#sync.flush(true);
			void this.#queue.beat();
			void this.#sync.look();
		};
		const leaving = (): void => void this.#sync.flush(true);
		const lookAfresh = (): void => void this.#queue.beat().then(() => this.#queue.refill());
		const back = (): void => {
			lookAfresh();
			void this.#sync.look();
		};
		document.addEventListener('visibilitychange', visible);
		window.addEventListener('online', back);
		window.addEventListener('pagehide', leaving);
		this.#close.push(
			// One that was held up may have been handed out again before it arrived: the heartbeat finds out.
			outbox.onDelivered((entry, feedback) => {
				if (feedback && entry.slug === this.#options.slug) this.feedback = feedback;
				if (entry.trouble === null) void this.#queue.refill();
				else lookAfresh();
			}),
			() => document.removeEventListener('visibilitychange', visible),
			() => window.removeEventListener('online', back),
			() => window.removeEventListener('pagehide', leaving),
			this.#watch.listen(),
			() => this.#queue.close()
		);
		void sweepDrafts(Date.now()).catch(() => undefined);
		// Pairs that lay here before: another device may have gone on with one since.
		void this.#queue.start().then(() => this.#sync.look());
	}

	/** Leaves the desk; leases stay and are picked up again. */
	close(): void {
		this.keepDraft();
		void this.#sync.flush(true);
		for (const end of this.#close.splice(0)) end();
	}

	/** Looks for work again at once. */
	lookAgain(): void {
		if (this.status.kind !== 'ready') this.status = { kind: 'loading' };
		void this.#queue.refill();
	}

	/** Follows which pair is on the screen: its clock starts, its draft comes back. */
	#settleView(): void {
		const task = this.current;
		if ((task?.taskId ?? '') === this.#shownTask) return;
		this.#shownTask = task?.taskId ?? '';
		this.#shownAt = performance.now();
		this.#watch.start();
		this.#held = task;
		this.#sync.leave();
		this.pending = null;
		this.#fill(this.reopened ?? emptyDraft());
		if (!task || this.reopened) return;
		void recallDraft(this.#options.userId, task.taskId)
			.catch(() => null)
			.then((local) => {
				if (this.#shownTask !== task.taskId || this.reopened) return;
				const server = task.draft ? { body: asDraft(task.draft.body), revision: task.draft.revision } : null;
				const before = this.#draft();
				const begun = this.#sync.show(task.taskId, server, local, emptyDraft());
				// Typed while the device was asked: then that is newer.
				if (isEmpty(before)) this.#fill(begun);
				else this.#sync.change(before);
			});
	}

	#fill({ rationale, criteria, reasons, spans, rewrite }: Draft): void {
		this.rationale = rationale;
		this.criteria = criteria;
		this.reasons = reasons;
		this.spans = spans;
		this.rewrite = rewrite;
	}

	/** Whether two answers lie on the desk or one. */
	get mode(): Mode {
		return this.current?.mode ?? 'pair';
	}

	/** What is asked of the shown pair besides the verdict. */
	get form(): JudgingForm {
		return asksIn(this.mode, this.current?.form?.form ?? PLAIN_FORM);
	}

	/** Says how the answers compare in one aspect; null takes it back. */
	compare(key: string, verdict: ShownCriterionVerdict | null): void {
		this.criteria = withCriterion(this.criteria, key, verdict);
		this.keepDraft();
	}

	/** Chooses a reason, or takes it back. */
	toggleReason(key: string): void {
		this.reasons = withReason(this.reasons, key);
		this.keepDraft();
	}

	/** Marks a stretch of an answer. */
	mark(span: ShownSpan): void {
		this.spans = withSpan(this.spans, span);
		this.keepDraft();
	}

	/** Keeps an answer as it should have been; null: none. */
	mend(rewrite: ShownRewrite | null): void {
		this.rewrite = rewrite;
		this.keepDraft();
	}

	/** Takes a mark away. */
	unmark(index: number): void {
		this.spans = this.spans.filter((_, at) => at !== index);
		this.keepDraft();
	}

	/** Fields that the pending verdict still waits for. */
	get missing(): string[] {
		return this.pending ? this.#missing(this.pending.verdict, this.pending.strength) : [];
	}

	/** Keeps what is typed and chosen: on this device at once, as a tab may be closed with the next key; on the server soon after. */
	keepDraft(): void {
		if (this.#shownTask !== '' && !this.reopened) this.#sync.change(this.#draft());
	}

	#forgetDraft(taskId: string): void {
		this.#sync.leave();
		void keepDraft(this.#options.userId, taskId, { body: emptyDraft(), revision: 0, saved: false }).catch(() => undefined);
	}

	/** Marks the shown pair for oneself, or takes the mark away; null: it did not get through. */
	async bookmark(): Promise<boolean | null> {
		const task = this.current;
		if (!task) return null;
		const keep = !this.bookmarks.has(task.taskId);
		const mark = (on: boolean): void => void (this.bookmarks = new Set([...this.bookmarks].filter((id) => id !== task.taskId).concat(on ? [task.taskId] : [])));
		mark(keep);
		if (await setBookmark(this.#options.userId, task.taskId, keep)) return keep;
		mark(!keep);
		return null;
	}

	/** Writes what there is to discuss beside a bookmark; false: it did not get through. */
	async noteBookmark(taskId: string, note: string): Promise<boolean> {
		if (!this.bookmarks.has(taskId)) return true;
		this.bookmarkNotes = new Map(this.bookmarkNotes).set(taskId, note);
		return setBookmark(this.#options.userId, taskId, true, note.trim());
	}

	#missing(verdict: Verdict, strength: Strength | null): string[] {
		return missing(this.form, this.mode, { ...this.#draft(), verdict, strength });
	}

	/**
	 * Gives the verdict on the shown pair. False: there is none, it has only just
	 * appeared, or the form requires more; then the verdict waits as `pending`.
	 */
	judge(verdict: Verdict, strength: Strength | null = null): boolean {
		const task = this.current;
		if (!task || performance.now() - this.#shownAt < SHORTEST_LOOK_MS) return false;
		if (this.#missing(verdict, strength).length > 0) {
			this.pending = { verdict, strength };
			return false;
		}
		const said = given(this.form, { ...this.#draft(), verdict, strength });
		const key = newKey();
		const again = this.reopened;
		const body = { leaseToken: task.leaseToken, ...said, durationMs: this.#watch.ms, language: this.#options.language(), clientVersion: this.#options.clientVersion };
		this.last = { task, key, ...this.#draft(), verdict, strength: said.strength ?? null, rationale: said.rationale ?? '' };
		void outbox.add({ kind: 'judgment', key, slug: this.#options.slug, taskId: task.taskId, body, ...(again ? { replaces: again.key } : {}) });
		this.#forgetDraft(task.taskId);
		if (again) {
			this.reopened = null;
			this.#settleView();
		} else {
			// What was said of the one before has been read by now.
			this.feedback = null;
			this.judgedHere += 1;
			this.doneHere += 1;
			this.#queue.finish(task.taskId);
		}
		return true;
	}

	/** Passes the shown pair on. A pair that was judged before keeps its judgment instead. */
	skip(reason: SkipReason): boolean {
		const task = this.current;
		if (!task || this.reopened) return false;
		void outbox.add({ kind: 'skip', key: newKey(), slug: this.#options.slug, taskId: task.taskId, body: { leaseToken: task.leaseToken, reason } });
		this.#forgetDraft(task.taskId);
		this.last = null;
		this.doneHere += 1;
		this.#queue.finish(task.taskId);
		return true;
	}

	/** Opens the last judged pair again, or puts it back as it was. */
	undo(): boolean {
		if (this.reopened) {
			this.reopened = null;
			this.#settleView();
			return true;
		}
		if (!this.last) return false;
		this.keepDraft();
		this.reopened = this.last;
		this.#settleView();
		return true;
	}
}
