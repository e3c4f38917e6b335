import { PERSON_HEADER } from '#lib/components/judge/api.ts';

const TIMEOUT_MS = 20_000;
const at = (slug: string): string => `/api/v1/projects/${encodeURIComponent(slug)}/guideline`;

/** The text of one version; null: it could not be had now. */
export async function fetchGuideline(slug: string, version: number): Promise<string | null> {
	try {
		const response = await fetch(`${at(slug)}?version=${version}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
		return response.status === 200 ? ((await response.json()) as { body: string }).body : null;
	} catch {
		return null;
	}
}

/** Notes that this person has seen the changes up to a version. Offline it is said again another day. */
export async function noteRead(userId: string, slug: string, version: number): Promise<void> {
	try {
		await fetch(`${at(slug)}/read`, { method: 'PUT', body: JSON.stringify({ version }), signal: AbortSignal.timeout(TIMEOUT_MS), headers: { 'content-type': 'application/json', [PERSON_HEADER]: userId } });
	} catch {
		// Nothing is lost but a reminder too many.
	}
}
