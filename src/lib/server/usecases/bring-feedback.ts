import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as feedback from '../db/gateway-feedback.ts';
import { allow } from './access.ts';
import { importPairs } from './import-pairs.ts';
import { inTransaction } from './transaction.ts';

/** Most answers at a time: their ids are held in memory. What is left over is brought the next time. */
const MOST = 100_000;
/** Words are read so many answers at a time: each may be two megabytes. */
const PAGE = 20;
/** After this long the answer is that it goes on. */
const PATIENCE_MS = 10_000;

/** What is said of answers as rows of an import: a thumb judges one alone, an edit is preferred to it. */
async function* linesOf(app: Pick<App, 'db'>, names: readonly feedback.SaidName[]): AsyncGenerator<Buffer> {
	for (let at = 0; at < names.length; at += PAGE) {
		for (const { messages, answer, thumb, edit } of await feedback.words(app.db, names.slice(at, at + PAGE))) {
			const rows = [
				...(thumb === null ? [] : [{ messages, completion: answer, label: thumb === 'up' }]),
				...(edit === null || edit === answer ? [] : [{ messages, chosen: edit, rejected: answer }])
			];
			for (const row of rows) yield Buffer.from(`${JSON.stringify(row)}\n`);
		}
	}
}

/**
 * Makes what people said of answers part of the record: thumbs become judgments of
 * single answers, edits preferred answers, of origin “feedback”. They fill no place
 * of a comparison, and a snapshot takes them only where its rule names that origin.
 * They go the way of every import: what the project hides is hidden before. Gives
 * how many answers it is about, and how many rows were passed over; null: it still
 * goes on, and the import will say.
 */
export async function bringFeedback(app: Pick<App, 'db' | 'config' | 'secrets'>, actor: Actor, slug: string): Promise<Result<{ importId: string | null; answers: number; passedOver: number | null }>> {
	const access = await allow(app.db, actor, { slug }, 'import.create');
	if (!access.ok) return access;
	const { id: projectId } = access.value.project;
	const names = await feedback.unbrought(app.db, projectId, MOST);
	if (names.length === 0) return ok({ importId: null, answers: 0, passedOver: 0 });
	const begun = await importPairs(app, actor, { slug, said: { format: 'jsonl', shape: 'plumbline' }, skipBad: true, fileName: 'feedback', brings: 'feedback', source: Readable.from(linesOf(app, names)) });
	if (!begun.ok) return begun;
	const importId = begun.value.id;
	await inTransaction(app.db, async (tx) => {
		await feedback.brought(tx, names, importId);
		await record(tx, actor, { action: 'feedback.bring', projectId, subject: ['import', importId], details: { answers: names.length } });
		return ok(null);
	});
	const done = await Promise.race([begun.value.done, wait(PATIENCE_MS, null, { ref: false })]);
	if (done && !done.ok) return done;
	return ok({ importId, answers: names.length, passedOver: done && done.value.rejected });
}
