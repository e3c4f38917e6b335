import { judgeAnswer } from './outbox.ts';
import type { AnswerBody, Entry, JudgmentBody, Outcome, SkipBody } from './outbox.ts';
import type { KeptDraft, SaveAnswer } from './draft-sync.ts';
import type { BeatAnswer, ClaimAnswer, HeldTask } from './task-queue.ts';

/** Names whose page sends it, so that the server can refuse when somebody else has signed in on this browser meanwhile. */
export const PERSON_HEADER = 'x-plumbline-person';

/** Where this browser notes who opened a page last: all tabs share one cookie. */
const LAST_PERSON = 'plumbline:person';

/** Notes that this person's pages are the ones the cookie now speaks for. */
export function notePerson(userId: string): void {
	try {
		localStorage.setItem(LAST_PERSON, userId);
	} catch {
		// A browser that keeps nothing: the server still refuses by the header.
	}
}

/** Whether somebody else has opened a page on this browser since: then nothing of this person may go out. */
export function somebodyElse(userId: string): boolean {
	try {
		return (localStorage.getItem(LAST_PERSON) ?? userId) !== userId;
	} catch {
		return false;
	}
}

const TIMEOUT_MS = 20_000;
/** Browsers let at most 64 KiB finish after a page is gone. */
const KEEPALIVE_BYTES = 48_000;

async function send(method: 'POST' | 'PUT' | 'DELETE' | 'GET', path: string, userId: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
	const text = body === undefined ? undefined : JSON.stringify(body);
	return fetch(`/api/v1${path}`, {
		method,
		...(text === undefined ? {} : { body: text }),
		keepalive: text !== undefined && text.length < KEEPALIVE_BYTES / 3,
		signal: AbortSignal.timeout(TIMEOUT_MS),
		headers: { 'content-type': 'application/json', accept: 'application/json', [PERSON_HEADER]: userId, ...headers }
	});
}

/** Sends something in a person's name. */
export const post = (path: string, userId: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> => send('POST', path, userId, body, headers);

/** Why the server refused, as far as it said. */
export async function problem(response: Response): Promise<AnswerBody> {
	return (await response.json().catch(() => ({}))) as AnswerBody;
}

function retryAfter(response: Response): number | null {
	const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
	return Number.isFinite(seconds) ? seconds : null;
}

const isJson = (response: Response): boolean => (response.headers.get('content-type') ?? '').startsWith('application/json');

/** Sends one entry of the outbox; a thrown error means that the network failed. */
export async function sendEntry(entry: Entry, body: JudgmentBody | SkipBody): Promise<Outcome> {
	if (somebodyElse(entry.userId)) return { kind: 'later', trouble: { kind: 'signed_out' } };
	const path = `/tasks/${encodeURIComponent(entry.taskId)}/${entry.kind}`;
	const response = await post(path, entry.userId, body, { 'idempotency-key': entry.key });
	// A success of which not all arrived is none yet: what it says is read strictly.
	const said = response.status < 400 && isJson(response) ? ((await response.json()) as AnswerBody) : await problem(response);
	return judgeAnswer(entry.kind, response.status, said, retryAfter(response));
}

/** Asks for the next pair. */
export async function claimPair(userId: string, slug: string, key: string): Promise<ClaimAnswer> {
	if (somebodyElse(userId)) return { kind: 'signed_out' };
	let response: Response;
	try {
		response = await post(`/projects/${encodeURIComponent(slug)}/tasks/claim`, userId, {}, { 'idempotency-key': key });
		if (response.status === 200) return { kind: 'task', task: (await response.json()) as HeldTask };
	} catch {
		return { kind: 'offline' };
	}
	const seconds = retryAfter(response);
	if (response.status === 204) return { kind: 'none', afterMs: (seconds ?? 15) * 1000 };
	if (response.status === 429) return { kind: 'wait', afterMs: (seconds ?? 5) * 1000 };
	if (response.status === 401) return { kind: 'signed_out' };
	const { code, detail } = await problem(response);
	return { kind: 'problem', problem: { ...(code ? { code } : {}), ...(detail ? { detail } : {}) }, unsure: response.status >= 500 };
}

/** Renews a lease. Only a clear answer of the server ends one. */
export async function renewLease(userId: string, task: HeldTask): Promise<BeatAnswer> {
	if (somebodyElse(userId)) return { kind: 'unknown' };
	try {
		const response = await post(`/tasks/${encodeURIComponent(task.taskId)}/heartbeat`, userId, { leaseToken: task.leaseToken });
		if (response.ok) return { kind: 'renewed', leaseExpiresAt: ((await response.json()) as { leaseExpiresAt: string }).leaseExpiresAt };
		return response.status === 409 || response.status === 404 || response.status === 410 ? { kind: 'lost' } : { kind: 'unknown' };
	} catch {
		return { kind: 'unknown' };
	}
}

/** A draft as the server keeps it: any JSON object. */
type Body = Record<string, unknown>;

/** Keeps a draft on the server. */
export async function saveDraft(userId: string, task: Pick<HeldTask, 'taskId' | 'leaseToken'>, draft: KeptDraft<Body>): Promise<SaveAnswer<Body>> {
	if (somebodyElse(userId)) return { kind: 'unknown' };
	const response = await send('PUT', `/tasks/${encodeURIComponent(task.taskId)}/draft`, userId, { leaseToken: task.leaseToken, ...draft });
	if (response.status === 204) return { kind: 'kept' };
	if (response.status === 200) return { kind: 'standing', draft: (await response.json()) as KeptDraft<Body> };
	// Over, lost, or refused for good: it stays on this device.
	return response.status === 401 || response.status === 408 || response.status === 429 || response.status >= 500 ? { kind: 'unknown' } : { kind: 'over' };
}

/** What stands on the server of a pair's draft; null: nothing. */
export async function fetchDraft(userId: string, taskId: string): Promise<KeptDraft<Body> | null | 'unknown'> {
	if (somebodyElse(userId)) return 'unknown';
	const response = await send('GET', `/tasks/${encodeURIComponent(taskId)}/draft`, userId);
	if (response.status === 204) return null;
	return response.ok ? ((await response.json()) as KeptDraft<Body>) : 'unknown';
}

/** Marks a pair for oneself, with a note (none: the one there is stays), or takes the mark away; false: it did not get through. */
export async function setBookmark(userId: string, taskId: string, keep: boolean, note?: string): Promise<boolean> {
	if (somebodyElse(userId)) return false;
	try {
		return (await send(keep ? 'PUT' : 'DELETE', `/tasks/${encodeURIComponent(taskId)}/bookmark`, userId, keep ? (note === undefined ? {} : { note }) : undefined)).status === 204;
	} catch {
		return false;
	}
}
