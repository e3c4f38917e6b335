import type { ShownCriterionVerdict, Strength } from '#lib/domain/judging-form.ts';
import type { ShownRewrite } from '#lib/domain/rewrite.ts';
import type { ShownSpan } from '#lib/domain/span.ts';
import type { ShownVerdict } from '#lib/domain/verdict.ts';

/**
 * The outbox: every judgment and skip is written down on this device first and
 * sent afterwards, each under its own Idempotency-Key, until the server has
 * said what became of it. Decisions are pure functions over a person's
 * entries; `createOutbox` walks them with a storage, a sender and a clock.
 */
export type Verdict = ShownVerdict;
export type SkipReason = 'conflict_of_interest' | 'not_my_field' | 'too_long' | 'technical' | 'other';

export type JudgmentBody = { leaseToken: string; verdict: Verdict; strength?: Strength; criteria?: Record<string, ShownCriterionVerdict>; reasons?: string[]; spans?: ShownSpan[]; rewrite?: ShownRewrite; rationale?: string; language?: string; clientVersion?: string; durationMs?: number; supersedes?: string };
export type SkipBody = { leaseToken: string; reason: SkipReason; note?: string };

/** Why an entry has not gone out, or was refused. */
export type Trouble = { kind: 'offline' | 'server' | 'signed_out' | /** Something on the way answered in the server's place. */ 'between' | 'busy' | 'refused'; status?: number; code?: string; detail?: string; /** The judgment of the same pair that stands. */ judgmentId?: string };

type Common = {
	/** The Idempotency-Key; also the entry's name on this device. */
	key: string;
	userId: string;
	slug: string;
	taskId: string;
	order: number;
	createdAt: number;
	/** How often sending was begun; written before each attempt. */
	attempts: number;
	nextAttemptAt: number;
	state: 'waiting' | 'delivered' | 'refused';
	trouble: Trouble | null;
};
export type JudgmentEntry = Common & { kind: 'judgment'; body: JudgmentBody; /** Entry this one replaces; its judgment's id is filled in at sending. */ supersedesKey: string | null; judgmentId: string | null };
export type SkipEntry = Common & { kind: 'skip'; body: SkipBody };
export type Entry = JudgmentEntry | SkipEntry;

export type NewEntry =
	| { kind: 'judgment'; key: string; slug: string; taskId: string; body: JudgmentBody; /** Key of the judgment that is being changed. */ replaces?: string }
	| { kind: 'skip'; key: string; slug: string; taskId: string; body: SkipBody };

export type Change = { put: Entry[]; remove: string[] };

/** Keeps entries on the device. `change` reads and writes in one transaction. */
export type OutboxStorage = {
	change: (userId: string, decide: (entries: Entry[]) => Change) => Promise<Entry[]>;
};

/** What came of one attempt. `standing`: another judgment of this person on the same pair stands, and nothing was written. */
/** What was right of a warm-up item, on the sides as shown. */
export type Feedback = { right: Verdict; tieIsRight: boolean; met: boolean | null; explanation: string | null };

export type Outcome = { kind: 'delivered'; judgmentId: string | null; feedback?: Feedback } | { kind: 'standing'; judgmentId: string; trouble: Trouble } | { kind: 'later'; trouble: Trouble; afterMs?: number } | { kind: 'refused'; trouble: Trouble };

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;

/** Waiting time before the next attempt: doubles up to a minute, with a random part so that a whole office does not return at once. */
export function backoff(attempts: number, random: number): number {
	const full = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(attempts - 1, 10));
	return Math.round(full / 2 + (full / 2) * random);
}

function byOrder(entries: readonly Entry[]): Entry[] {
	return [...entries].sort((x, y) => x.order - y.order);
}

/**
 * Writes down a new entry. One that changes a judgment of which no attempt was
 * begun simply takes its place; otherwise the server may know the first, so
 * both are sent, the second naming the first.
 */
