import { browser } from '$app/environment';
import { notePerson, sendEntry } from './api.ts';
import { deviceStorage } from './device.ts';
import { createOutbox } from './outbox.ts';
import type { Entry, Feedback, NewEntry, Outbox } from './outbox.ts';

/** The outbox of the person who is signed in, as the pages see it. It runs on every page, not only where people judge. */
let entries = $state.raw<Entry[]>([]);
let keeps = $state(true);
let box: Outbox | null = null;
let owner = '';
const listeners = new Set<(entry: Entry, feedback: Feedback | null) => void>();

const LOCK = 'plumbline:outbox:';

async function exclusively(userId: string, work: () => Promise<void>): Promise<void> {
	// Without a secure address there are no locks; then the Idempotency-Key alone keeps a second tab harmless.
	const locks = (navigator as { locks?: LockManager }).locks;
	if (!locks) return work();
	await locks.request(LOCK + userId, work);
}

/** Opens the outbox of this person and closes that of another; gives back how to leave. */
export function openOutbox(userId: string): () => void {
	if (!browser) return () => undefined;
	box?.close();
	notePerson(userId);
	owner = userId;
	entries = [];
	const channel = 'BroadcastChannel' in window ? new BroadcastChannel(LOCK + userId) : null;
	const mine = createOutbox({
		userId,
		storage: deviceStorage(() => (keeps = false)),
		send: sendEntry,
		now: () => Date.now(),
		random: () => Math.random(),
		later: (run, ms) => {
			const timer = setTimeout(run, ms);
			return () => clearTimeout(timer);
		},
		exclusively: (work) => exclusively(userId, work),
		online: () => navigator.onLine,
		changed: (next) => {
			if (JSON.stringify(next) === JSON.stringify(entries)) return;
			entries = next;
			channel?.postMessage('changed');
		},
		delivered: (entry, feedback) => listeners.forEach((heard) => heard(entry, feedback))
	});
	box = mine;
	const wake = (): void => void mine.wake();
	const seen = (): void => void (document.visibilityState === 'visible' && mine.wake());
	const leaving = (event: BeforeUnloadEvent): void => {
		if (!keeps && waiting().length > 0) event.preventDefault();
	};
	channel?.addEventListener('message', () => void mine.reload());
	window.addEventListener('online', wake);
	document.addEventListener('visibilitychange', seen);
	window.addEventListener('beforeunload', leaving);
	wake();
	return () => {
		mine.close();
		if (box === mine) box = null;
		channel?.close();
		window.removeEventListener('online', wake);
		document.removeEventListener('visibilitychange', seen);
		window.removeEventListener('beforeunload', leaving);
	};
}

/** What is still to be sent. */
export function waiting(): Entry[] {
	return entries.filter((entry) => entry.state === 'waiting');
}

/** What the server refused for good. */
export function refused(): Entry[] {
	return entries.filter((entry) => entry.state === 'refused');
}

/** Whether this browser keeps the outbox when the page is closed. */
export function durable(): boolean {
	return keeps;
}

/** The outbox's actions; `add` waits until the entry is written down. */
export const outbox = {
	add: async (fresh: NewEntry): Promise<void> => void (await box?.add(fresh)),
	wake: async (): Promise<void> => void (await box?.wake()),
	dismiss: async (key: string): Promise<void> => void (await box?.dismiss(key)),
	retry: async (key: string): Promise<void> => void (await box?.retry(key)),
	/** Everything this person has on this device, read afresh. */
	all: async (): Promise<Entry[]> => (await box?.reload()) ?? [],
	owner: (): string => owner,
	onDelivered: (heard: (entry: Entry, feedback: Feedback | null) => void): (() => void) => {
		listeners.add(heard);
		return () => listeners.delete(heard);
	}
};
