import type { App } from '../app.ts';
import type { Tx } from '../db/client.ts';
import * as retention from '../db/retention.ts';

/**
 * Whether these files are stored, and will be when this transaction commits. Whoever enters stored files into the record
 * asks this first: a clean-up may have taken a file away between the moment it was stored and this one, since nothing
 * cited it. A clean-up that begins now waits for this transaction and then finds the files cited.
 */
export async function areStored(app: Pick<App, 'artifacts'>, tx: Tx, files: Iterable<{ sha256: string }>): Promise<boolean> {
	await retention.holdStore(tx);
	for (const sha256 of new Set([...files].map((file) => file.sha256))) if (!(await app.artifacts.has(sha256))) return false;
	return true;
}
