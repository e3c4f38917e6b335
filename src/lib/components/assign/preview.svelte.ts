import { PERSON_HEADER } from '#lib/components/judge/api.ts';
import type { AssignmentFilter } from '#lib/domain/assignment.ts';
import type { AssignmentPreview } from '#lib/server/usecases/preview-assignment.ts';

const PAUSE_MS = 300;

/** What a batch would hold, asked again a moment after each change; the answer to an older question is thrown away. */
export function createPreview(of: { slug: () => string; userId: () => string }) {
	let shown = $state<AssignmentPreview | null>(null);
	let timer: ReturnType<typeof setTimeout> | undefined;
	let asking: AbortController | null = null;
	async function ask(what: { filter: AssignmentFilter; people: string[]; groups: string[] }): Promise<void> {
		asking?.abort();
		const mine = (asking = new AbortController());
		try {
			const response = await fetch(`/api/v1/projects/${of.slug()}/assignments/preview`, {
				method: 'POST',
				body: JSON.stringify(what),
				signal: mine.signal,
				headers: { 'content-type': 'application/json', accept: 'application/json', [PERSON_HEADER]: of.userId() }
			});
			if (response.ok) shown = (await response.json()) as AssignmentPreview;
		} catch {
			// The form says what is wrong when it is sent; a count that is missing is no error.
		}
	}
	return {
		get shown(): AssignmentPreview | null {
			return shown;
		},
		changed(what: { filter: AssignmentFilter; people: string[]; groups: string[] }): void {
			clearTimeout(timer);
			timer = setTimeout(() => void ask(what), PAUSE_MS);
		},
		stop(): void {
			clearTimeout(timer);
			asking?.abort();
		}
	};
}
