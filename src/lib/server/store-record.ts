import { randomUUID } from 'node:crypto';
import type { StoreRecord } from './artifacts/store-mark.ts';
import type { Db } from './db/client.ts';
import * as installation from './db/installation.ts';

/** Facts of the installation: which store is its own, and the id that it marks one with. The second is there first, so that who is killed between mark and first fact finds its own mark. */
const [STORE, PROPOSED] = ['artifact_store', 'artifact_store.proposed'];

/**
 * Which folder is the store, among the installation's facts.
 * @param may.decides not a worker: its host may see another folder of the same name
 */
export function storeRecord(db: Db, may: { decides: boolean }): StoreRecord {
	const id = async (key: string) => {
		const value = await installation.fact(db, key);
		return typeof value === 'string' ? value : null;
	};
	const record = { own: () => id(STORE), namesFiles: () => installation.namesFiles(db), proposed: () => id(PROPOSED) };
	if (!may.decides) return record;
	const propose = async () => {
		const one = randomUUID();
		await installation.putFact(db, PROPOSED, one);
		return (await id(PROPOSED)) ?? one;
	};
	return { ...record, decide: { propose, claim: (own) => installation.putFact(db, STORE, own) } };
}
