import type { CommentView } from '#lib/server/usecases/comment-thread.ts';
import { PERSON_HEADER } from '#lib/components/judge/api.ts';

/** What became of a comment that was sent; `problem` null: the network failed, or the server broke over it. */
export type Posted = { ok: true; comment: CommentView } | { ok: false; problem: { code: string; detail: string } | null };

/** Sends a comment for the person whose page this is. */
export async function postComment(userId: string, comparisonId: string, said: { body: string; mentions: string[] }): Promise<Posted> {
	try {
		const response = await fetch(`/api/v1/comparisons/${encodeURIComponent(comparisonId)}/comments`, {
			method: 'POST',
			body: JSON.stringify(said),
			signal: AbortSignal.timeout(20_000),
			headers: { 'content-type': 'application/json', accept: 'application/json', [PERSON_HEADER]: userId }
		});
		const body = (await response.json()) as unknown;
		return response.ok ? { ok: true, comment: body as CommentView } : { ok: false, problem: body as { code: string; detail: string } };
	} catch {
		return { ok: false, problem: null };
	}
}
