import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as findings from '../db/findings.ts';
import * as importReads from '../db/import-reads.ts';
import * as undo from '../db/import-undo.ts';
import type { Obstacle } from '../db/import-undo.ts';
import * as imports from '../db/imports.ts';
import * as projects from '../db/projects.ts';
import * as rounds from '../db/rounds.ts';
import { allow } from './access.ts';
import { removeRead } from './clear-uploads.ts';
import { inTransaction } from './transaction.ts';

/** What came of taking an import back: the rows of a dry run were let go, or everything that it had made is gone. */
export type TakenBack = { discarded: true } | { undone: true; prompts: number; comparisons: number; judgments: number };

const REASONS: Readonly<Record<Obstacle, (n: number) => string>> = {
	judged: (n) => `${n} judgments were made on it or of it since`,
	adjudicated: (n) => `${n} of its comparisons were adjudicated`,
	gold: (n) => `${n} of its comparisons are or were gold`,
	cited: (n) => `${n} snapshots cite it`,
	assigned: (n) => `${n} of its comparisons are in an assigned batch`,
	discussed: (n) => `${n} comments were written on it`,
	held: (n) => `${n} of its comparisons lie on somebody’s desk or hold a draft`,
	skipped: (n) => `${n} of its comparisons were passed over by somebody`,
	marked: (n) => `${n} of its comparisons are bookmarked`,
	answered: (n) => `${n} answers were or are being written to its questions`,
	built_on: (n) => `${n} comparisons were made of its questions and answers since, by a later import or round`,
	same_moment: () => 'another import ended in the same microsecond, and what either made cannot be told apart'
};

/** Lets the rows of a dry run go; it must be locked. */
export async function discard(tx: Tx, actor: Actor, of: { id: string; projectId: string }): Promise<TakenBack> {
	await imports.finish(tx, of.id, { status: 'discarded', accepted: 0, duplicates: 0, message: null });
	await record(tx, actor, { action: 'import.discard', projectId: of.projectId, subject: ['import', of.id] });
	return { discarded: true };
}

/**
 * Takes an import back. One that waits to be taken is let go. One that was
 * taken is undone until something rests on it – a judgment made here, gold, a
 * snapshot, an assigned batch, a lease, a comment, an answer, a later import –
 * all or nothing: everything that it made goes, and the same file may be sent
 * again. Judgments that it brought itself are no obstacle.
 */
export async function undoImport(app: Pick<App, 'db' | 'config'>, actor: Actor, id: string): Promise<Result<TakenBack>> {
	const back = await inTransaction(app.db, async (tx): Promise<Result<TakenBack>> => {
		const found = await imports.get(tx, id);
		if (!found) return fail('not_found', 'There is no such import.');
		const { projectId } = found;
		const access = await allow(tx, actor, { id: projectId }, 'import.create');
		if (!access.ok) return access;
		await projects.serialise(tx, projectId);
		const status = await imports.lockStatus(tx, id);
		if (status === 'discarded') return ok({ discarded: true });
		// Of an upload under way its sender lets go by ending it.
		if (status === 'scanned' || status === 'masking' || (status === 'staging' && (await importReads.exists(tx, id)))) return ok(await discard(tx, actor, { id, projectId }));
		if (status !== 'published') return fail('conflict', 'Only an import that was taken, or waits to be taken, can be taken back.');
		await undo.find(tx, id);
		const obstacles = await undo.obstacles(tx, id);
		if (obstacles.length > 0) {
			return fail('conflict', `The import cannot be undone any more: ${obstacles.map(({ why, n }) => REASONS[why](n)).join('; ')}. Nothing was changed.`, { facts: Object.fromEntries(obstacles.map(({ why, n }) => [why, n])) });
		}
		await undo.mark(tx, id);
		await findings.remove(tx, id);
		const { rounds: of, ...gone } = await undo.remove(tx);
		for (const round of of) await rounds.addCounts(tx, round.id, { comparisons: -round.comparisons, identical: 0 });
		await record(tx, actor, { action: 'import.undo', projectId, subject: ['import', id], details: gone });
		return ok({ undone: true, ...gone });
	});
	if (back.ok) await removeRead(app, id);
	return back;
}
