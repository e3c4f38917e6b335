import { problemTitle } from './problem-title.ts';
import { say } from './toasts.svelte.ts';

/** Tells as a toast why a form was refused (`sending({ refused })`): for one that has no place of its own for it. */
export function tellRefusal(data: Record<string, unknown> | undefined): void {
	say(problemTitle((data?.['problem'] as { code?: string } | undefined)?.code), { tone: 'bad' });
}
