import { page } from '$app/state';
import type { JudgedThing } from '#lib/domain/judged-thing.ts';
import * as m from '#lib/paraglide/messages.js';

const NAMES: Record<JudgedThing, (of: { count: number }) => string> = { pairs: m.thing_pairs, answers: m.thing_answers, items: m.thing_items };

/** What this page's project judges, as it is counted: pairs, single answers, or both together as items. The number stands in the sentence. */
export function thing(count: number): string {
	const { project } = page.data as { project?: { judges?: JudgedThing } };
	return NAMES[project?.judges ?? 'items']({ count });
}
