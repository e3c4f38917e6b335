import { PERSON_HEADER } from '#lib/components/judge/api.ts';
import type { DatasetObjective } from '#lib/domain/preference-dataset.ts';
import type { FieldError } from '#lib/domain/problem.ts';
import type { SnapshotRuleInput } from '#lib/domain/snapshot-rule.ts';
import type { SnapshotPreview } from '#lib/server/usecases/preview-snapshot.ts';

const PAUSE_MS = 400;

export type Asked = { objective: DatasetObjective; rounds: number[]; rule: SnapshotRuleInput };
type State = { shown: SnapshotPreview | null; counting: boolean; errors: FieldError[]; failed: boolean };

/** What a snapshot would hold, asked again a moment after each change; the answer to an older question is thrown away. */
export function createSnapshotPreview(of: { slug: () => string; userId: () => string }) {
	let state = $state<State>({ shown: null, counting: true, errors: [], failed: false });
	let timer: ReturnType<typeof setTimeout> | undefined;
	let asking: AbortController | null = null;
	async function ask(what: Asked): Promise<void> {
		asking?.abort();
		const mine = (asking = new AbortController());
		try {
			const response = await fetch(`/api/v1/projects/${of.slug()}/snapshots/preview`, {
				method: 'POST',
				body: JSON.stringify(what),
				signal: mine.signal,
				headers: { 'content-type': 'application/json', accept: 'application/json', [PERSON_HEADER]: of.userId() }
			});
			const answer = (await response.json()) as SnapshotPreview & { errors?: FieldError[] };
			state = response.ok ? { shown: answer, counting: false, errors: [], failed: false } : { ...state, counting: false, errors: answer.errors ?? [], failed: true };
		} catch {
			if (!mine.signal.aborted) state = { ...state, counting: false, failed: true };
		}
	}
	return {
		get state(): State {
			return state;
		},
		changed(what: Asked): void {
			clearTimeout(timer);
			asking?.abort();
			state = { ...state, counting: true };
			timer = setTimeout(() => void ask(what), PAUSE_MS);
		},
		stop(): void {
			clearTimeout(timer);
			asking?.abort();
		}
	};
}
