import type { Db } from '../db/client.ts';
import type { Import } from '../db/imports.ts';
import * as roundStats from '../db/round-stats.ts';
import type { Round } from '../db/rounds.ts';

export type PromptCounts = Awaited<ReturnType<typeof roundStats.promptCounts>>;

/** Projects whose counts are held; the oldest goes first. */
const HELD = 500;
const held = new WeakMap<Db, Map<string, { stamp: string; counts: Promise<PromptCounts> }>>();

/**
 * Prompts of a project by split, counted again only after an import was
 * published or a round was filled: the page of the loop asks every ten seconds,
 * and a count over a million prompts would keep the database busy.
 */
export function promptCounts(db: Db, projectId: string, since: { imports: readonly Import[]; rounds: readonly Round[] }): Promise<PromptCounts> {
	const stamp = JSON.stringify([since.imports.map(({ id, status }) => [id, status]), since.rounds.map(({ id, comparisons, identical }) => [id, comparisons, identical])]);
	const projects = held.get(db) ?? new Map<string, { stamp: string; counts: Promise<PromptCounts> }>();
	held.set(db, projects);
	const known = projects.get(projectId);
	if (known?.stamp === stamp) return known.counts;
	const counts = roundStats.promptCounts(db, projectId);
	projects.delete(projectId);
	projects.set(projectId, { stamp, counts });
	// A count that failed must be tried again, not remembered.
	counts.catch(() => projects.delete(projectId));
	for (const oldest of projects.keys()) {
		if (projects.size <= HELD) break;
		projects.delete(oldest);
	}
	return counts;
}
