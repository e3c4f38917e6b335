import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '#lib/server/app.ts';
import { sealAudit, verifyAudit } from '#lib/server/usecases/seal-audit.ts';

/**
 * Seals every entry there is. Only what is older than any open transaction is sealed, and PostgreSQL reckons with those of
 * all databases: another test's, in its own, holds ours back. That is waited for; one batch without an entry says nothing.
 */
export async function sealAll(app: Pick<App, 'db'>): Promise<void> {
	for (;;) {
		while ((await sealAudit(app)) > 0);
		if ((await verifyAudit(app)).unsealed === 0) return;
		await sleep(20);
	}
}
