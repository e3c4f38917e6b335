import { canonicalJson, sha256Hex } from '../../domain/canonical-json.ts';
import * as chain from '../db/audit-chain.ts';
import type { ChainEntry, Seal } from '../db/audit-chain.ts';
import type { Db } from '../db/client.ts';

/** Hash before the first link. */
const GENESIS = '0'.repeat(64);
const BATCH = 2000;
const START = { txid: '0', id: 0 };

/** SHA-256 over the previous hash and every entry of the batch in RFC 8785 form. */
function linkHash(previousHash: string, entries: readonly ChainEntry[]): string {
	const lines = entries.map(({ id, actorId, actorKind, action, projectId, subjectKind, subjectId, details, at }) => canonicalJson({ id, actorId, actorKind, action, projectId, subjectKind, subjectId, details, at }));
	return sha256Hex([previousHash, ...lines].join('\n'));
}

/** Seals what can no longer change into the hash chain, one batch; gives how many entries that were. Called every second by the workers. */
export async function sealAudit(app: { db: Db }): Promise<number> {
	return app.db.transaction(async (tx) => {
		if (!(await chain.lockChain(tx))) return 0;
		const last = await chain.lastSeal(tx);
		const entries = await chain.entries(tx, last ? { txid: last.untilTxid, id: last.untilId } : START, null, BATCH);
		const end = entries.at(-1);
		if (!end) return 0;
		const previousHash = last?.hash ?? GENESIS;
		await chain.insertSeal(tx, { id: (last?.id ?? 0) + 1, untilTxid: end.txid, untilId: Number(end.id), entries: entries.length, previousHash, hash: linkHash(previousHash, entries) });
		return entries.length;
	});
}

/** What walking the chain found. */
export type AuditCheck = { ok: boolean; seals: number; entries: number; unsealed: number; head: string; problem: string | null };

/** Walks the whole chain and recomputes every hash: an entry that was changed, removed or slipped in breaks the link it belongs to. */
export async function verifyAudit(app: { db: Db }): Promise<AuditCheck> {
	const found: AuditCheck = { ok: true, seals: 0, entries: 0, unsealed: 0, head: GENESIS, problem: null };
	let place: { txid: string; id: number } = START;
	for (let afterId = 0; ; ) {
		const page = await chain.seals(app.db, afterId, 500);
		for (const seal of page) {
			const problem = await checkSeal(app.db, seal, place, found);
			if (problem) return { ...found, ok: false, problem };
			place = { txid: seal.untilTxid, id: seal.untilId };
			found.seals += 1;
			found.entries += seal.entries;
			found.head = seal.hash;
			afterId = seal.id;
		}
		if (page.length < 500) break;
	}
	return { ...found, unsealed: await chain.unsealed(app.db, place) };
}

async function checkSeal(db: Db, seal: Seal, after: { txid: string; id: number }, found: AuditCheck): Promise<string | null> {
	if (seal.id !== found.seals + 1) return `Link ${found.seals + 1} is missing.`;
	if (seal.previousHash !== found.head) return `Link ${seal.id} does not follow the one before it.`;
	const entries = await chain.entries(db, after, { txid: seal.untilTxid, id: seal.untilId }, seal.entries + 1);
	if (entries.length !== seal.entries) return `Link ${seal.id} sealed ${seal.entries} entries; there are ${entries.length > seal.entries ? 'more' : entries.length} now.`;
	if (linkHash(seal.previousHash, entries) !== seal.hash) return `An entry between ${entries[0]?.id ?? '?'} and ${entries.at(-1)?.id ?? '?'} was changed after it was sealed (link ${seal.id}).`;
	return null;
}
