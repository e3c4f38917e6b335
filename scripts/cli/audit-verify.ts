import { verifyAudit } from '#lib/server/usecases/seal-audit.ts';
import { readSettings } from '../start/settings.mjs';
import { refused } from './ending.ts';
import type { Tools } from './tools.ts';
import { withDatabase } from './with-database.ts';

/** `plumbline audit verify`, on the installation's own database. @throws Trouble, also when the chain is broken */
export function auditVerify({ env, speaker }: Tools): Promise<void> {
	return withDatabase(readSettings(env), async (db) => {
		const check = await verifyAudit({ db });
		const before = check.ok ? '' : ' in order before the break';
		speaker.result(check, [
			check.ok ? 'The audit chain holds.' : `The audit chain is BROKEN: ${check.problem ?? ''}`,
			`  seals    ${check.seals}${before}`,
			`  entries  ${check.entries}${before}`,
			`  head     ${check.head}`,
			...(check.unsealed > 0 ? [`  ${check.unsealed} newer entries are not sealed yet; a running worker seals every second.`] : [])
		]);
		if (!check.ok) throw refused('The audit chain is broken.', { code: 'audit_broken' });
	});
}
