/**
 * Keeps the shown pair's draft on the server as well, soon after each change.
 * Every save has a revision; the server lets only a newer one take an older
 * one's place. Who comes too late takes over what stands there only while
 * nothing was changed here since the two agreed: two devices do not fight.
 */
export type KeptDraft<D> = { body: D; revision: number };
/** What the device itself kept; `saved`: the server has it too. */
export type LocalDraft<D> = KeptDraft<D> & { saved: boolean };

export type SaveAnswer<D> = { kind: 'kept' } | { kind: 'standing'; draft: KeptDraft<D> } | { kind: 'over' } | { kind: 'unknown' };

export type DraftSyncParts<D> = {
	save: (taskId: string, draft: KeptDraft<D>, leaving: boolean) => Promise<SaveAnswer<D>>;
	read: (taskId: string) => Promise<KeptDraft<D> | null | 'unknown'>;
	/** Keeps it on this device. */
	keep: (taskId: string, draft: LocalDraft<D>) => void;
	/** What another device wrote comes onto the desk. */
	takeOver: (body: D) => void;
	isEmpty: (body: D) => boolean;
	later: (run: () => void, ms: number) => () => void;
	/** From a change to its save. */
	delayMs?: number;
	/** Until a save that failed is tried again. */
	retryMs?: number;
};

export type DraftSync<D> = {
	/** A pair comes onto the desk with what is known of its draft; gives what the desk begins with. */
	show: (taskId: string, server: KeptDraft<D> | null, local: LocalDraft<D> | null, empty: D) => D;
	change: (body: D) => void;
	/** Saves at once what is not saved: the page may go away. */
	flush: (leaving?: boolean) => Promise<void>;
	/** Looks whether another device has written since. */
	look: () => Promise<void>;
	/** The pair is judged, passed on, or off the desk. */
	leave: () => void;
};

/** Begins to keep drafts. */
export function createDraftSync<D>(parts: DraftSyncParts<D>): DraftSync<D> {
	const delayMs = parts.delayMs ?? 1_000;
	const retryMs = parts.retryMs ?? 5_000;
	type Shown = { taskId: string; body: D; revision: number; dirty: boolean; over: boolean };
	let shown: Shown | null = null;
	let callOff: (() => void) | null = null;
	let saving: Promise<void> | null = null;

	function plan(ms: number): void {
		callOff ??= parts.later(() => {
			callOff = null;
			void flush();
		}, ms);
	}
	function settle(): void {
		callOff?.();
		callOff = null;
	}
	/** Takes up what stands on the server, unless something was changed here. */
	function meet(at: Shown, draft: KeptDraft<D>, touched: boolean): void {
		at.revision = Math.max(at.revision, draft.revision);
		if (touched) return;
		at.body = draft.body;
		at.dirty = false;
		parts.keep(at.taskId, { ...draft, saved: true });
		parts.takeOver(draft.body);
	}

	async function saveOnce(at: Shown, leaving: boolean): Promise<void> {
		const { body } = at;
		const revision = at.revision + 1;
		at.dirty = false;
		const answer = await parts.save(at.taskId, { body, revision }, leaving).catch((): SaveAnswer<D> => ({ kind: 'unknown' }));
		if (answer.kind === 'kept') {
			at.revision = Math.max(at.revision, revision);
			parts.keep(at.taskId, { body: at.body, revision: at.revision, saved: !at.dirty });
		} else if (answer.kind === 'standing') {
			// Both were written: this one stays on this desk, and its next change is the newest.
			meet(at, answer.draft, JSON.stringify(answer.draft.body) !== JSON.stringify(at.body));
		} else if (answer.kind === 'over') {
			at.over = true;
		} else {
			at.dirty = true;
			if (shown === at) plan(retryMs);
		}
	}
	async function flush(leaving = false): Promise<void> {
		settle();
		const at = shown;
		if (!at) return;
		// One save at a time: its answer says which revision the next one has. A page that goes away cannot wait.
		if (saving && !leaving) await saving;
		if (!at.dirty || at.over) return;
		const mine = saveOnce(at, leaving).finally(() => {
			if (saving === mine) saving = null;
			if (shown === at && at.dirty && !at.over) plan(delayMs);
		});
		saving = mine;
		await mine;
	}

	return {
		show: (taskId, server, local, empty) => {
			settle();
			const own = local && !parts.isEmpty(local.body) ? local : null;
			const useOwn = own !== null && (!own.saved || !server || own.revision > server.revision);
			const body = useOwn ? own.body : (server?.body ?? empty);
			shown = { taskId, body, revision: Math.max(own?.revision ?? 0, server?.revision ?? 0), dirty: false, over: false };
			if (useOwn && !own.saved) {
				shown.dirty = true;
				// Written here without a connection, and nobody wrote since: now it can go out.
				if (!server || server.revision <= own.revision) plan(delayMs);
				else shown.dirty = false;
			}
			return body;
		},
		change: (body) => {
			if (!shown || shown.over || JSON.stringify(body) === JSON.stringify(shown.body)) return;
			shown.body = body;
			shown.dirty = true;
			parts.keep(shown.taskId, { body, revision: shown.revision, saved: false });
			plan(delayMs);
		},
		flush,
		look: async () => {
			const at = shown;
			if (!at || at.over) return;
			if (at.dirty) return flush();
			const found = await parts.read(at.taskId).catch(() => 'unknown' as const);
			if (shown !== at || found === null || found === 'unknown' || found.revision <= at.revision) return;
			meet(at, found, at.dirty);
		},
		leave: () => {
			settle();
			shown = null;
		}
	};
}
