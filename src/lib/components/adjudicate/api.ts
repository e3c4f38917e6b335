import { PERSON_HEADER } from '#lib/components/judge/api.ts';
import type { ClaimedAdjudication } from '#lib/server/usecases/claim-adjudication.ts';
import type { CommentThread } from '#lib/server/usecases/list-comments.ts';
import type { ShownCriterionVerdict, Strength } from '#lib/domain/judging-form.ts';
import type { ShownRewrite } from '#lib/domain/rewrite.ts';
import type { ShownVerdict } from '#lib/domain/verdict.ts';

const TIMEOUT_MS = 20_000;

/** What the server said; `failed` means that it may or may not have heard. */
export type Answer<T> = { kind: 'ok'; value: T } | { kind: 'problem'; code: string; detail: string } | { kind: 'failed' };

/** A decision as it goes out: sides as shown; of the form only what was given. */
export type DecisionBody = { verdict: ShownVerdict; rationale: string; durationMs: number; strength?: Strength; criteria?: Record<string, ShownCriterionVerdict>; reasons?: string[]; rewrite?: ShownRewrite };

async function call<T>(path: string, userId: string, body?: unknown, key?: string): Promise<Answer<T | null>> {
	try {
		const response = await fetch(`/api/v1${path}`, {
			...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
			signal: AbortSignal.timeout(TIMEOUT_MS),
			headers: { 'content-type': 'application/json', accept: 'application/json', [PERSON_HEADER]: userId, ...(key ? { 'idempotency-key': key } : {}) }
		});
		if (response.status === 204) return { kind: 'ok', value: null };
		const answer = (await response.json()) as T & { code?: string; detail?: string };
		return response.ok ? { kind: 'ok', value: answer } : response.status >= 500 ? { kind: 'failed' } : { kind: 'problem', code: answer.code ?? '', detail: answer.detail ?? '' };
	} catch {
		return { kind: 'failed' };
	}
}

/** Leases the next comparison that waits for a decision; null: there is none for this person. */
export const claimAdjudication = (userId: string, slug: string) => call<ClaimedAdjudication>(`/projects/${encodeURIComponent(slug)}/adjudications/claim`, userId, {});

/** Sends a decision, or sends the pair back. The same key again decides nothing twice. */
export const decide = (userId: string, id: string, body: { leaseToken: string } & (DecisionBody | { sendBack: string }), key: string) =>
	call<{ outcome: 'decided' | 'sent_back'; overturned?: number }>(`/adjudications/${encodeURIComponent(id)}/decision`, userId, body, key);

/** Renews the lease while the page is open. */
export const renew = (userId: string, id: string, leaseToken: string) => call<{ leaseExpiresAt: string }>(`/tasks/${encodeURIComponent(id)}/heartbeat`, userId, { leaseToken });

/** What was said about a comparison. */
export const readThread = (userId: string, comparisonId: string) => call<CommentThread>(`/comparisons/${encodeURIComponent(comparisonId)}/comments`, userId);