export function add(entries: readonly Entry[], fresh: NewEntry, userId: string, now: number): Change {
	const order = Math.max(0, ...entries.map((entry) => entry.order)) + 1;
	const common = { key: fresh.key, userId, slug: fresh.slug, taskId: fresh.taskId, order, createdAt: now, attempts: 0, nextAttemptAt: now, state: 'waiting', trouble: null } as const;
	if (fresh.kind === 'skip') return { put: [{ ...common, kind: 'skip', body: fresh.body }], remove: [] };
	const first = entries.find((entry): entry is JudgmentEntry => entry.key === fresh.replaces && entry.kind === 'judgment');
	// What it changes may be gone from this device already: the server then says which judgment stands.
	const entry: JudgmentEntry = { ...common, kind: 'judgment', body: fresh.body, supersedesKey: fresh.replaces ?? null, judgmentId: null };
	if (!first) return { put: [entry], remove: [] };
	if (first.state === 'waiting' && first.attempts === 0) {
		return { put: [{ ...entry, order: first.order, supersedesKey: first.supersedesKey }], remove: [first.key] };
	}
	return { put: [entry], remove: [] };
}

function blocked(entries: readonly Entry[], entry: Entry): boolean {
	if (entry.kind !== 'judgment' || entry.supersedesKey === null) return false;
	return entries.some((other) => other.key === entry.supersedesKey && other.state === 'waiting');
}

/** The entry to send now, or how long to wait for one; null: nothing waits. */
export function nextDue(entries: readonly Entry[], now: number): { entry: Entry } | { waitMs: number } | null {
	const waiting = byOrder(entries).filter((entry) => entry.state === 'waiting' && !blocked(entries, entry));
	const due = waiting.find((entry) => entry.nextAttemptAt <= now);
	if (due) return { entry: due };
	if (waiting.length === 0) return null;
	return { waitMs: Math.min(...waiting.map((entry) => entry.nextAttemptAt)) - now };
}

/** Marks that an attempt begins. Nothing, when the entry was replaced meanwhile. */
export function begin(entries: readonly Entry[], key: string): Change {
	const entry = entries.find((one) => one.key === key && one.state === 'waiting');
	return { put: entry ? [{ ...entry, attempts: entry.attempts + 1 }] : [], remove: [] };
}

/** The body as it goes out: a change names the judgment it changes. */
export function outgoing(entries: readonly Entry[], entry: Entry): JudgmentBody | SkipBody {
	if (entry.kind !== 'judgment' || entry.supersedesKey === null || entry.body.supersedes !== undefined) return entry.body;
	const first = entries.find((other) => other.key === entry.supersedesKey);
	const judgmentId = first?.kind === 'judgment' ? first.judgmentId : null;
	return judgmentId === null ? entry.body : { ...entry.body, supersedes: judgmentId };
}

/** Delivered judgments are kept only while a change may still name them: the newest, and those a waiting entry replaces. */
function spent(entries: readonly Entry[]): string[] {
	const delivered = byOrder(entries).filter((entry) => entry.state === 'delivered');
	const newest = delivered.filter((entry) => entry.kind === 'judgment').at(-1);
	const named = new Set(entries.map((entry) => (entry.kind === 'judgment' && entry.state === 'waiting' ? entry.supersedesKey : null)));
	return delivered.filter((entry) => entry.key !== newest?.key && !named.has(entry.key)).map((entry) => entry.key);
}

