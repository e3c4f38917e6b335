import { PERSON_HEADER } from '#lib/components/judge/api.ts';
import type { Trial } from '#lib/server/usecases/read-suite.ts';

const PAUSE_MS = 300;

/** What checks say of a pasted answer, asked again a moment after each change; the answer to an older question is thrown away. */
export function createTrial(of: { slug: () => string; userId: () => string }) {
	let shown = $state<Trial | null>(null);
	let wrong = $state<{ field: string; message: string }[]>([]);
	let timer: ReturnType<typeof setTimeout> | undefined;
	let asking: AbortController | null = null;
	async function ask(checks: readonly unknown[], answer: string): Promise<void> {
		asking?.abort();
		const mine = (asking = new AbortController());
		try {
			const response = await fetch(`/api/v1/projects/${of.slug()}/suite/trial`, {
				method: 'POST',
				body: JSON.stringify({ checks, answer }),
				signal: mine.signal,
				headers: { 'content-type': 'application/json', accept: 'application/json', [PERSON_HEADER]: of.userId() }
			});
			const body = (await response.json()) as { checks?: Trial; errors?: { field: string; message: string }[] };
			shown = response.ok ? (body.checks ?? null) : null;
			wrong = response.ok ? [] : (body.errors ?? []);
		} catch {
			// What is wrong is said when the suite is saved; a trial that is missing is no error.
		}
	}
	return {
		get shown(): Trial | null {
			return shown;
		},
		/** What of the checks cannot work as it stands, by field. */
		get wrong(): { field: string; message: string }[] {
			return wrong;
		},
		changed(checks: readonly unknown[], answer: string): void {
			clearTimeout(timer);
			timer = setTimeout(() => void ask(checks, answer), PAUSE_MS);
		},
		stop(): void {
			clearTimeout(timer);
			asking?.abort();
		}
	};
}
