import { attachmentsKey, bandPairs, comparedWords, likeliest, pairsToKeep, THRESHOLD, withOpenBands } from '../../domain/near-duplicates.ts';
import type { Candidate, IdPair, Likeness } from '../../domain/near-duplicates.ts';
import type { Message } from '../../domain/message.ts';
import type { App } from '../app.ts';
import { record } from '../db/audit.ts';
import * as scans from '../db/near-duplicate-scans.ts';
import type { Scan } from '../db/near-duplicate-scans.ts';
import * as projects from '../db/projects.ts';
import * as signatures from '../db/prompt-signatures.ts';
import type { Signed, Unsigned } from '../db/prompt-signatures.ts';

/** Says how alike texts are. Texts of one scope whose sketches share a hash are candidates; only those are compared. */
export type Sketcher = {
	/** How it does so, with the version of everything that matters. */
	algorithm: string;
	sketch: (texts: readonly { scope: string; text: string }[]) => Promise<string[][]>;
	compare: (texts: readonly string[], pairs: readonly (readonly [number, number])[]) => Promise<{ estimate: number; jaccard: number }[]>;
};

type SearchApp = Pick<App, 'db' | 'log'>;

/** A worker that was silent for so long has died over a project: another takes it. */
const STALE_SECONDS = 120;
const BATCH = 100;
/** Candidates that are compared of each question, those first that share most. */
const MOST_CANDIDATES = 20;
const PAIRS_AT_ONCE = 200;

/** Carries out of a step that another worker has the project by now. */
class Gone extends Error {}

/** Whether a project waits to be looked through: only then a worker gets ready for it. */
export async function duplicatesAreWanted(app: Pick<App, 'db'>): Promise<boolean> {
	return scans.wanted(app.db);
}

/** Says of every project that waits why it does. */
export async function tellSearchMissing(app: Pick<App, 'db'>, why: string): Promise<void> {
	await scans.tellAll(app.db, why);
}

/**
 * Takes the next project with questions that nobody looked at yet and finds
 * those that are nearly like another of the project, as annotators see them.
 * False: none waits. What a dead worker had found stays found, and nothing is
 * found twice.
 */
export async function findNextDuplicates(app: SearchApp, sketcher: Sketcher, signal: AbortSignal): Promise<boolean> {
	const scan = await scans.take(app.db, STALE_SECONDS);
	if (!scan) return false;
	try {
		await lookThrough(app, scan, sketcher, signal);
	} catch (error) {
		if (error instanceof Gone) return true;
		if (signal.aborted) {
			await scans.giveBack(app.db, scan);
			return false;
		}
		app.log.error({ err: error, projectId: scan.projectId }, 'near-duplicates could not be looked for');
		await scans.tellTrouble(app.db, scan, 'Looking for near-duplicates failed; the worker’s log says why. It is tried again in a while.');
	}
	return true;
}

async function lookThrough(app: SearchApp, scan: Scan, sketcher: Sketcher, signal: AbortSignal): Promise<void> {
	const { projectId } = scan;
	const { algorithm } = sketcher;
	let found = 0;
	for (let after: string | null = null; ; ) {
		signal.throwIfAborted();
		const batch = await signatures.without(app.db, { projectId, algorithm, after, limit: BATCH });
		const last = batch.at(-1);
		// Once more from the beginning: ids are not given in the order in which their transactions end.
		if (!last && after === null) break;
		after = last?.id ?? null;
		if (last) found += await lookAt(app, scan, sketcher, batch);
	}
	await app.db.transaction(async (tx) => {
		const done = await scans.finish(tx, scan);
		if (!done) throw new Gone();
		await record(tx, null, { action: 'near_duplicate.find', projectId, subject: ['project', projectId], details: { looked: done.looked, found, algorithm, threshold: THRESHOLD } });
	});
}

/** Finds what is like the questions of a batch, among each other and among those before, and keeps it. Gives how many pairs are new. */
async function lookAt(app: SearchApp, scan: Scan, sketcher: Sketcher, batch: readonly Unsigned[]): Promise<number> {
	const { projectId } = scan;
	const { algorithm } = sketcher;
	const bands = await sketcher.sketch(batch.map(({ messages }) => ({ scope: `${projectId} ${attachmentsKey(messages)}`, text: comparedWords(messages) })));
	const signed = batch.map(({ id, groupId }, at): Signed => ({ id, groupId, bands: bands[at] ?? [] }));
	const before = await signatures.sharing(app.db, { projectId, algorithm, batch: signed });
	const earlier = before.map((one) => ({ ...one, shared: one.shared.length }));
	const pairs = [...likeliest(within(signed), MOST_CANDIDATES), ...likeliest(earlier, MOST_CANDIDATES)];
	const kept = pairsToKeep(await compared(app, sketcher, pairs, new Map(batch.map(({ id, messages }) => [id, messages]))));
	return app.db.transaction(async (tx) => {
		await projects.serialise(tx, projectId);
		if (!(await scans.goOn(tx, scan, batch.length))) throw new Gone();
		return signatures.keep(tx, { projectId, algorithm, threshold: THRESHOLD, batch: withOpenBands(signed, before), pairs: kept });
	});
}

/** Candidates within a batch: to each question those with smaller ids. */
function within(signed: readonly Signed[]): Candidate[] {
	const groups = new Map(signed.map(({ id, groupId }) => [id, groupId]));
	return bandPairs(signed).map(({ pair: [other, id], shared }) => ({ id, other, apart: groups.get(id) !== groups.get(other), shared }));
}

/** How alike candidates are, some at a time: the memory of their words. */
async function compared(app: SearchApp, sketcher: Sketcher, pairs: readonly IdPair[], known: ReadonlyMap<string, Message[]>): Promise<Likeness[]> {
	const found: Likeness[] = [];
	for (let from = 0; from < pairs.length; from += PAIRS_AT_ONCE) {
		const part = pairs.slice(from, from + PAIRS_AT_ONCE);
		const ids = [...new Set(part.flat())];
		const others = await signatures.messagesOf(app.db, ids.filter((id) => !known.has(id)));
		const place = new Map(ids.map((id, at) => [id, at]));
		const texts = ids.map((id) => comparedWords(known.get(id) ?? others.get(id) ?? []));
		const likeness = await sketcher.compare(texts, part.map(([a, b]) => [place.get(a) ?? 0, place.get(b) ?? 0] as const));
		part.forEach((pair, at) => found.push({ pair, estimate: likeness[at]?.estimate ?? 0, jaccard: likeness[at]?.jaccard ?? 0 }));
	}
	return found;
}