/** Writes down what came of an attempt. */
export function settle(entries: readonly Entry[], key: string, outcome: Outcome, now: number, random: number): Change {
	const entry = entries.find((one) => one.key === key);
	if (!entry) return { put: [], remove: [] };
	let next: Entry;
	if (outcome.kind === 'delivered') {
		next = { ...entry, state: 'delivered', trouble: null, ...(entry.kind === 'judgment' ? { judgmentId: outcome.judgmentId } : {}) } as Entry;
	} else if (outcome.kind === 'standing' && entry.kind === 'judgment' && entry.supersedesKey !== null && entry.body.supersedes === undefined) {
		// Meant as a change, and now it is known of what.
		next = { ...entry, body: { ...entry.body, supersedes: outcome.judgmentId }, nextAttemptAt: now };
	} else if (outcome.kind === 'refused' || outcome.kind === 'standing') {
		next = { ...entry, state: 'refused', trouble: outcome.trouble };
	} else {
		next = { ...entry, trouble: outcome.trouble, nextAttemptAt: now + (outcome.afterMs ?? backoff(entry.attempts, random)) };
	}
	const after = entries.map((one) => (one.key === key ? next : one));
	const remove = spent(after);
	return { put: remove.includes(key) ? [] : [next], remove };
}

/** Takes a refused entry away, or puts it back in line; where another judgment of the pair stands, to take that one's place. */
export function dismissEntry(entries: readonly Entry[], key: string): Change {
	return { put: [], remove: entries.some((entry) => entry.key === key && entry.state === 'refused') ? [key] : [] };
}
export function retryEntry(entries: readonly Entry[], key: string, now: number): Change {
	const entry = entries.find((one) => one.key === key && one.state === 'refused');
	if (!entry) return { put: [], remove: [] };
	const standing = entry.trouble?.judgmentId;
	const again = entry.kind === 'judgment' && standing !== undefined ? { ...entry, body: { ...entry.body, supersedes: standing } } : entry;
	return { put: [{ ...again, state: 'waiting', nextAttemptAt: now }], remove: [] };
}

/** Lets everything that waits be tried at once, e.g. when the network is back. */
export function wake(entries: readonly Entry[], now: number): Change {
	return { put: entries.filter((entry) => entry.state === 'waiting' && entry.nextAttemptAt > now).map((entry) => ({ ...entry, nextAttemptAt: now })), remove: [] };
}

export type AnswerBody = { code?: string; detail?: string; judgmentId?: string; skipped?: boolean; feedback?: Feedback };

/**
 * Reads an answer as an outcome. Delivered is only what the server says so of in
 * its own words: a proxy's sign-in page and a network's portal answer 200, too.
 */
export function judgeAnswer(kind: Entry['kind'], status: number, body: AnswerBody, retryAfterSeconds: number | null): Outcome {
	if (kind === 'judgment' && status === 201 && typeof body.judgmentId === 'string') return { kind: 'delivered', judgmentId: body.judgmentId, ...(body.feedback ? { feedback: body.feedback } : {}) };
	if (kind === 'skip' && status === 200 && body.skipped === true) return { kind: 'delivered', judgmentId: null };
	if (status < 400) return { kind: 'later', trouble: { kind: 'between', status } };
	const trouble = { status, ...(body.code ? { code: body.code } : {}), ...(body.detail ? { detail: body.detail } : {}) };
	// Never one's own attempt: that is answered under its key. It is another judgment, and must not pass for this one.
	if (status === 409 && body.code === 'already_judged' && body.judgmentId) return { kind: 'standing', judgmentId: body.judgmentId, trouble: { kind: 'refused', ...trouble, judgmentId: body.judgmentId } };
	if (status === 401) return { kind: 'later', trouble: { kind: 'signed_out', ...trouble } };
	if (status === 408 || status === 425 || status === 429 || status >= 500) {
		const wait = retryAfterSeconds === null ? {} : { afterMs: Math.min(retryAfterSeconds, 600) * 1000 };
		return { kind: 'later', trouble: { kind: status >= 500 ? 'server' : 'busy', ...trouble }, ...wait };
	}
	return { kind: 'refused', trouble: { kind: 'refused', ...trouble } };
}

