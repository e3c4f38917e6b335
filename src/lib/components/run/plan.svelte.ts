import { PERSON_HEADER } from '#lib/components/judge/api.ts';
import type { TrainingRecipe } from '#lib/domain/training-recipe.ts';
import type { RunPlan } from '#lib/server/usecases/plan-run.ts';

/** A moment after the last change, so that typing asks once. */
const PAUSE_MS = 400;
/** How often it asks again while a worker counts. */
const AGAIN_MS = 3000;

export type PlanQuestion = { snapshotId: string; parentCheckpointId: string; recipe: TrainingRecipe; launcher: string; labels: string[]; /** One that no worker has; left out: the workers’. */ device?: { name: string; memoryGb: number; count: number } };

/** What a recipe would need, asked again a moment after each change; the answer to an older question is thrown away. */
export function createPlan(of: { slug: () => string; userId: () => string }) {
	let shown = $state<RunPlan | null>(null);
	let lost = $state(false);
	let timer: ReturnType<typeof setTimeout> | undefined;
	let asking: AbortController | null = null;
	async function ask(question: PlanQuestion): Promise<void> {
		asking?.abort();
		const mine = (asking = new AbortController());
		try {
			const response = await fetch(`/api/v1/projects/${of.slug()}/plans`, {
				method: 'POST',
				body: JSON.stringify(question),
				signal: mine.signal,
				headers: { 'content-type': 'application/json', accept: 'application/json', [PERSON_HEADER]: of.userId() }
			});
			if (mine.signal.aborted) return;
			lost = !response.ok;
			if (!response.ok) return;
			shown = (await response.json()) as RunPlan;
			if (shown.inspection.status === 'waiting') timer = setTimeout(() => void ask(question), AGAIN_MS);
		} catch {
			if (!mine.signal.aborted) lost = true;
		}
	}
	return {
		get shown(): RunPlan | null {
			return shown;
		},
		/** The last question was not answered: what is shown is of an earlier one. */
		get lost(): boolean {
			return lost;
		},
		changed(question: PlanQuestion): void {
			clearTimeout(timer);
			timer = setTimeout(() => void ask(question), PAUSE_MS);
		},
		stop(): void {
			clearTimeout(timer);
			asking?.abort();
		}
	};
}
