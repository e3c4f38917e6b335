import { sql } from 'drizzle-orm';
import type { Tx } from './client.ts';
import * as comparisons from './comparisons.ts';
import type { LockedComparison } from './comparisons.ts';
import * as progress from './progress.ts';
import * as slots from './slots.ts';
import type { LockedSlot, Standing } from './slots.ts';
import * as tasks from './tasks.ts';
import type { OwnWork } from './tasks.ts';

/** A person's own task with all that ending it must know: its comparison and places, locked, their standing judgment of it, and whether anybody else is left to judge it. */
export type TakenUp = OwnWork & { comparison: LockedComparison; places: LockedSlot[]; standing: Standing | null; othersLeft: boolean };

/**
 * Takes a person's own task up to judge or skip it; null when there is no such
 * task of theirs. The statements are sent together and run in this order (person,
 * task, comparison, slots: the order in which every judging transaction locks),
 * so that four of them cost one wait.
 */
export async function takeUp(tx: Tx, taskId: string, userId: string, idempotencyKey: string | null = null): Promise<TakenUp | null> {
	const comparisonId = sql`(select comparison_id from tasks where id = ${taskId} and annotator_id = ${userId})`;
	const [found, own, comparison, held] = await Promise.all([
		progress.lockForTask(tx, taskId, userId),
		tasks.ownWork(tx, taskId, userId, idempotencyKey),
		comparisons.lockFound(tx, comparisonId),
		slots.lockAll(tx, comparisonId, userId, sql`(select purpose from tasks where id = ${taskId})`)
	]);
	return found && own && comparison ? { ...own, comparison, ...held } : null;
}
