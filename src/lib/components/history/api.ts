import { post, problem, somebodyElse } from '#lib/components/judge/api.ts';

/** Sends a correction in the place of a judgment. The same key again corrects nothing twice. */
export async function sendCorrection(userId: string, judgmentId: string, body: Record<string, unknown>, key: string): Promise<{ judgmentId: string } | { code: string; detail: string }> {
	if (somebodyElse(userId)) return { code: 'not_signed_in', detail: '' };
	try {
		const response = await post(`/judgments/${encodeURIComponent(judgmentId)}/correction`, userId, body, { 'idempotency-key': key });
		if (response.ok) return (await response.json()) as { judgmentId: string };
		const { code, detail } = await problem(response);
		return { code: code ?? 'internal', detail: detail ?? '' };
	} catch {
		return { code: 'offline', detail: '' };
	}
}
