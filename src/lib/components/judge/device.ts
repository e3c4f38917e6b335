import { openDB } from 'idb';
import type { DBSchema, IDBPDatabase } from 'idb';
import type { ShownCriterionVerdict } from '#lib/domain/judging-form.ts';
import type { ShownRewrite } from '#lib/domain/rewrite.ts';
import type { ShownSpan } from '#lib/domain/span.ts';
import type { LocalDraft } from './draft-sync.ts';
import type { Change, Entry, OutboxStorage } from './outbox.ts';
import type { HeldTask } from './task-queue.ts';

interface Device extends DBSchema {
	outbox: { key: string; value: Entry; indexes: { person: string } };
	/** Leased pairs of a person in a project. */
	desk: { key: string; value: { tasks: HeldTask[] } };
	/** What is typed and chosen on a pair before its verdict. */
	drafts: { key: string; value: { text: string; criteria?: Draft['criteria']; reasons?: string[]; spans?: ShownSpan[]; rewrite?: ShownRewrite | null; revision?: number; saved?: boolean; at: number } };
}

/** What a judgment holds before its verdict is given. */
export type Draft = { rationale: string; criteria: Record<string, ShownCriterionVerdict>; reasons: string[]; spans: ShownSpan[]; rewrite: ShownRewrite | null };
export const emptyDraft = (): Draft => ({ rationale: '', criteria: {}, reasons: [], spans: [], rewrite: null });
export const isEmpty = (draft: Draft): boolean => draft.rationale === '' && Object.keys(draft.criteria).length === 0 && draft.reasons.length === 0 && draft.spans.length === 0 && draft.rewrite === null;

const listed = <T>(value: unknown): T[] => (Array.isArray(value) ? (value as T[]) : []);

/** A draft as the server gave it back: a page of another day may have kept less or more. */
export function asDraft(body: Record<string, unknown>): Draft {
	const { rationale, criteria, reasons, spans, rewrite } = body;
	return {
		rationale: typeof rationale === 'string' ? rationale : '',
		criteria: typeof criteria === 'object' && criteria !== null && !Array.isArray(criteria) ? (criteria as Draft['criteria']) : {},
		reasons: listed(reasons),
		spans: listed(spans),
		rewrite: typeof rewrite === 'object' && rewrite !== null && 'messages' in rewrite ? (rewrite as ShownRewrite) : null
	};
}

const DRAFT_DAYS = 14;

let opened: Promise<IDBPDatabase<Device>> | null = null;

function open(): Promise<IDBPDatabase<Device>> {
	opened ??= openDB<Device>('plumbline', 1, {
		upgrade: (db) => {
			db.createObjectStore('outbox', { keyPath: 'key' }).createIndex('person', 'userId');
			db.createObjectStore('desk');
			db.createObjectStore('drafts');
		}
	});
	return opened;
}

function apply(entries: Entry[], change: Change): Entry[] {
	const changed = new Set([...change.remove, ...change.put.map((entry) => entry.key)]);
	return [...entries.filter((entry) => !changed.has(entry.key)), ...change.put].sort((x, y) => x.order - y.order);
}

/** Entries in memory only: for tests, and for a browser that refuses to keep anything. */
export function memoryStorage(): OutboxStorage {
	let all: Entry[] = [];
	return {
		change: (userId, decide) => {
			const mine = all.filter((entry) => entry.userId === userId);
			const next = apply(mine, decide(mine));
			all = [...all.filter((entry) => entry.userId !== userId), ...next];
			return Promise.resolve(next);
		}
	};
}

/** Entries in IndexedDB; each change is one transaction, so two tabs cannot disagree. */
export function deviceStorage(onRefused: () => void): OutboxStorage {
	const memory = memoryStorage();
	let refused = false;
	return {
		change: async (userId, decide) => {
			if (refused) return memory.change(userId, decide);
			try {
				const db = await open();
				const tx = db.transaction('outbox', 'readwrite', { durability: 'strict' });
				const mine = await tx.store.index('person').getAll(userId);
				mine.sort((x, y) => x.order - y.order);
				const change = decide(mine);
				await Promise.all([...change.remove.map((key) => tx.store.delete(key)), ...change.put.map((entry) => tx.store.put(entry)), tx.done]);
				return apply(mine, change);
			} catch {
				refused = true;
				onRefused();
				return memory.change(userId, decide);
			}
		}
	};
}

const deskKey = (userId: string, slug: string): string => `${userId}/${slug}`;

/** Keeps the leased pairs across a reload. */
export async function keepTasks(userId: string, slug: string, tasks: HeldTask[]): Promise<void> {
	await (await open()).put('desk', { tasks }, deskKey(userId, slug));
}

/** Leased pairs that an earlier page of this person left. */
export async function recallTasks(userId: string, slug: string): Promise<HeldTask[]> {
	return (await (await open()).get('desk', deskKey(userId, slug)))?.tasks ?? [];
}

/** Keeps a draft while it is made; an empty one is forgotten. */
export async function keepDraft(userId: string, taskId: string, { body: { rationale, ...rest }, revision, saved }: LocalDraft<Draft>): Promise<void> {
	const db = await open();
	if (isEmpty({ rationale, ...rest })) await db.delete('drafts', deskKey(userId, taskId));
	else await db.put('drafts', { text: rationale, ...rest, revision, saved, at: Date.now() }, deskKey(userId, taskId));
}

/** A draft from before a reload. */
export async function recallDraft(userId: string, taskId: string): Promise<LocalDraft<Draft> | null> {
	const kept = await (await open()).get('drafts', deskKey(userId, taskId));
	if (!kept) return null;
	const { text, criteria = {}, reasons = [], spans = [], rewrite = null, revision = 0, saved = false } = kept;
	return { body: { rationale: text, criteria, reasons, spans, rewrite }, revision, saved };
}

/** Forgets drafts nobody came back to. */
export async function sweepDrafts(now: number): Promise<void> {
	const tx = (await open()).transaction('drafts', 'readwrite');
	for (let cursor = await tx.store.openCursor(); cursor; cursor = await cursor.continue()) {
		if (now - cursor.value.at > DRAFT_DAYS * 86_400_000) await cursor.delete();
	}
	await tx.done;
}

/** At sign-out the answers leave this device; judgments that were not sent stay. */
export async function clearDesk(userId: string): Promise<void> {
	const db = await open();
	for (const store of ['desk', 'drafts'] as const) {
		for (const key of await db.getAllKeys(store)) if (key.startsWith(`${userId}/`)) await db.delete(store, key);
	}
}
