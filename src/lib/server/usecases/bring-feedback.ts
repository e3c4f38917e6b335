import { Readable } from 'node:stream';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as feedback from '../db/gateway-feedback.ts';
import { allow } from './access.ts';
import { importPairs } from './import-pairs.ts';
import { inTransaction } from './transaction.ts';

/** Most answers at a time: each may be two megabytes. */
const MOST = 200;

/** What is said of an answer as rows of an import: a thumb judges it alone, an edit is preferred to it. */
function* linesOf(said: readonly feedback.SaidOf[]): Generator<Buffer> {
	for (const { messages, answer, thumb, edit } of said) {
		const rows = [
			...(thumb === null ? [] : [{ messages, completion: answer, label: thumb === 'up' }]),
			...(edit === null || edit === answer ? [] : [{ messages, chosen: edit, rejected: answer }])
		];
		for (const row of rows) yield Buffer.from(`${JSON.stringify(row)}\n`);
	}
}

/**
 * Makes what people said of answers part of the record: thumbs become judgments of
 * single answers, edits preferred answers, of origin “feedback”. They fill no place
 * of a comparison, and a snapshot takes them only where its rule names that origin.
 * They go the way of every import: what the project hides is hidden before.
 */
export async function bringFeedback(app: Pick<App, 'db' | 'config' | 'secrets'>, actor: Actor, slug: string): Promise<Result<{ importId: string | null; answers: number; passedOver: number }>> {
	const access = await allow(app.db, actor, { slug }, 'import.create');
	if (!access.ok) return access;
	const { id: projectId } = access.value.project;
	const said = await feedback.unbrought(app.db, projectId, MOST);
	if (said.length === 0) return ok({ importId: null, answers: 0, passedOver: 0 });
	const begun = await importPairs(app, actor, { slug, said: { format: 'jsonl', shape: 'plumbline' }, skipBad: true, fileName: 'feedback', brings: 'feedback', source: Readable.from(linesOf(said)) });
	if (!begun.ok) return begun;
	const importId = begun.value.id;
	await inTransaction(app.db, async (tx) => {
		await feedback.brought(tx, said, importId);
		await record(tx, actor, { action: 'feedback.bring', projectId, subject: ['import', importId], details: { answers: said.length } });
		return ok(null);
	});
	const done = await begun.value.done;
	return done.ok ? ok({ importId, answers: said.length, passedOver: done.value.rejected }) : done;
}
