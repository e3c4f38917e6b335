import { Readable } from 'node:stream';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as requests from '../db/gateway-requests.ts';
import { allow } from './access.ts';
import { importPairs } from './import-pairs.ts';
import { inTransaction } from './transaction.ts';

/** Most pairs at a time. */
const MOST = 1000;

/** One line of the file that the pairs are brought in by. */
const line = ({ messages, seen, unseen }: requests.ShadowPair): string => `${JSON.stringify({ messages, responses: [seen, unseen] })}\n`;

/**
 * Brings questions of the traffic to judging, each with the champion's answer and
 * the one that the candidate gave unseen. They go the way of every import: what the
 * project hides is hidden before anybody reads it, and which answer is whose stands
 * nowhere. A conversation with images or tools cannot go that way and is passed over.
 */
export async function judgeShadows(app: Pick<App, 'db' | 'config' | 'secrets'>, actor: Actor, slug: string): Promise<Result<{ importId: string | null; pairs: number; passedOver: number }>> {
	const access = await allow(app.db, actor, { slug }, 'import.create');
	if (!access.ok) return access;
	const { id: projectId } = access.value.project;
	const pairs = await requests.shadowPairs(app.db, projectId, MOST);
	if (pairs.length === 0) return ok({ importId: null, pairs: 0, passedOver: 0 });
	const begun = await importPairs(app, actor, { slug, said: { format: 'jsonl', shape: 'plumbline' }, skipBad: true, fileName: 'gateway', source: Readable.from(pairs.map((pair) => Buffer.from(line(pair)))) });
	if (!begun.ok) return begun;
	const importId = begun.value.id;
	// At once: whoever asks meanwhile does not bring them a second time. An import that fails gives them back.
	await inTransaction(app.db, async (tx) => {
		await requests.taken(tx, pairs.map((pair) => pair.requestId), importId);
		await record(tx, actor, { action: 'gateway.judge', projectId, subject: ['import', importId], details: { pairs: pairs.length } });
		return ok(null);
	});
	const done = await begun.value.done;
	return done.ok ? ok({ importId, pairs: pairs.length - done.value.rejected, passedOver: done.value.rejected }) : done;
}