export type OutboxParts = {
	userId: string;
	storage: OutboxStorage;
	send: (entry: Entry, body: JudgmentBody | SkipBody) => Promise<Outcome>;
	now: () => number;
	random: () => number;
	/** Runs later; the returned function calls it off. */
	later: (run: () => void, ms: number) => () => void;
	/** Holds the one right to send for this person among all tabs. */
	exclusively: (work: () => Promise<void>) => Promise<void>;
	online: () => boolean;
	changed: (entries: Entry[]) => void;
	delivered?: (entry: Entry, feedback: Feedback | null) => void;
};

export type Outbox = {
	add: (fresh: NewEntry) => Promise<void>;
	/** Sends what is due; safe to call at any time. */
	flush: () => Promise<void>;
	/** Tries everything again at once. */
	wake: () => Promise<void>;
	dismiss: (key: string) => Promise<void>;
	retry: (key: string) => Promise<void>;
	reload: () => Promise<Entry[]>;
	close: () => void;
};

const OFFLINE: Outcome = { kind: 'later', trouble: { kind: 'offline' } };

/** Opens the outbox of one person on this device. */
export function createOutbox(parts: OutboxParts): Outbox {
	let closed = false;
	let running: Promise<void> | null = null;
	let again = false;
	let callOff: (() => void) | null = null;

	async function change(decide: (entries: Entry[]) => Change): Promise<Entry[]> {
		const entries = await parts.storage.change(parts.userId, decide);
		if (!closed) parts.changed(entries);
		return entries;
	}
	const nothing: (entries: Entry[]) => Change = () => ({ put: [], remove: [] });

	async function attempt(entry: Entry): Promise<'go on' | 'stop'> {
		const entries = await change((all) => begin(all, entry.key));
		const mine = entries.find((one) => one.key === entry.key && one.state === 'waiting');
		if (!mine) return 'go on';
		const outcome = await parts.send(mine, outgoing(entries, mine)).catch(() => OFFLINE);
		await change((all) => settle(all, mine.key, outcome, parts.now(), parts.random()));
		if (outcome.kind === 'delivered') parts.delivered?.(mine, outcome.feedback ?? null);
		// One entry the server chokes on must not hold up the rest; without network or sign-in nothing else would pass either.
		return outcome.kind === 'later' && outcome.trouble.kind !== 'server' ? 'stop' : 'go on';
	}

	async function drain(): Promise<void> {
		let entries = await change(nothing);
		while (!closed) {
			if (!parts.online()) {
				await change((all) => ({ put: all.filter((one) => one.state === 'waiting' && one.trouble?.kind !== 'offline').map((one) => ({ ...one, trouble: { kind: 'offline' } })), remove: [] }));
				return plan(30_000);
			}
			const due = nextDue(entries, parts.now());
			if (due === null) return;
			if ('waitMs' in due) return plan(due.waitMs);
			const next = await attempt(due.entry);
			entries = await change(nothing);
			if (next === 'stop') {
				const rest = nextDue(entries.filter((one) => one.trouble !== null || one.key === due.entry.key), parts.now());
				return plan(rest !== null && 'waitMs' in rest ? rest.waitMs : FIRST_WAIT);
			}
		}
	}

	function plan(ms: number): void {
		callOff?.();
		callOff = closed ? null : parts.later(() => void flush(), Math.max(50, ms));
	}

	function flush(): Promise<void> {
		if (closed) return Promise.resolve();
		if (running) {
			again = true;
			return running;
		}
		running = (async () => {
			do {
				again = false;
				await parts.exclusively(drain);
			} while (again && !closed);
		})().finally(() => {
			running = null;
		});
		return running;
	}

	return {
		add: async (fresh) => {
			await change((entries) => add(entries, fresh, parts.userId, parts.now()));
			void flush();
		},
		flush,
		wake: async () => {
			await change((entries) => wake(entries, parts.now()));
			await flush();
		},
		dismiss: async (key) => void (await change((entries) => dismissEntry(entries, key))),
		retry: async (key) => {
			await change((entries) => retryEntry(entries, key, parts.now()));
			await flush();
		},
		reload: () => change(nothing),
		close: () => {
			closed = true;
			callOff?.();
		}
	};
}
