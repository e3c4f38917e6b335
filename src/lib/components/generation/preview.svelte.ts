import { PERSON_HEADER } from '#lib/components/judge/api.ts';
import type { PlanPreview } from '#lib/server/usecases/start-generation.ts';

const PAUSE_MS = 300;

/** What a plan would come to, asked again a moment after each change; the answer to an older question is thrown away. */
export function createPreview(of: { slug: () => string; userId: () => string }) {
	let shown = $state<PlanPreview | null>(null);
	let wrong = $state<string | null>(null);
	let timer: ReturnType<typeof setTimeout> | undefined;
	let asking: AbortController | null = null;
	async function ask(plan: unknown): Promise<void> {
		asking?.abort();
		const mine = (asking = new AbortController());
		try {
			const response = await fetch(`/api/v1/projects/${of.slug()}/generations/preview`, {
				method: 'POST',
				body: JSON.stringify(plan),
				signal: mine.signal,
				headers: { 'content-type': 'application/json', accept: 'application/json', [PERSON_HEADER]: of.userId() }
			});
			const body = (await response.json()) as PlanPreview & { detail?: string };
			shown = response.ok ? body : null;
			wrong = response.ok ? null : (body.detail ?? null);
		} catch {
			// The form says what is wrong when it is sent; a count that is missing is no error.
		}
	}
	return {
		get shown(): PlanPreview | null {
			return shown;
		},
		/** Why the plan cannot work as it stands. */
		get wrong(): string | null {
			return wrong;
		},
		changed(plan: unknown): void {
			clearTimeout(timer);
			timer = setTimeout(() => void ask(plan), PAUSE_MS);
		},
		stop(): void {
			clearTimeout(timer);
			asking?.abort();
		}
	};
}
